"""The gate of a model folder is put in and taken out."""

import json
import shutil

from scamlint.bundle import CONFIG_FILE, load_bundle, resolve
from scamlint_training import gate


def test_a_gate_that_was_put_in_and_taken_out_leaves_the_folder_as_it_was(tmp_path):
    folder = shutil.copytree(resolve("minilm"), tmp_path / "model")
    gate.remove(folder)
    before = json.loads((folder / CONFIG_FILE).read_text())

    gate.write(folder, 0.25, 0.6)
    entry = load_bundle(folder).settings["gate"]
    assert (entry["model"], entry["threshold"], entry["familiar"]) == ("baseline", 0.25, 0.6)

    gate.remove(folder)
    assert json.loads((folder / CONFIG_FILE).read_text()) == before
