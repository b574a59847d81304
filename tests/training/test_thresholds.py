import numpy as np
import pytest

from scamlint_training.thresholds import Candidates, Problem, bagged_threshold, choose_threshold, micro_f1

CLEAN = np.array([False, False, True, True])


def candidates(*rows, gold, documents=4):
    """Candidates whose gold spans all stand in the first document."""
    return Candidates.from_rows(rows, [gold] + [0] * (documents - 1))


def test_the_threshold_parts_right_from_wrong_candidates():
    found = {"a": candidates((0, 0.9, 1.0, 1.0), (1, 0.8, 1.0, 1.0), (2, 0.3, 0.0, 0.0), gold=2)}
    choice = choose_threshold(Problem(found, {"a": found["a"].raw}, {"a"}, CLEAN, 0.03))
    assert 0.3 < choice.threshold <= 0.8
    assert choice.measured == {"core_f1": 1.0, "all_f1": 1.0, "macro_f1": 1.0, "clean_flagged": 0.0}


def test_recall_is_given_up_before_clean_documents_are_flagged():
    found = {"a": candidates((0, 0.9, 1.0, 1.0), (1, 0.5, 1.0, 1.0), (2, 0.6, 0.0, 0.0), gold=2)}
    choice = choose_threshold(Problem(found, {"a": found["a"].raw}, {"a"}, CLEAN, 0.03))
    assert choice.threshold > 0.6
    assert choice.measured["clean_flagged"] == 0.0


def test_a_wide_limit_lets_recall_win():
    found = {"a": candidates((0, 0.9, 1.0, 1.0), (1, 0.5, 1.0, 1.0), (2, 0.6, 0.0, 0.0), gold=2)}
    choice = choose_threshold(Problem(found, {"a": found["a"].raw}, {"a"}, CLEAN, 0.5))
    assert choice.measured["all_f1"] == pytest.approx(0.8)


def test_a_label_without_candidates_counts_as_missed():
    found = {"a": candidates((0, 0.9, 1.0, 1.0), gold=1), "b": candidates(gold=3)}
    choice = choose_threshold(Problem(found, {name: row.raw for name, row in found.items()}, {"a"}, CLEAN, 0.03))
    assert choice.measured["core_f1"] == 1.0
    assert choice.measured["all_f1"] == pytest.approx(2 * 0.25 / 1.25)


def test_one_threshold_serves_common_and_rare_labels():
    common = [(number, 0.9, 1.0, 1.0) for number in range(20)]
    clean = np.array([False] * 40 + [True] * 60)
    found = {
        "common": candidates(*common, (41, 0.6, 0.0, 0.0), (42, 0.6, 0.0, 0.0), gold=20, documents=100),
        "rare": candidates((30, 0.7, 1.0, 1.0), (31, 0.7, 1.0, 1.0), (43, 0.7, 0.0, 0.0), gold=2, documents=100),
    }
    choice = choose_threshold(Problem(found, {name: row.raw for name, row in found.items()}, {"common"}, clean, 0.03))
    assert 0.6 < choice.threshold <= 0.7
    assert choice.measured["core_f1"] == 1.0
    assert choice.measured["clean_flagged"] == pytest.approx(1 / 60)


def test_one_document_more_does_not_move_a_bagged_threshold_far():
    random = np.random.default_rng(3)
    clean = np.array([False] * 100 + [True] * 100)
    right = [(number, 0.5 + 0.5 * random.random(), 1.0, 1.0) for number in range(100)]
    wrong = [(100 + number, 0.6 * random.random(), 0.0, 0.0) for number in range(100)]
    gold = [1] * 100 + [0] * 100

    def bagged(*more):
        found = {"a": Candidates.from_rows([*right, *wrong, *more], gold)}
        return bagged_threshold(Problem(found, {"a": found["a"].raw}, {"a"}, clean, 0.03))

    choice = bagged()
    assert 0.5 <= choice.threshold <= 0.65
    assert choice.objective <= choice.measured["all_f1"]
    assert abs(bagged((150, 0.8, 0.0, 0.0)).threshold - choice.threshold) <= 0.1


def test_nothing_found_and_nothing_to_find_is_no_division_by_zero():
    assert micro_f1(np.zeros(4)) == 0.0
