"""The learning curve's page says what more documents bring, from the points alone."""

from scamlint_training.curve import as_page
from scamlint_training.evaluate.plots import draw_learning_curve

POINTS = [
    {"documents": 500, "passes": 4, "core_f1": 0.40, "all_f1": 0.38},
    {"documents": 2000, "passes": 2, "core_f1": 0.60, "all_f1": 0.50},
    {"documents": 4000, "passes": 1, "core_f1": 0.65, "all_f1": 0.49},
]


def test_the_page_has_the_points_and_the_gain_of_a_doubling(tmp_path):
    page = as_page(POINTS)
    assert "| 2,000 | 2 | 0.600 | 0.500 |" in page
    assert "From 500 to 2,000 documents, a doubling brought +10.0 points of core F1 and +6.0 of all." in page
    assert "From 2,000 to 4,000 documents, a doubling brought +5.0 points of core F1 and -1.0 of all." in page
    draw_learning_curve(POINTS, tmp_path / "learning_curve.png")
    assert (tmp_path / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
