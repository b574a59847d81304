"""Result types refuse what cannot be true."""

import copy
import pickle

import pytest

from scamlint import ModelInfo, Report, Span

MODEL = ModelInfo("baseline", "1")


@pytest.mark.parametrize(
    ("start", "end", "score", "text", "message"),
    [
        (5, 5, 0.5, "", "start < end"),
        (-1, 3, 0.5, "abcd", "start < end"),
        (0, 3, 1.5, "abc", "between 0 and 1"),
        (0, 3, float("nan"), "abc", "between 0 and 1"),
        (0, 4, 0.5, "abc", "holds 3"),
    ],
)
def test_impossible_spans_are_refused(start: int, end: int, score: float, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Span(start, end, "price_hype", score, text)


def test_spans_of_one_label_may_not_overlap_and_others_may() -> None:
    first, second = Span(0, 5, "price_hype", 0.9, "a" * 5), Span(3, 8, "price_hype", 0.9, "a" * 5)
    with pytest.raises(ValueError, match="overlap"):
        Report((first, second), {}, "low", MODEL, 10)
    other = Span(3, 8, "guaranteed_return", 0.9, "a" * 5)
    assert Report((first, other), {}, "low", MODEL, 10).spans == (first, other)


def test_spans_are_sorted_and_lie_in_the_document() -> None:
    late, early = Span(6, 8, "price_hype", 0.9, "aa"), Span(0, 2, "price_hype", 0.9, "aa")
    with pytest.raises(ValueError, match="sorted"):
        Report((late, early), {}, "low", MODEL, 10)
    with pytest.raises(ValueError, match="document of 7"):
        Report((late,), {}, "low", MODEL, 7)


def test_reports_are_copied_and_sent_between_processes() -> None:
    report = Report((Span(1, 5, "price_hype", 0.5, "moon"),), {"price_hype": 0.1}, "low", MODEL, 10)
    for copied in (pickle.loads(pickle.dumps(report)), copy.deepcopy(report)):  # noqa: S301 - our own bytes
        assert copied == report


def test_levels_and_scores_are_checked_and_results_are_frozen() -> None:
    with pytest.raises(ValueError, match="level"):
        Report((), {}, "scam", MODEL, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Report((), {"price_hype": 2.0}, "none", MODEL, 0)
    report = Report((), {"price_hype": 0.1}, "none", MODEL, 0)
    with pytest.raises(TypeError):
        report.scores["price_hype"] = 0.9  # type: ignore[index]
    with pytest.raises(AttributeError):
        report.level = "high"  # type: ignore[misc]
