import numpy as np
import pytest

from scamlint_training.evaluate.reliability import reliability, span_pairs
from scamlint_training.evaluate.systems import Prediction
from scamlint_training.metrics import Mark


def test_scores_that_mean_what_they_say_have_no_error():
    scores = np.repeat([0.25, 0.75], 400)
    outcomes = np.tile([True, False, False, False], 100).tolist() + np.tile([True, True, True, False], 100).tolist()
    assert reliability(scores, np.array(outcomes))["ece"] == pytest.approx(0.0)


def test_the_error_is_the_mean_gap_weighed_by_items():
    scores = np.array([0.9] * 30 + [0.1] * 10)
    outcomes = np.array([False] * 30 + [False] * 10)
    assert reliability(scores, outcomes)["ece"] == pytest.approx(0.75 * 0.9 + 0.25 * 0.1)


def test_a_score_of_one_falls_into_the_last_bin():
    assert reliability(np.array([1.0]), np.array([True]))["curve"] == [{"score": 1.0, "correct": 1.0, "items": 1}]


def test_a_candidate_is_right_when_half_of_it_is_gold(document):
    doc = document("earn 2% a day now", ("guaranteed_return", "2% a day"))
    candidates = ((Mark(5, 13, "guaranteed_return"), 0.9), (Mark(0, 6, "guaranteed_return"), 0.4))
    scores, correct = span_pairs([doc], [Prediction((), candidates, {})])
    assert scores.tolist() == [0.9, 0.4]
    assert correct.tolist() == [True, False]
