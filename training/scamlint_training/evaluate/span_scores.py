"""Span figures of a system: tables of credits for each document, sums of them, and bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scamlint.labels import all_labels, label_names
from scamlint_training.corpus import Document
from scamlint_training.evaluate.systems import Prediction
from scamlint_training.metrics import Mark, Score, exact, partial

Metric = Callable[[Sequence[Mark], Sequence[Mark], Sequence[str]], dict[str, Score]]
METRICS: dict[str, Metric] = {"partial": partial, "exact": exact}


def gold_marks(document: Document) -> list[Mark]:
    """Return the annotated spans of a document as marks."""
    return [Mark(span.start, span.end, span.label) for span in document.spans]


def credit_table(documents: Sequence[Document], predictions: Sequence[Prediction], metric: str) -> NDArray[np.float64]:
    """Score every document.

    Args:
        documents: Documents with gold spans.
        predictions: One for each document.
        metric: ``partial`` (SemEval-2020 Task 11) or ``exact``.

    Returns:
        Precision credit, recall credit, predicted, gold; shape ``(documents, labels, 4)``.
    """
    names = label_names()
    table = np.zeros((len(documents), len(names), 4))
    for row, (document, prediction) in enumerate(zip(documents, predictions, strict=True)):
        scores = METRICS[metric](gold_marks(document), prediction.spans, names)
        for column, name in enumerate(names):
            score = scores[name]
            table[row, column] = score.precision_credit, score.recall_credit, score.predicted, score.gold
    return table


def f1_of(credits: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return precision, recall and F1 of summed credits.

    Args:
        credits: Shape ``(..., 4)``.

    Returns:
        Three arrays of shape ``(...)``; 0 where there is nothing to divide by.
    """
    precision = np.divide(credits[..., 0], credits[..., 2], out=np.zeros(credits.shape[:-1]), where=credits[..., 2] > 0)
    recall = np.divide(credits[..., 1], credits[..., 3], out=np.zeros(credits.shape[:-1]), where=credits[..., 3] > 0)
    both = precision + recall
    return precision, recall, np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)


def core_columns() -> NDArray[np.bool_]:
    """Return which labels are core; shape ``(labels,)``."""
    return np.array([label.core for label in all_labels()])


def summarise(table: NDArray[np.float64]) -> dict[str, Any]:
    """Sum a credit table into figures per label, for the core labels, and over all (micro and macro).

    Args:
        table: Shape ``(documents, labels, 4)``.
    """
    summed = table.sum(axis=0)
    precision, recall, f1 = f1_of(summed)
    rows = {
        name: _row(precision[i], recall[i], f1[i], summed[i, 2], summed[i, 3]) for i, name in enumerate(label_names())
    }
    for name, credits in (("core", summed[core_columns()].sum(axis=0)), ("all", summed.sum(axis=0))):
        p, r, f = f1_of(credits)
        rows[name] = _row(p, r, f, credits[2], credits[3])
    return {"labels": rows, "macro_f1": float(f1.mean())}


def _row(precision: Any, recall: Any, f1: Any, predicted: Any, gold: Any) -> dict[str, float]:
    return {
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "predicted": int(predicted),
        "gold": int(gold),
    }


def intervals(
    table: NDArray[np.float64], resamples: int = 2000, seed: int = 13, level: float = 0.95
) -> dict[str, tuple[float, float]]:
    """Bootstrap intervals over documents (Efron 1979, percentile method).

    Args:
        table: Shape ``(documents, labels, 4)``.
        resamples: How many samples to draw.
        seed: Their seed.
        level: Coverage.

    Returns:
        ``(low, high)`` of the F1 of the core labels, of all labels (micro) and of the macro F1.
    """
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=resamples)
    sums = np.tensordot(weights, table, axes=1)
    core = sums[:, core_columns()].sum(axis=1)
    drawn = {"core_f1": f1_of(core)[2], "all_f1": f1_of(sums.sum(axis=1))[2], "macro_f1": f1_of(sums)[2].mean(axis=1)}
    return {name: percentile_interval(values, level) for name, values in drawn.items()}


def percentile_interval(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Return the central interval of drawn values."""
    tail = (1 - level) / 2 * 100
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)


def by_group(documents: Sequence[Document], table: NDArray[np.float64], field: str) -> dict[str, dict[str, float]]:
    """Return micro F1 over all labels by ``genre`` or ``stance``, for groups that have gold spans.

    Args:
        documents: The documents of the table's rows.
        table: Shape ``(documents, labels, 4)``.
        field: Attribute of a document.
    """
    groups = np.array([getattr(document, field) for document in documents])
    rows = {}
    for name in sorted(set(groups.tolist())):
        credits = table[groups == name].sum(axis=(0, 1))
        if credits[3]:
            p, r, f = f1_of(credits)
            rows[name] = {**_row(p, r, f, credits[2], credits[3]), "documents": int((groups == name).sum())}
    return rows
