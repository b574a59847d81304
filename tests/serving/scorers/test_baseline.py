"""The baseline on long documents."""

import time
import tracemalloc

import numpy as np

from scamlint import Detector
from scamlint.bundle import load_bundle
from scamlint.scorers.baseline import BaselineScorer


def seconds(detector: Detector, text: str) -> float:
    started = time.process_time()
    detector.scan(text)
    return time.process_time() - started


def test_a_document_of_flagged_sentences_takes_time_in_proportion_to_its_length() -> None:
    detector = Detector.load("baseline")
    sentence = "Earn a guaranteed 2% daily profit.\n"
    seconds(detector, sentence)
    short = seconds(detector, sentence * 2_000)
    assert seconds(detector, sentence * 16_000) < 16 * short


def test_the_units_of_a_long_document_score_as_each_does_alone() -> None:
    scorer = BaselineScorer(load_bundle("baseline"))
    sentences = [f"Plan {number} pays {number} % a day and your deposit is safe.\n" for number in range(700)]
    units, probabilities = scorer.unit_probabilities("".join(sentences))
    assert len(units) == 700
    for number in (0, 255, 256, 511, 512, 699):
        _, alone = scorer.unit_probabilities(sentences[number])
        assert np.allclose(probabilities[number], alone[0], rtol=0, atol=1e-12)


def test_memory_does_not_grow_by_the_features_of_a_long_document() -> None:
    scorer = BaselineScorer(load_bundle("baseline"))
    text = "The fund pays 2 % a day to everyone who joins before the end of the month.\n" * 5_000
    scorer.unit_probabilities(text[:50_000])
    tracemalloc.start()
    try:
        scorer.unit_probabilities(text)
        assert tracemalloc.get_traced_memory()[1] < 100 * len(text)
    finally:
        tracemalloc.stop()
