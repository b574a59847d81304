"""Platt scaling with a prior, so that a label with a handful of spans does not get a wild curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scamlint.bundle import Calibration

# Strength of the pull towards the prior, in units of the log-likelihood.
_PRIOR_WEIGHT = 2.0
_LOWEST_SLOPE = 0.05


def logit(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return log-odds, bounded as the detector bounds them."""
    bounded = np.clip(np.asarray(scores, dtype=np.float64), 1e-6, 1.0 - 1e-6)
    return np.asarray(np.log(bounded / (1.0 - bounded)))


def fit_platt(
    scores: NDArray[np.floating], correct: NDArray[np.bool_], prior: Calibration | None = None
) -> Calibration:
    """Fit ``probability = sigmoid(slope * logit(score) + intercept)``.

    Source: Platt 1999, "Probabilistic outputs for support vector machines", with his smoothed targets; the Gaussian
    prior is ours.

    Args:
        scores: Raw scores between 0 and 1; shape ``(items,)``.
        correct: Whether each item is right; same shape.
        prior: Where slope and intercept are pulled to; slope 1 and intercept 0 when None.

    Returns:
        The calibration; its slope is positive, so that order is kept. Without items, the prior.
    """
    centre = prior or Calibration()
    if len(scores) == 0:
        return centre
    odds = logit(scores)
    positives = int(correct.sum())
    negatives = len(correct) - positives
    targets = np.where(correct, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(parameters: NDArray[np.float64]) -> float:
        slope, intercept = parameters
        linear = slope * odds + intercept
        likelihood = np.logaddexp(0.0, linear) - targets * linear
        pull = (slope - centre.slope) ** 2 + (intercept - centre.intercept) ** 2
        return float(likelihood.sum() + 0.5 * _PRIOR_WEIGHT * pull)

    start = np.array([centre.slope, centre.intercept])
    result = minimize(loss, start, method="L-BFGS-B", bounds=[(_LOWEST_SLOPE, None), (None, None)])
    return Calibration(float(result.x[0]), float(result.x[1]))
