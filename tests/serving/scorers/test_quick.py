"""The gate's quick reading of sentences: near the baseline's, unit by unit, in little memory."""

import tracemalloc

import numpy as np
import pytest

from scamlint.bundle import load_bundle
from scamlint.scorers.baseline import load_linear_tfidf
from scamlint.scorers.quick import QuickTfidf
from scamlint.windows import sentence_units


@pytest.fixture(scope="module")
def model():
    return load_linear_tfidf(load_bundle("baseline"))


def test_it_scores_nearly_as_the_baseline_does(model):
    text = (
        "earn a guaranteed 2% daily profit, principal returned after 30 days.\n"
        "the farm lies an hour north of the city.\n"
        "our platform is licensed by the financial conduct authority. never pay a fee to unlock a withdrawal!\n"
    )
    units = sentence_units(text)
    exact, quick = model.score(text, units)[0], QuickTfidf(model).read(text, units)[0]
    assert np.abs(exact - quick).max() < 0.5, "of values between 7 and -13"
    assert (exact.argmax(axis=1) == quick.argmax(axis=1)).all()


def test_a_unit_scores_alike_alone_and_in_a_long_document(model):
    quick = QuickTfidf(model)
    sentences = [f"plan {number} pays {number} % a day and your deposit is safe.\n" for number in range(700)]
    text = "".join(sentences)
    scores = quick.read(text, sentence_units(text))[0]
    assert len(scores) == 700
    for number in (0, 255, 256, 511, 512, 699):
        alone = QuickTfidf(model).read(sentences[number], [(0, len(sentences[number]))])[0]
        assert np.allclose(scores[number], alone[0], rtol=0, atol=1e-9)


def test_units_without_a_known_feature_have_the_intercepts(model):
    quick = QuickTfidf(model)
    text = "\u4e2d\u6587 \n \n\u4e2d"
    assert np.allclose(quick.read(text, [(0, 4), (4, 6), (6, 7)])[0], model.intercepts)
    assert [part.shape for part in quick.read("", [])] == [(0, len(model.intercepts)), (0, 2)]


def test_memory_does_not_grow_by_the_features_of_a_long_document(model):
    quick = QuickTfidf(model)
    text = "the fund pays 2 % a day to everyone who joins before the end of the month.\n" * 5_000
    units = sentence_units(text)
    quick.read(text, units[:500])
    tracemalloc.start()
    try:
        quick.read(text, units)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(text)
    finally:
        tracemalloc.stop()


def test_it_tells_how_much_it_can_read(model):
    plain, disguised = (
        "the fund pays two percent a day",
        "t\u0336h\u0336e f\u0336u\u0336n\u0336d p\u0336a\u0336y\u0336s",
    )
    for text, least, most in ((plain, 0.7, 1.0), (disguised, 0.0, 0.4)):
        _, grams = QuickTfidf(model).read(text, [(0, len(text))])
        known, possible = grams[0]
        assert least * possible <= known <= most * possible
