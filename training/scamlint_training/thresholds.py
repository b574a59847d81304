"""Thresholds per label: the best mean of core, overall and macro F1 within the allowed share of flagged documents."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

THRESHOLDS = (*(round(0.05 * step, 2) for step in range(2, 20)), 0.97, 0.98, 0.99)  # 0.10 to 0.99
# What each percentage point of flagged clean documents above the limit costs, in points of F1.
_PENALTY = 4.0
# What each percentage point below the limit costs: between equals, the one that flags less.
_SMALL_PENALTY = 0.1
_MOST_ROUNDS = 10
_STARTS = (0.3, 0.5, 0.9)
_RESAMPLES = 50
_SEED = 13

_Measure = Callable[[dict[str, int]], tuple[float, dict[str, float]]]


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
    """What thresholds are chosen for.

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


class _Tally:
    """Credits and flagged documents of one label at every threshold; a document counts as often as its weight says."""

    def __init__(
        self,
        found: Candidates,
        scores: NDArray[np.float64],
        clean: NDArray[np.bool_],
        weights: NDArray[np.int64],
    ) -> None:
        kept = scores[None, :] >= np.array(THRESHOLDS)[:, None]
        counted = kept * weights[found.document]
        gold = np.full(len(THRESHOLDS), weights @ found.gold)
        self.credits = np.stack(
            [counted @ found.covered, counted @ found.recalled, counted.sum(axis=1), gold], axis=1
        ).astype(np.float64)
        self.flagged = np.zeros((len(THRESHOLDS), len(clean)), dtype=bool)
        for row, mask in enumerate(kept):
            self.flagged[row, found.document[mask]] = True
        self.flagged &= clean


def micro_f1(credits: NDArray[np.float64]) -> float:
    """Return the partial-overlap F1 of summed (precision credit, recall credit, predicted, gold) counts."""
    precision = credits[0] / credits[2] if credits[2] else 0.0
    recall = credits[1] / credits[3] if credits[3] else 0.0
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def choose_thresholds(problem: Problem) -> tuple[dict[str, float], float, dict[str, float]]:
    """Choose one threshold for each label by coordinate ascent on the objective, from several starts.

    Args:
        problem: What to choose them for.

    Returns:
        The thresholds, the objective, and its parts (``core_f1``, ``all_f1``, ``macro_f1``, ``clean_flagged``).
    """
    measure = _measure(problem, np.ones(len(problem.clean), dtype=np.int64))
    at = _best(measure, problem.candidates)
    return _at(at), *measure(at)


def bagged_thresholds(problem: Problem) -> tuple[dict[str, float], float, dict[str, float]]:
    """Choose thresholds as :func:`choose_thresholds` does on 50 bootstrap resamples of the documents; take their means.

    A threshold chosen once hangs on the few documents next to it; the mean of many choices does not (bagging, Breiman
    1996). As each resample flags other documents, the mean may flag somewhat more of them than the limit says.

    Args:
        problem: What to choose them for; its limit holds in each resample.

    Returns:
        The thresholds, the objective on all documents, and its parts, as :func:`choose_thresholds` does.
    """
    random = np.random.default_rng(_SEED)
    size = len(problem.clean)
    chosen = []
    for _ in range(_RESAMPLES):
        weights = np.bincount(random.integers(size, size=size), minlength=size)
        chosen.append(_at(_best(_measure(problem, weights), problem.candidates)))
    means = {name: float(np.mean([thresholds[name] for thresholds in chosen])) for name in problem.candidates}
    at = {name: int(np.abs(np.array(THRESHOLDS) - mean).argmin()) for name, mean in means.items()}
    return _at(at), *_measure(problem, np.ones(size, dtype=np.int64))(at)


def _measure(problem: Problem, weights: NDArray[np.int64]) -> _Measure:
    """Return the function that gives the objective and its parts for a position in ``THRESHOLDS`` of each label."""
    names, clean, clean_limit = list(problem.candidates), problem.clean, problem.clean_limit
    tallies = {name: _Tally(problem.candidates[name], problem.scores[name], clean, weights) for name in names}

    def measure(positions: dict[str, int]) -> tuple[float, dict[str, float]]:
        rows = {name: tallies[name].credits[positions[name]] for name in names}
        core_f1 = micro_f1(np.sum([rows[name] for name in names if name in problem.core], axis=0))
        all_f1 = micro_f1(np.sum(list(rows.values()), axis=0))
        macro_f1 = float(np.mean([micro_f1(row) for row in rows.values()]))
        flagged = np.any([tallies[name].flagged[positions[name]] for name in names], axis=0)
        share = float(weights[flagged].sum() / max(1, weights[clean].sum()))
        penalty = 0.0  # a limit of 1 means that F1 alone counts
        if clean_limit < 1:
            penalty = _PENALTY * max(0.0, share - clean_limit) + _SMALL_PENALTY * min(share, clean_limit)
        parts = {"core_f1": core_f1, "all_f1": all_f1, "macro_f1": macro_f1, "clean_flagged": share}
        return (core_f1 + all_f1 + macro_f1) / 3 - penalty, parts

    return measure


def _at(positions: dict[str, int]) -> dict[str, float]:
    return {name: THRESHOLDS[position] for name, position in positions.items()}


def _best(measure: _Measure, names: Iterable[str]) -> dict[str, int]:
    """Climb from several starts and return the best positions."""
    climbs = [_climb(dict.fromkeys(names, THRESHOLDS.index(start)), measure) for start in _STARTS]
    return max(climbs, key=lambda climb: climb[1])[0]


def _climb(at: dict[str, int], measure: _Measure) -> tuple[dict[str, int], float]:
    """Move one threshold at a time to its best place until nothing improves."""
    best, _ = measure(at)
    for _ in range(_MOST_ROUNDS):
        before = best
        for name, position in itertools.product(list(at), range(len(THRESHOLDS))):
            objective, _ = measure(at | {name: position})
            if objective > best + 1e-9:
                best, at = objective, at | {name: position}
        if best <= before + 1e-9:
            break
    return at, best
