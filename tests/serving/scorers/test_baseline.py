"""The baseline on long documents."""

import time

from scamlint import Detector


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
