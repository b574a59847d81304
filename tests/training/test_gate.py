"""The gate of a model folder is put in and taken out, and never measured where one is."""

import json
import shutil

import pytest

from scamlint.bundle import CONFIG_FILE, load_bundle, resolve
from scamlint.errors import ModelError
from scamlint_training import gate

DULL = "The meeting is on Tuesday and the minutes are kept in the office. " * 40
PITCH = "Earn a guaranteed 3% daily profit, your principal is always protected. "


@pytest.fixture
def ungated(tmp_path):
    folder = shutil.copytree(resolve("minilm"), tmp_path / "model")
    gate.remove(folder)
    return folder


def test_a_gate_that_was_put_in_and_taken_out_leaves_the_folder_as_it_was(ungated):
    before = json.loads((ungated / CONFIG_FILE).read_text())

    gate.write(ungated, 0.25)
    assert load_bundle(ungated).settings["gate"] == {"threshold": 0.25}

    gate.remove(ungated)
    assert json.loads((ungated / CONFIG_FILE).read_text()) == before


def test_a_span_needs_the_window_that_it_lies_in_and_dull_windows_score_lower(ungated):
    dull, pitch = gate.skim(ungated, [DULL, DULL + PITCH + DULL])
    assert dull.spans == []
    assert len(pitch.scores) == len(pitch.pieces) > 2
    (needed,) = {int(window) for windows in pitch.spans for window in windows}
    assert pitch.scores[needed] == pitch.scores.max() > dull.scores.max()


def test_a_folder_with_a_gate_is_not_measured(ungated):
    gate.write(ungated, 0.0)
    with pytest.raises(ValueError, match="has a gate already"):
        gate.skim(ungated, [DULL])


def test_the_baseline_can_have_no_gate():
    with pytest.raises(ModelError, match="Only a transformer can have a gate"):
        gate.skim(resolve("baseline"), [DULL])
