"""Document figures of a system: who is flagged that should not be, and how well documents are ranked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score, roc_auc_score

from scamlint.labels import label_names
from scamlint_training.corpus import Document
from scamlint_training.evaluate.systems import Prediction

COUNTER_SPEECH = ("warning", "reporting", "victim", "satire")


def clean_flagged(documents: Sequence[Document], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return the share of clean documents (no gold span) that carry a flag, in all and by stance, with an interval."""
    rows = [
        (document.stance, bool(prediction.spans))
        for document, prediction in zip(documents, predictions, strict=True)
        if not document.spans
    ]
    stances = np.array([stance for stance, _ in rows])
    flagged = np.array([flag for _, flag in rows], dtype=float)
    by_stance = {
        str(stance): {
            "flagged": int(flagged[stances == stance].sum()),
            "documents": int((stances == stance).sum()),
            "share": float(flagged[stances == stance].mean()),
        }
        for stance in sorted(set(stances.tolist()))
    }
    return {
        "share": _mean(flagged),
        "flagged": int(flagged.sum()),
        "documents": len(rows),
        "interval": _interval_of_mean(flagged),
        "by_stance": by_stance,
    }


def counter_speech_penalty(documents: Sequence[Document], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return how much more often clean counter-speech is flagged than clean neutral documents.

    Counter-speech: warnings, reports, victims' stories and satire. The name is that of StanceBench.
    """
    counter, neutral = [], []
    for document, prediction in zip(documents, predictions, strict=True):
        if document.spans:
            continue
        if document.stance in COUNTER_SPEECH:
            counter.append(float(bool(prediction.spans)))
        elif document.stance == "neutral":
            neutral.append(float(bool(prediction.spans)))
    return {
        "penalty": _mean(np.array(counter)) - _mean(np.array(neutral)),
        "counter_speech": {"share": _mean(np.array(counter)), "documents": len(counter)},
        "neutral": {"share": _mean(np.array(neutral)), "documents": len(neutral)},
    }


def ranking(documents: Sequence[Document], predictions: Sequence[Prediction]) -> dict[str, Any]:
    """Return AUROC of the document scores and F1 of the reported labels, per label and for "any label".

    A label that all or no documents carry has no AUROC (null).
    """
    names = label_names()
    truth, scores, reported = _matrices(documents, predictions)
    rows = {
        name: {"auroc": _auroc(truth[:, i], scores[:, i]), "f1": _f1(truth[:, i], reported[:, i])}
        for i, name in enumerate(names)
    }
    any_truth = np.asarray(truth.any(axis=1), dtype=bool)
    any_reported = np.asarray(reported.any(axis=1), dtype=bool)
    known = [row["auroc"] for row in rows.values() if row["auroc"] is not None]
    return {
        "labels": rows,
        "macro_auroc": float(np.mean(known)) if known else None,
        "macro_f1": float(np.mean([row["f1"] for row in rows.values()])),
        "any": {
            "auroc": _auroc(any_truth, scores.max(axis=1)),
            "f1": _f1(any_truth, any_reported),
        },
    }


def document_pairs(
    documents: Sequence[Document], predictions: Sequence[Prediction]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return every document score with whether the document carries the label, flattened."""
    truth, scores, _ = _matrices(documents, predictions)
    return scores.ravel(), truth.ravel()


def _matrices(
    documents: Sequence[Document], predictions: Sequence[Prediction]
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.bool_]]:
    names = label_names()
    truth = np.array([[any(span.label == name for span in doc.spans) for name in names] for doc in documents])
    scores = np.array([[prediction.scores[name] for name in names] for prediction in predictions])
    reported = np.array([[any(mark.label == name for mark in p.spans) for name in names] for p in predictions])
    return truth, scores, reported


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _interval_of_mean(values: NDArray[np.float64]) -> tuple[float, float]:
    """Wilson's interval (Wilson 1927): unlike the bootstrap, it is not empty when nothing is flagged."""
    count = len(values)
    if not count:
        return 0.0, 1.0
    share, z = float(values.mean()), 1.96
    centre = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * float(np.sqrt(share * (1 - share) / count + z * z / (4 * count * count)))
    return max(0.0, centre - half), min(1.0, centre + half)


def _auroc(truth: NDArray[np.bool_], scores: NDArray[np.float64]) -> float | None:
    return float(roc_auc_score(truth, scores)) if 0 < truth.sum() < len(truth) else None


def _f1(truth: NDArray[np.bool_], reported: NDArray[np.bool_]) -> float:
    return float(f1_score(truth, reported, zero_division=0.0))
