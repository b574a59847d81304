"""Decoding: token scores in, spans out."""

import time

import numpy as np
import pytest

from scamlint.bounds import begins_sentence, trim, whole_figures, without_addresses, without_connectives
from scamlint.decode import DecodeSettings, decode
from scamlint.scoring import TokenScores


def scores(text: str, inside: list[float], begin: list[float] | None = None) -> TokenScores:
    starts, position = [], 0
    for word in text.split():
        starts.append(text.index(word, position))
        position = starts[-1] + len(word)
    ends = [start + len(word) for start, word in zip(starts, text.split(), strict=True)]
    column = np.array(inside, dtype=np.float32)[:, None]
    begins = None if begin is None else np.array(begin, dtype=np.float32)[:, None]
    return TokenScores(np.array(starts), np.array(ends), column, begins)


def words(text: str, tokens: TokenScores, **settings: float) -> list[str]:
    return [text[found.start : found.end] for found in decode(text, tokens, DecodeSettings(**settings))]  # type: ignore[arg-type]


def test_neighbouring_tokens_become_one_span() -> None:
    text = "we pay 2% a day to everyone"
    assert words(text, scores(text, [0.1, 0.2, 0.9, 0.9, 0.9, 0.1, 0.1])) == ["2% a day"]


def test_a_low_token_between_two_high_ones_is_bridged() -> None:
    text = "stable returns and low risk"
    assert words(text, scores(text, [0.9, 0.9, 0.2, 0.8, 0.8]), max_gap=1) == ["stable returns and low risk"]
    assert words(text, scores(text, [0.9, 0.9, 0.2, 0.8, 0.8]), max_gap=0) == ["stable returns", "low risk"]


def test_rows_that_touch_are_parted_where_a_span_begins() -> None:
    text = "Gold 2% daily Silver 1% daily"
    tokens = scores(text, [0.9] * 6, [0.9, 0, 0, 0.9, 0, 0])
    assert words(text, tokens) == ["Gold 2% daily", "Silver 1% daily"]


def test_low_tokens_are_kept_only_beside_a_sure_one() -> None:
    text = "fixed daily income or maybe not"
    assert words(text, scores(text, [0.4, 0.9, 0.4, 0.0, 0.4, 0.4]), inside=0.3, seed=0.7, max_gap=0) == [
        "fixed daily income"
    ]


def test_words_that_lead_in_to_a_claim_are_left_out() -> None:
    text = "through bull markets with stable returns and controllable risks"
    tokens = scores(text, [0.3, 0.5, 0.5, 0.4, 0.9, 0.9, 0.4, 0.8, 0.7])
    assert words(text, tokens, inside=0.2, edge=0.6) == ["stable returns and controllable risks"]
    assert words(text, tokens, inside=0.2) == [text]


@pytest.mark.parametrize(
    ("text", "cuts", "found"),
    [
        ("Holders receive a fixed 1.1% per month", [1, 2], ["a fixed 1.1% per month"]),
        ("Guaranteed! Earn 2% a day", [0, 1], ["Guaranteed", "Earn 2% a day"]),
        ("Zero risk\nEarn 2% a day", [0, 2], ["Zero risk", "Earn 2% a day"]),
        ("Gold 2% Silver 3% a day", [0, 2], ["Gold 2%", "Silver 3% a day"]),
        ("Your capital cannot be lost it grows 2% a day", [0, 5], ["Your capital cannot be lost", "it grows 2% a day"]),
    ],
)
def test_a_few_words_cut_off_the_front_of_a_claim_are_no_span(text: str, cuts: list[int], found: list[str]) -> None:
    size = len(text.split())
    inside = [0.0 if index < cuts[0] else 0.9 for index in range(size)]
    assert words(text, scores(text, inside, [0.9 if index in cuts else 0.0 for index in range(size)])) == found


def test_a_span_does_not_run_on_into_the_next_sentence() -> None:
    text = "There is no risk to your capital. Payouts arrive each morning"
    tokens = scores(text, [0, 0, 0.9, 0.9, 0.8, 0.8, 0.8, 0.6, 0.6, 0.6, 0.6], [0, 0, 0.8, 0, 0, 0, 0, 0.2, 0, 0, 0])
    assert words(text, tokens, sentence=0.1) == ["no risk to your capital", "Payouts arrive each morning"]
    assert words(text, tokens) == ["no risk to your capital. Payouts arrive each morning"]


