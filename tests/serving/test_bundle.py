"""Model folders that do not match are refused, and the message says what differs."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from scamlint import Detector, ModelError
from scamlint.bundle import CONFIG_FILE, MODELS, SHIPPED, load_bundle


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODELS / SHIPPED["baseline"], tmp_path / "model"))


def change(folder: Path, **values: Any) -> None:
    path = folder / CONFIG_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_models_load(name: str) -> None:
    assert load_bundle(name).name == name


def test_a_copied_folder_works_by_path(folder: Path) -> None:
    assert Detector.load(folder).scan("hello").spans == ()


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(ModelError, match="baseline"):
        Detector.load("no-such-model")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"labels": ["scam"]}, "labels"),
        ({"normalizer_version": 999}, "normalizer_version 999"),
        ({"kind": "oracle"}, "oracle"),
        ({"thresholds": None}, "cannot be read"),
    ],
)
def test_a_folder_for_something_else_is_refused(folder: Path, values: dict[str, Any], message: str) -> None:
    change(folder, **values)
    with pytest.raises(ModelError, match=message):
        Detector.load(folder)


def test_a_changed_file_is_refused(folder: Path) -> None:
    with (folder / "weights.npz").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=r"weights\.npz"):
        Detector.load(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "vocabulary.json").unlink()
    with pytest.raises(ModelError, match=r"vocabulary\.json"):
        Detector.load(folder)


@pytest.mark.parametrize("values", [{"files": []}, {"span_calibration": []}, {"settings": []}, {"levels": None}])
def test_a_configuration_of_another_shape_is_refused(folder: Path, values: dict[str, Any]) -> None:
    change(folder, **values)
    with pytest.raises(ModelError, match="cannot be read"):
        Detector.load(folder)


def test_a_name_that_no_folder_can_have_is_refused() -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        Detector.load("m" * 5_000)


def test_a_broken_configuration_is_refused(folder: Path) -> None:
    (folder / CONFIG_FILE).write_text("{")
    with pytest.raises(ModelError, match="cannot be read"):
        Detector.load(folder)
