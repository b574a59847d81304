"""The learning curve's page says what more documents bring, from the points alone."""

from scamlint_training.curve import CALIBRATION, as_page
from scamlint_training.evaluate.plots import draw_learning_curve


def point(documents: int, read: int | None, core: float, every: float) -> dict[str, float | str | None]:
    baseline = {"baseline_core_f1": core - 0.2, "baseline_all_f1": every - 0.1}
    return {
        "corpus_sha256": "abcdef0123",
        "documents": documents,
        "read": read,
        "core_f1": core,
        "all_f1": every,
    } | baseline


POINTS = [point(500, 8000, 0.40, 0.38), point(1000, 8000, 0.50, 0.42), point(2000, 8000, 0.60, 0.50)]
SHIPPED = point(2000, None, 0.66, 0.55) | {"calibration": CALIBRATION}


def test_the_page_has_the_points_and_the_gain_of_a_doubling(tmp_path):
    page = as_page(POINTS, SHIPPED)
    assert "| abcdef01 | a threshold for each label | 2,000 | 8,000 | 0.600 | 0.500 | 0.400 | 0.400 |" in page
    assert "| shipped models | one threshold, bagged | 2,000 | – | 0.660 | 0.550 |" in page
    assert (
        "From 500 to 2,000 documents, a doubling brought the transformer +10.0 points of core F1 and +6.0 of all, "
        "the baseline +10.0 and +6.0."
    ) in page
    draw_learning_curve(POINTS, tmp_path / "learning_curve.png")
    assert (tmp_path / "learning_curve.png").read_bytes().startswith(b"\x89PNG")


def test_points_that_were_calibrated_in_other_ways_are_not_compared():
    page = as_page([POINTS[0], POINTS[2] | {"calibration": CALIBRATION}], SHIPPED)
    assert "a doubling" not in page


def test_points_too_near_each_other_say_nothing_about_a_doubling():
    page = as_page([point(500, 8000, 0.40, 0.38), point(600, 8000, 0.45, 0.42)], SHIPPED)
    assert "a doubling" not in page