def test_a_span_begins_at_the_word_that_says_so() -> None:
    text = "Investors can sit back and watch profits roll in"
    inside = [0, 0, 0.3, 0.4, 0.4, 0.9, 0.9, 0.9, 0.9]
    early = scores(text, inside, [0, 0, 0.6, 0, 0, 0.2, 0, 0, 0])
    assert words(text, early, edge=0.6) == ["sit back and watch profits roll in"]
    late = scores(text, inside, [0, 0, 0.1, 0, 0, 0, 0.4, 0, 0])
    assert words(text, late, edge=0.6) == ["profits roll in"]


def test_between_equals_a_span_begins_at_the_start_of_the_line() -> None:
    text = "Our plans are:\n$100 for 5 days pays $8"
    tokens = scores(text, [0, 0, 0, 0.4, 0.4, 0.8, 0.9, 0.9, 0.9], [0, 0, 0, 0.2, 0, 0.3, 0.2, 0, 0])
    assert words(text, tokens) == ["$100 for 5 days pays $8"]


def test_two_spans_of_a_label_keep_apart() -> None:
    text = "safe income and more safe income"
    tokens = scores(text, [0.9, 0.9, 0, 0, 0.9, 0.9], [0.9, 0, 0, 0, 0.1, 0])
    assert words(text, tokens, max_gap=0) == ["safe income", "safe income"]


@pytest.mark.parametrize(
    ("text", "found", "whole"),
    [
        ("pays $1,654.78 a day", "654", "$1,654.78"),
        ("pays 1654.78152 BTC", "78152 BTC", "1654.78152 BTC"),
        ("a fixed 2.5% daily", "fixed 2", "fixed 2.5%"),
        ("plan 3. 500 dollars", "500", "500"),
        ("in 2025, 40 seats", "40 seats", "40 seats"),
        ("v1.2.3", "2", "1.2.3"),
        ("nothing", "thin", "thin"),
        ("pays 7-12% monthly", "12% monthly", "7-12% monthly"),
        ("pays 7-12% monthly", "pays 7", "pays 7-12%"),
        ("earn $5-9% weekly", "9% weekly", "$5-9% weekly"),
        ("pays 1.5-2.5% daily", "5% daily", "1.5-2.5% daily"),
        ("pays 1.5-2.5% daily", "pays 1.5", "pays 1.5-2.5%"),
        ("earn $1,500-2,500 daily", "500 daily", "$1,500-2,500 daily"),
        ("pays $50-$100 daily", "pays $50", "pays $50-$100"),
        ("every day-your money", "every day", "every day"),
        ("in 2024-your year", "in 2024", "in 2024"),
        ("9" * 60 + " coins", "9 coins", "9 coins"),
    ],
)
def test_no_figure_is_cut(text: str, found: str, whole: str) -> None:
    start = text.index(found)
    begins, ends = whole_figures(text, start, start + len(found))
    assert text[begins:ends] == whole


def test_fragments_are_dropped() -> None:
    text = "the profit"
    assert words(text, scores(text, [0.9, 0.0]), shortest=6) == []


def test_no_tokens_no_spans() -> None:
    assert words("", scores("", [])) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" “risk-free”, ", "risk-free"),
        ("- 1.8% daily;", "1.8% daily"),
        ("$500 back!", "$500 back"),
        ("(audited by two firms)", "audited by two firms"),
        ("banks (A, B)", "banks (A, B)"),
        ("profit)", "profit"),
        ("profit) or loss (or neither)", "profit) or loss (or neither"),
        ("((risk-free)", "risk-free"),
        ("((risk-free) profit)", "((risk-free) profit)"),
        ("( ( risk-free ) )", "( ( risk-free ) )"),
        ('("guaranteed 10% a day', "guaranteed 10% a day"),
        ("our plan pays 10% a day!)", "our plan pays 10% a day"),
        ('see "daily profit".)', 'see "daily profit'),
        ("...", None),
        ("", None),
    ],
)
def test_edges_lose_space_and_punctuation(text: str, kept: str | None) -> None:
    bounds = trim(text, 0, len(text))
    assert (None if bounds is None else text[slice(*bounds)]) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("( " * 50_000 + "x", "x"),
        ("(" * 50_000 + "x", "x"),
        ("x" + ")" * 50_000, "x"),
        ("x" + " )" * 50_000, "x"),
    ],
)
def test_edges_full_of_parentheses_are_trimmed_in_a_moment(text: str, kept: str) -> None:
    started = time.process_time()
    bounds = trim(text, 0, len(text))
    assert bounds is not None
    assert text[slice(*bounds)] == kept
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("span", "left"),
    [
        ("Only 50 places are left, so", "Only 50 places are left"),
        ("and your capital is safe", "your capital is safe"),
        ("which that pays 2% a day with the", "pays 2% a day"),
        ("Sofia pays 2%", "Sofia pays 2%"),
        ("stable returns and controllable risks", "stable returns and controllable risks"),
        ("and so", "so"),
        ("So far nobody has lost money", "So far nobody has lost money"),
        ("so many families trust us", "so many families trust us"),
        ("so it pays 2%", "it pays 2%"),
        ("WHO approved", "WHO approved"),
        ("who approved", "approved"),
        ("raised a Series A", "raised a Series A"),
        ("raised a", "raised"),
    ],
)
def test_words_that_only_join_a_claim_to_others_are_left_out(span, left):
    start, end = without_connectives(f"x {span} y", 2, 2 + len(span))
    assert f"x {span} y"[start:end] == left


