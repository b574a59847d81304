"""The baseline: what is served scores as what was trained."""

from pathlib import Path

import numpy as np
import pytest

from scamlint import Detector
from scamlint.bundle import load_bundle
from scamlint.scorers.baseline import load_linear_tfidf, lower, sigmoid
from scamlint.text import normalize
from scamlint.windows import sentence_units
from scamlint_training.baseline import BaselineSettings, commonest, export, fit, units_of
from scamlint_training.corpus import load_split


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, Path]:
    settings = BaselineSettings(word_features=3000, char_features=4000)
    pipeline = fit(settings, load_split("train")[:150])
    folder = tmp_path_factory.mktemp("baseline")
    export(pipeline, settings, folder)
    return pipeline, folder


def test_served_scores_equal_the_scikit_learn_pipeline(trained: tuple[object, Path]) -> None:
    pipeline, folder = trained
    model = load_linear_tfidf(load_bundle(folder))
    documents = [*load_split("dev")[:30]]
    compared = 0
    for document in documents:
        texts, _ = units_of([document])
        expected = pipeline.predict_proba(texts)  # type: ignore[attr-defined]
        lowered = lower(normalize(document.text).text)
        served = sigmoid(model.score(lowered, sentence_units(lowered))[0])
        np.testing.assert_allclose(served, expected, atol=1e-6)
        compared += len(texts)
    assert compared > 100


def test_it_marks_the_sentence_that_promises_and_not_its_neighbour() -> None:
    claim = "Our clients earn a guaranteed 2% daily profit, principal returned after 30 days."
    text = f"The farm lies an hour north of the city, next to an old paper mill and a dam. {claim}"
    (span,) = Detector.load("baseline").scan(text).spans
    assert text.index(claim) <= span.start < span.end <= len(text)


def test_no_pickle_is_in_the_folder(trained: tuple[object, Path]) -> None:
    _, folder = trained
    assert {path.suffix for path in folder.iterdir()} == {".json", ".npz"}
    with np.load(folder / "weights.npz", allow_pickle=False) as weights:
        assert set(weights.files) == {"idf", "coefficients", "intercepts"}


def test_of_equally_common_words_the_first_ones_of_the_alphabet_are_kept() -> None:
    units = ["pear apple plum", "plum fig", "fig pear apple"]
    assert commonest(units, 2) == ["apple", "fig"]
    assert commonest([*units, "plum"], 2) == ["apple", "plum"]
