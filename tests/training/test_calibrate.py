import json
import shutil
import sys

import pytest

from scamlint import Detector
from scamlint.bundle import load_bundle, resolve
from scamlint.labels import all_labels, label_names
from scamlint_training.calibrate import candidates_of, choose, main, observe, write
from scamlint_training.corpus import load_split
from scamlint_training.metrics import Mark, partial, total


@pytest.fixture(scope="module")
def dev():
    return load_split("dev")[:60]


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(resolve("baseline"), tmp_path / "model")


@pytest.fixture(scope="module")
def observed(dev):
    return observe("baseline", dev)


def test_candidates_are_the_spans_that_the_detector_reports_at_threshold_zero(dev, observed):
    bundle = load_bundle("baseline")
    detector = Detector.load("baseline")
    counted = {name: len(found.raw) for name, found in candidates_of(observed, bundle.decode).items()}
    reported = dict.fromkeys(label_names(), 0)
    for report in detector.scan_many([document.text for document in dev], thresholds=dict.fromkeys(label_names(), 0.0)):
        for span in report.spans:
            reported[span.label] += 1
    assert counted == reported
    assert sum(counted.values()) > 0


def test_the_figures_that_calibration_states_are_those_of_the_served_detector(dev, observed, folder):
    chosen = choose(observed)
    write(folder, chosen, "dev", len(dev))
    detector = Detector.load(folder)
    scores = dict.fromkeys(label_names(), total([]))
    flagged = 0
    for document, report in zip(dev, detector.scan_many([document.text for document in dev]), strict=True):
        predicted = [Mark(span.start, span.end, span.label) for span in report.spans]
        gold = [Mark(span.start, span.end, span.label) for span in document.spans]
        for label, score in partial(gold, predicted, label_names()).items():
            scores[label] += score
        flagged += bool(predicted) and not gold
    core = [label.name for label in all_labels() if label.core]
    clean = sum(not document.spans for document in dev)
    assert total(scores.values()).f1 == pytest.approx(chosen.measured["all_f1"], abs=0.01)
    assert total(scores[name] for name in core).f1 == pytest.approx(chosen.measured["core_f1"], abs=0.01)
    assert flagged / clean == pytest.approx(chosen.measured["clean_flagged"], abs=0.5 / clean)


def test_the_command_rewrites_the_folder_and_it_still_loads(folder, monkeypatch):
    before = json.loads((folder / "config.json").read_text())
    monkeypatch.setattr(sys, "argv", ["calibrate", str(folder)])
    main()
    after = json.loads((folder / "config.json").read_text())
    assert after["files"] == before["files"]
    assert after["calibration"]["split"] == "dev"
    assert after["calibration"]["documents"] == len(load_split("dev"))
    Detector.load(folder).scan("Earn 2% a day, guaranteed.")


def test_the_test_split_is_refused(folder, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["calibrate", str(folder), "--split", "test"])
    with pytest.raises(SystemExit):
        main()
    assert "invalid choice" in capsys.readouterr().err
