"""Agreement of two annotations, their disagreements, and the decisions written back."""

import json

import pytest

from scamlint_training.corpus.adjudicate import apply, disagreements
from scamlint_training.corpus.agreement import agreement, read_annotations, record, write_annotations
from scamlint_training.corpus.commands import main
from scamlint_training.corpus.documents import GoldSpan, load_corpus

TEXT = {"d": "alpha beta gamma delta epsilon zeta eta theta", "e": "one two three four"}


def spans(*items):
    return tuple(GoldSpan(start, end, label) for start, end, label in items)


def row(rows, label):
    return next(one for one in rows if one.label == label)


def test_the_same_annotation_agrees_fully():
    first = {"d": spans((0, 10, "price_hype")), "e": ()}
    for label in ("price_hype", "all labels", "any label"):
        one = row(agreement(first, first, TEXT), label)
        assert (one.second_by_first, one.first_by_second, one.exact_f1, one.alpha) == (1.0, 1.0, 1.0, 1.0)


def test_alpha_of_a_label_that_nobody_used_is_not_defined():
    assert row(agreement({"e": ()}, {"e": ()}, TEXT), "price_hype").alpha is None


def test_figures_worked_out_by_hand():
    # First marks "alpha beta" (10 characters), second "alpha" (5): covered 1 of 1 and half of 1.
    rows = agreement({"d": spans((0, 10, "price_hype"))}, {"d": spans((0, 5, "price_hype"))}, TEXT)
    one = row(rows, "price_hype")
    assert (one.precision, one.recall) == (1.0, 0.5)
    assert one.second_by_first == pytest.approx(2 / 3)
    assert one.first_by_second == pytest.approx(2 / 3)
    assert one.exact_f1 == 0.0
    # Eight words, coded 1 by both once, 1 against 0 once, 0 by both six times. Nominal alpha for two coders:
    # 1 - (n - 1) * disagreeing pairs / (n0 * n1), with n = 16 codes of which n1 = 3 and n0 = 13.
    assert one.alpha == pytest.approx(1 - 15 * 1 / (13 * 3))


def test_another_label_on_the_same_words_counts_for_any_label_only():
    rows = agreement({"d": spans((0, 10, "price_hype"))}, {"d": spans((0, 10, "social_proof"))}, TEXT)
    assert row(rows, "all labels").second_by_first == 0.0
    assert row(rows, "any label").second_by_first == 1.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"d": spans((0, 99, "price_hype"))}, "outside the text"),
        ({"d": spans((0, 5, "greed"))}, "unknown label"),
        ({"d": spans((0, 5, "price_hype"), (3, 9, "price_hype"))}, "overlap"),
        ({"x": ()}, "no document in common"),
    ],
)
def test_annotations_that_do_not_fit_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        agreement({"d": ()}, wrong, TEXT)


def test_disagreements_are_gathered_by_place():
    first = {"d": spans((0, 5, "price_hype"), (11, 22, "social_proof"), (31, 35, "asset_request"))}
    second = {
        "d": spans((0, 5, "price_hype"), (11, 16, "social_proof"), (36, 39, "price_hype"), (31, 35, "price_hype"))
    }
    assert [(one.kind, len(one.first), len(one.second)) for one in disagreements(first, second)] == [
        ("bounds", 1, 1),
        ("label", 1, 1),
        ("second only", 0, 1),
    ]


def decided(corpus, tmp_path, decision, *extra):
    """Compare the corpus with a second annotation, decide every disagreement in one way, and apply it."""
    second = tmp_path / "second.jsonl"
    write_annotations(second, {"a-1": spans((2, 12, "urgency_pressure"), (17, 32, "guaranteed_return"))})
    out = tmp_path / "list.jsonl"
    with pytest.raises(SystemExit) as exit_:
        main(["--corpus", str(corpus), "agreement", str(second), "--disagreements", str(out)])
    assert exit_.value.code == 0
    rows = [
        {**json.loads(line), "decision": decision, "spans": list(extra)}
        for line in out.read_text(encoding="utf-8").splitlines()
    ]
    assert [one["kind"] for one in rows] == ["bounds"]
    apply(rows, corpus)
    return next(document for document in load_corpus(corpus)["train"] if document.id == "a-1").spans


KEPT = GoldSpan(2, 12, "urgency_pressure")


@pytest.mark.parametrize(
    ("decision", "extra", "left"),
    [
        ("first", (), [GoldSpan(17, 30, "guaranteed_return")]),
        ("second", (), [GoldSpan(17, 32, "guaranteed_return")]),
        ("none", (), []),
        ("spans", ({"start": 22, "end": 30, "label": "price_hype"},), [GoldSpan(22, 30, "price_hype")]),
    ],
)
def test_a_decision_changes_the_disputed_spans_only(corpus, tmp_path, decision, extra, left):
    assert decided(corpus, tmp_path, decision, *extra) == (KEPT, *left)


def test_nothing_is_written_while_a_decision_is_missing_or_wrong(corpus, documents):
    good = {"id": "a-3", "spans": [{"start": 0, "end": 7, "label": "price_hype"}]}
    for bad in (
        {"id": "a-1", "first": [], "second": [], "spans": [], "decision": ""},
        {"id": "gone", "spans": []},
        {"id": "a-1", "spans": [{"start": 0, "end": 999, "label": "price_hype"}]},
    ):
        with pytest.raises(ValueError, match=r"a-1|gone"):
            apply([good, bad], corpus)
    assert sorted((d for split in load_corpus(corpus).values() for d in split), key=lambda d: d.id) == documents
    assert apply([good], corpus) == ["a-3"]


def test_the_record_keeps_the_first_reading(tmp_path):
    record({"d": ()}, {"d": spans((0, 5, "price_hype"))}, tmp_path)
    record({"d": spans((0, 5, "price_hype")), "e": ()}, {"d": (), "e": ()}, tmp_path)
    assert read_annotations(tmp_path / "first.jsonl") == {"d": (), "e": ()}
    assert read_annotations(tmp_path / "second.jsonl")["d"] == spans((0, 5, "price_hype"))
