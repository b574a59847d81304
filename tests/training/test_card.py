import json
import shutil

import pytest

from scamlint.bundle import resolve
from scamlint.labels import label_names
from scamlint_training.card import write_card
from scamlint_training.corpus import load_split
from scamlint_training.evaluate.__main__ import evaluate, write_report
from scamlint_training.evaluate.systems import DetectorSystem


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    system = DetectorSystem("baseline", "baseline")
    write_report(evaluate([system], load_split("dev")[:30], "dev", [], attacks=False), folder)
    return folder / "results.json"


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(resolve("baseline"), tmp_path / "model")


def test_the_card_holds_settings_data_results_limits_and_misuse(folder, results):
    write_card(folder, results)
    text = (folder / "README.md").read_text()
    head, body = text.removeprefix("---\n").split("\n---\n", 1)
    assert "license: apache-2.0" in head
    assert "model-index:" in head
    for section in ("Use", "Labels", "Data", "Results", "Settings", "Calibration", "Limits", "Misuse"):
        assert f"\n## {section}\n" in body
    config = json.loads((folder / "config.json").read_text())
    for name in label_names():
        assert f"| {name} | {config['thresholds'][name]:.2f} |" in body
    figures = json.loads(results.read_text())["systems"]["baseline"]
    assert f"| core | {figures['spans']['labels']['core']['precision']:.3f} |" in body


def test_figures_of_other_weights_are_not_borrowed(folder, results):
    config = json.loads((folder / "config.json").read_text())
    config["files"]["weights.npz"] = "0" * 64
    (folder / "config.json").write_text(json.dumps(config))
    write_card(folder, results)
    text = (folder / "README.md").read_text()
    assert "have not been evaluated yet" in text
    assert "model-index" not in text


def test_figures_measured_with_other_thresholds_are_not_borrowed(folder, results):
    config = json.loads((folder / "config.json").read_text())
    config["thresholds"] = dict.fromkeys(config["thresholds"], 0.5)
    (folder / "config.json").write_text(json.dumps(config))
    write_card(folder, results)
    assert "have not been evaluated yet" in (folder / "README.md").read_text()


def test_a_model_with_a_card_still_loads(folder, results):
    from scamlint import Detector

    write_card(folder, results)
    assert Detector.load(folder).scan("plain words").spans == ()


def test_the_card_says_what_each_training_read(folder, results):
    first = {"settings": {"epochs": 7}, "documents": 1200, "pieces": 3_000_000, "corpus_sha256": "a" * 64}
    second = {"settings": {"epochs": 2, "easy": 0.5}, "documents": 1500, "pieces": 1_000_000, "corpus_sha256": "b" * 64}
    config = json.loads((folder / "config.json").read_text())

    def written(trainings):
        changed = config | {"settings": trainings[-1]["settings"], "trainings": trainings}
        (folder / "config.json").write_text(json.dumps(changed))
        write_card(folder, results)
        return (folder / "README.md").read_text()

    assert "Trained once: 1,200 documents, 3.0 million word pieces." in written([first])
    text = written([first, second])
    assert "1,200 documents, 3.0 million word pieces; 1,500 documents, 1.0 million" in text
    assert "| epochs | `7` | `2` |" in text
    assert "| easy |  | `0.5` |" in text


def test_the_card_tells_of_the_gate(folder, results):
    config = json.loads((folder / "config.json").read_text())
    config["settings"]["gate"] = {"threshold": -2.25}
    (folder / "config.json").write_text(json.dumps(config))
    write_card(folder, results)
    text = (folder / "README.md").read_text()
    assert "the encoder does not read those below -2.25 (a logit, less for long windows)" in text
    assert "| gate |" not in text
