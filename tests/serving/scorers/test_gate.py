import numpy as np
import pytest

from scamlint.encode import Encoded
from scamlint.errors import ModelError
from scamlint.scorers.gate import SHORT, Gate

DULL = "The meeting is on Tuesday and the minutes are kept in the office. " * 6
PITCH = "Earn a guaranteed 3% daily profit, your principal is always protected. " * 6


def words(text):
    """One piece for each word."""
    starts = [index for index, char in enumerate(text) if char != " " and (index == 0 or text[index - 1] == " ")]
    ends = [text.find(" ", start) if text.find(" ", start) >= 0 else len(text) for start in starts]
    numbers = np.arange(len(starts), dtype=np.int64)
    return Encoded(numbers, np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), numbers)


def test_the_window_with_the_pitch_scores_higher_than_the_dull_one():
    text = DULL + PITCH
    document = words(text)
    dull_words = len(DULL.split())
    scores, _ = Gate("baseline", 0.2).window_scores(text, document, [(0, dull_words), (dull_words, len(document.ids))])
    assert scores[1] > scores[0]
    opened = Gate("baseline", float(scores[1])).opens(
        text, document, [(0, dull_words), (dull_words, len(document.ids))]
    )
    assert opened.tolist() == [False, True]


def test_a_window_that_touches_one_word_of_the_pitch_is_read():
    text = DULL + PITCH
    document = words(text)
    last_dull = len(DULL.split())
    assert last_dull >= SHORT
    (apart, touching), _ = Gate("baseline", 0.2).window_scores(text, document, [(0, last_dull), (0, last_dull + 1)])
    assert touching > apart


def test_a_threshold_of_zero_reads_everything():
    document = words(DULL)
    assert Gate("baseline", 0.0).opens(DULL, document, [(0, 5), (5, 12)]).all()


def test_settings_without_a_gate_have_none():
    assert Gate.from_settings({"window": 256}) is None


def test_a_gate_measured_with_other_weights_is_refused():
    entry = {"model": "baseline", "threshold": 0.1, "familiar": 0.6, "weights_sha256": "0" * 64}
    with pytest.raises(ModelError, match="another baseline"):
        Gate.from_settings({"gate": entry})


def test_a_gate_for_these_weights_loads():
    weights = Gate("baseline", 0.1).weights_sha256
    entry = {"model": "baseline", "threshold": 0.1, "familiar": 0.6, "weights_sha256": weights}
    gate = Gate.from_settings({"gate": entry})
    assert gate is not None
    assert (gate.threshold, gate.familiar) == (0.1, 0.6)


def test_a_short_text_is_always_read():
    document = words(DULL)
    assert Gate("baseline", 0.99).opens(DULL, document, [(0, SHORT - 1), (0, SHORT)]).tolist() == [True, False]


def test_text_that_the_baseline_cannot_read_is_read_by_the_transformer():
    disguised = "".join(f"{char}\u0336" if char.isalpha() else char for char in DULL)
    gate = Gate("baseline", 0.99, familiar=0.5)
    for text, opened in ((DULL, False), (disguised, True)):
        document = words(text)
        assert gate.opens(text, document, [(0, len(document.ids))]).tolist() == [opened]
