"""Span metrics: partial overlap as in SemEval-2020 Task 11, and exact match.

Source: Da San Martino et al. 2020, "SemEval-2020 Task 11: Detection of Propaganda Techniques in News Articles",
section 4.1 (arXiv 2009.02696): precision and recall credit each span with the share of its characters that a span of
the same label on the other side covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A labelled stretch, gold or predicted: start, end (exclusive), label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Score:
    """Credits and counts from which precision, recall and F1 follow; scores add up over documents.

    Attributes:
        precision_credit: Sum over predicted spans of the covered share.
        recall_credit: Sum over gold spans of the covered share.
        predicted: Number of predicted spans.
        gold: Number of gold spans.
    """

    precision_credit: float = 0.0
    recall_credit: float = 0.0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.precision_credit + other.precision_credit,
            self.recall_credit + other.recall_credit,
            self.predicted + other.predicted,
            self.gold + other.gold,
        )

    @property
    def precision(self) -> float:
        """Credited share of the predicted spans; 0 when there are none."""
        return self.precision_credit / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        """Credited share of the gold spans; 0 when there are none."""
        return self.recall_credit / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def partial(gold: Sequence[Mark], predicted: Sequence[Mark], labels: Iterable[str]) -> dict[str, Score]:
    """Score one document by partial overlap, label by label.

    Args:
        gold: Annotated spans; spans of one label do not overlap.
        predicted: Predicted spans; spans of one label do not overlap.
        labels: Labels to score.

    Returns:
        A :class:`Score` for each label.
    """
    scores = {}
    for label in labels:
        ours = [mark for mark in predicted if mark.label == label]
        theirs = [mark for mark in gold if mark.label == label]
        scores[label] = Score(
            sum(_covered(mark, theirs) for mark in ours),
            sum(_covered(mark, ours) for mark in theirs),
            len(ours),
            len(theirs),
        )
    return scores


def exact(gold: Sequence[Mark], predicted: Sequence[Mark], labels: Iterable[str]) -> dict[str, Score]:
    """Score one document by exact match of bounds and label."""
    scores = {}
    for label in labels:
        ours = {mark for mark in predicted if mark.label == label}
        theirs = {mark for mark in gold if mark.label == label}
        hits = float(len(ours & theirs))
        scores[label] = Score(hits, hits, len(ours), len(theirs))
    return scores


def total(scores: Iterable[Score]) -> Score:
    """Add scores up (micro average)."""
    result = Score()
    for score in scores:
        result = result + score
    return result


def drop_ignored(predicted: Sequence[Mark], ignored: Sequence[tuple[int, int]]) -> list[Mark]:
    """Leave out predicted spans that lie mostly (more than half) in regions where annotators could differ."""
    return [
        mark
        for mark in predicted
        if sum(max(0, min(mark.end, end) - max(mark.start, start)) for start, end in ignored) * 2
        <= mark.end - mark.start
    ]


def _covered(mark: Mark, others: Sequence[Mark]) -> float:
    overlap = sum(max(0, min(mark.end, other.end) - max(mark.start, other.start)) for other in others)
    return overlap / (mark.end - mark.start)
