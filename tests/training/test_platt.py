import numpy as np
import pytest

from scamlint.bundle import Calibration
from scamlint.detector import calibrate
from scamlint_training.platt import fit_platt, logit


def test_overconfident_scores_come_back_as_the_rate_at_which_they_are_right():
    rng = np.random.default_rng(0)
    odds = rng.normal(0.0, 3.0, 20_000)
    truth = rng.random(20_000) < 1 / (1 + np.exp(-(0.5 * odds - 0.7)))
    fitted = fit_platt(1 / (1 + np.exp(-odds)), truth)
    assert fitted.slope == pytest.approx(0.5, abs=0.03)
    assert fitted.intercept == pytest.approx(-0.7, abs=0.05)


def test_a_label_without_candidates_takes_the_curve_of_all_labels():
    prior = Calibration(0.6, -0.2)
    assert fit_platt(np.zeros(0), np.zeros(0, dtype=bool), prior) == prior


def test_a_label_with_two_candidates_stays_near_the_curve_of_all_labels():
    prior = Calibration(1.0, 0.0)
    fitted = fit_platt(np.array([0.9, 0.95]), np.array([False, False]), prior)
    assert fitted.slope > 0
    assert calibrate(0.9, fitted) > 0.2


def test_order_is_kept_even_where_high_scores_are_wrong():
    scores = np.linspace(0.01, 0.99, 500)
    fitted = fit_platt(scores, scores < 0.5)
    assert calibrate(0.9, fitted) > calibrate(0.1, fitted)


def test_certain_scores_have_finite_log_odds():
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
