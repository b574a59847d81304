"""The threshold: the best mean of core, overall and macro F1 within the allowed share of flagged documents.

Scores are calibrated label by label, so one probability is the threshold of all labels. Thresholds of their own hung on
the few documents next to each of them: they were worse on dev and on real texts (training/reports/tried.md).
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THRESHOLDS = (*(round(0.05 * step, 2) for step in range(2, 20)), 0.97, 0.98, 0.99)  # 0.10 to 0.99
# What each percentage point of flagged clean documents above the limit costs, in points of F1.
_PENALTY = 4.0
# What each percentage point below the limit costs: between equals, the one that flags less.
_SMALL_PENALTY = 0.1
_RESAMPLES = 50
_SEED = 13


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidate spans of one label over many documents.

    Attributes:
        document: Index of the document of each candidate; shape ``(candidates,)``.
        raw: Mean token score; same shape.
        covered: Share of the candidate that gold spans of the label cover; same shape.
        recalled: Sum over gold spans of the share that the candidate covers; same shape.
        gold: Number of gold spans of each document; shape ``(documents,)``.
    """

    document: NDArray[np.int64]
    raw: NDArray[np.float64]
    covered: NDArray[np.float64]
    recalled: NDArray[np.float64]
    gold: NDArray[np.int64]

    @classmethod
    def from_rows(cls, rows: Sequence[tuple[int, float, float, float]], gold: Sequence[int]) -> Candidates:
        """Build from (document, raw, covered, recalled) rows, none for a label that the model never proposes."""
        table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        return cls(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3], np.array(gold, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Problem:
    """What a threshold is chosen for.

    Attributes:
        candidates: Candidates of each label.
        scores: Their calibrated scores; shape ``(candidates,)`` each.
        core: Names of the core labels.
        clean: Which documents have no gold span; shape ``(documents,)``.
        clean_limit: Share of them that may carry a flag; 1 for no limit.
    """

    candidates: dict[str, Candidates]
    scores: dict[str, NDArray[np.float64]]
    core: Set[str]
    clean: NDArray[np.bool_]
    clean_limit: float


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold with the objective that it reaches and the objective's parts.

    Attributes:
        threshold: Calibrated probability from which a span is reported, whatever its label.
        objective: Mean of the F1 figures less the penalty for flagged clean documents.
        measured: ``core_f1``, ``all_f1``, ``macro_f1``, ``clean_flagged``.
    """

    threshold: float
    objective: float
    measured: dict[str, float]


def micro_f1(credits: NDArray[np.float64]) -> float:
    """Return the partial-overlap F1 of summed (precision credit, recall credit, predicted, gold) counts."""
    precision = credits[0] / credits[2] if credits[2] else 0.0
    recall = credits[1] / credits[3] if credits[3] else 0.0
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def choose_threshold(problem: Problem, weights: NDArray[np.int64] | None = None) -> Choice:
    """Choose the threshold with the best objective.

    Args:
        problem: What to choose it for.
        weights: How often each document counts; once when None; shape ``(documents,)``.
    """
    counted = np.ones(len(problem.clean), dtype=np.int64) if weights is None else weights
    return max((_choice(problem, counted, at) for at in THRESHOLDS), key=lambda choice: choice.objective)


def bagged_threshold(problem: Problem) -> Choice:
    """Choose the threshold as :func:`choose_threshold` does on 50 bootstrap resamples of the documents; take the mean.

    A threshold chosen once hangs on the few documents next to it; the mean of many choices does not (bagging, Breiman
    1996). As each resample flags other documents, the mean may flag somewhat more of them than the limit says.

    Args:
        problem: What to choose it for; its limit holds in each resample.

    Returns:
        The mean, in hundredths, with its mean objective over the resamples and what it reaches on all documents.
    """
    random = np.random.default_rng(_SEED)
    size = len(problem.clean)
    resamples = [np.bincount(random.integers(size, size=size), minlength=size) for _ in range(_RESAMPLES)]
    threshold = round(float(np.mean([choose_threshold(problem, weights).threshold for weights in resamples])), 2)
    objective = float(np.mean([_choice(problem, weights, threshold).objective for weights in resamples]))
    return Choice(threshold, objective, _choice(problem, np.ones(size, dtype=np.int64), threshold).measured)


def _choice(problem: Problem, weights: NDArray[np.int64], threshold: float) -> Choice:
    """Measure a threshold; a document counts as often as its weight says."""
    rows = {}
    flagged = np.zeros(len(problem.clean), dtype=bool)
    for name, found in problem.candidates.items():
        kept = problem.scores[name] >= threshold
        document = found.document[kept]
        times = weights[document]
        rows[name] = np.array(
            [times @ found.covered[kept], times @ found.recalled[kept], times.sum(), weights @ found.gold]
        )
        flagged[document] = True
    flagged &= problem.clean
    measured = {
        "core_f1": micro_f1(np.sum([row for name, row in rows.items() if name in problem.core], axis=0)),
        "all_f1": micro_f1(np.sum(list(rows.values()), axis=0)),
        "macro_f1": float(np.mean([micro_f1(row) for row in rows.values()])),
    }
    share = float(weights[flagged].sum() / max(1, weights[problem.clean].sum()))
    penalty = 0.0  # a limit of 1 means that F1 alone counts
    if problem.clean_limit < 1:
        limit = problem.clean_limit
        penalty = _PENALTY * max(0.0, share - limit) + _SMALL_PENALTY * min(share, limit)
    return Choice(threshold, sum(measured.values()) / 3 - penalty, {**measured, "clean_flagged": share})