@pytest.mark.parametrize(
    ("text", "found", "left"),
    [
        ("pays 3% a day at https://norvex.example/join now", "3% a day at https", "3% a day at "),
        ("pays 3% a day at https://norvex.example/join now", "3% a day at https://norvex.example/join", "3% a day at "),
        ("see https://norvex.example/?ref=40pays 3% a day", "pays 3% a day", " 3% a day"),
        ("pays 3% https://a.example https://b.example x", "pays 3% https://a.example https://b", "pays 3% "),
        ("https://a.example https://b.example pays 3%", "https://a.example https://b.example pays 3%", " pays 3%"),
        ("Gold|https://n.example/gold|Zero risk", "Zero risk", "Zero risk"),
        ("https://n.example/" + "x" * 600 + "/guaranteed-returns", "guaranteed-returns", None),
        ("mint at www.nerds.example/?ref=40pateco", "40pateco", None),
        (
            "read www.a.example first, then earn 3%",
            "read www.a.example first, then earn 3%",
            "read www.a.example first, then earn 3%",
        ),
        ("as featured on Bitcoin.com", "featured on Bitcoin.com", "featured on Bitcoin.com"),
    ],
)
def test_no_span_begins_or_ends_in_an_address(text: str, found: str, left: str | None) -> None:
    start = text.index(found)
    bounds = without_addresses(text, start, start + len(found))
    assert (None if bounds is None else text[slice(*bounds)]) == left


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("No risk. Payouts", True),
        ("“No risk.” Payouts", True),
        ("(No risk.) Payouts", True),
        ("No risk! Payouts", True),
        ("No risk, Payouts", False),
        ("signed by Mr. Payouts", False),
        ("signed by V. Payouts", False),
        ("Payouts", False),
    ],
)
def test_where_a_sentence_begins(text: str, begins: bool) -> None:
    assert begins_sentence(text, text.index("Payouts")) is begins


def test_of_two_spans_that_grow_together_both_stay() -> None:
    text = "get 5 -7% each week, without any risk"
    tokens = scores(text, [0.9, 0.9, 0.9, 0.9, 0.9, 0, 0, 0])
    assert words(text.replace(" -", "-"), tokens) == ["get 5-7% each week"]
    text = "pays 7-12% monthly income"
    starts = np.array([0, 5, 7, 11, 19])
    ends = np.array([4, 6, 10, 18, 25])
    column = np.array([0.9, 0.9, 0.9, 0.9, 0.9], dtype=np.float32)[:, None]
    begins = np.array([0.9, 0, 0.9, 0, 0], dtype=np.float32)[:, None]
    assert words(text, TokenScores(starts, ends, column, begins)) == ["pays 7-12%", "monthly income"]


def test_a_span_does_not_begin_at_words_that_have_no_part_in_it() -> None:
    text = "Office hours:\nMonday\nwe will pay 2% daily"
    tokens = scores(text, [0, 0, 0, 0.3, 0.5, 0.9, 0.9, 0.9], [0, 0, 0.02, 0, 0, 0.03, 0, 0])
    assert words(text, tokens, edge=0.6) == ["pay 2% daily"]


def test_claims_around_a_dash_keep_apart() -> None:
    text = "a fixed 2% every day-your capital is never at risk"
    starts = np.array(
        [
            text.index(w)
            for w in ("a fixed", "fixed", "2%", "every", "day", "your", "capital", "is", "never", "at risk", "risk")
        ]
    )
    ends = np.array([1, 7, 10, 16, 20, 25, 33, 36, 42, 45, 50])
    inside = np.array([0.3] + [0.9] * 10, dtype=np.float32)[:, None]
    begins = np.array([0, 0.9, 0, 0, 0, 0.9, 0, 0, 0, 0, 0], dtype=np.float32)[:, None]
    found = words(text, TokenScores(starts, ends, inside, begins))
    assert found == ["fixed 2% every day", "your capital is never at risk"]
