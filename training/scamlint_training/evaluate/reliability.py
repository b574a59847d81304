"""Do scores mean what they say? Reliability curves and the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scamlint_training.calibrate import CORRECT_SHARE
from scamlint_training.corpus import Document
from scamlint_training.evaluate.systems import Prediction

BINS = 10


def span_pairs(
    documents: Sequence[Document], predictions: Sequence[Prediction]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the score of every candidate span with whether it is correct.

    Correct: at least half of it lies in a gold span of its label, as in calibration.
    """
    scores, correct = [], []
    for document, prediction in zip(documents, predictions, strict=True):
        for mark, score in prediction.candidates:
            covered = sum(
                max(0, min(mark.end, span.end) - max(mark.start, span.start))
                for span in document.spans
                if span.label == mark.label
            )
            scores.append(score)
            correct.append(covered >= CORRECT_SHARE * (mark.end - mark.start))
    return np.array(scores, dtype=np.float64), np.array(correct, dtype=bool)


def reliability(scores: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = BINS) -> dict[str, Any]:
    """Return the expected calibration error and the curve behind it.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", equation 3: equal-width bins.

    Args:
        scores: Probabilities; shape ``(items,)``.
        correct: Outcomes; same shape.
        bins: Number of bins.
    """
    place = np.minimum((scores * bins).astype(np.int64), bins - 1)
    curve = []
    error = 0.0
    for index in range(bins):
        here = place == index
        if not here.any():
            continue
        mean, rate, count = float(scores[here].mean()), float(correct[here].mean()), int(here.sum())
        error += count / len(scores) * abs(mean - rate)
        curve.append({"score": mean, "correct": rate, "items": count})
    return {"ece": error, "items": len(scores), "curve": curve}
