"""Model folders: find one, read its configuration, refuse it when it does not match.

This is the only module that knows the file names inside a model folder.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scamlint.decode import DecodeSettings
from scamlint.errors import ModelError
from scamlint.labels import label_names
from scamlint.text import NORMALIZER_VERSION

CONFIG_FILE = "config.json"
MODELS = Path(__file__).parent / "models"

# Short names that users type, and the folder that each one means.
SHIPPED = {"minilm": "minilm_v1", "baseline": "baseline_v1"}
DEFAULT_MODEL = "minilm"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling (Platt 1999): probability = sigmoid(slope * logit(score) + intercept)."""

    slope: float = 1.0
    intercept: float = 0.0


@dataclass(frozen=True, slots=True)
class Bundle:
    """A checked model folder.

    Attributes:
        folder: Where it lies.
        name: Name of the model.
        version: Version of the model.
        kind: ``baseline`` or ``transformer``.
        thresholds: Calibrated score from which a span of each label is reported.
        span_calibration: Calibration of span scores, by label.
        document_calibration: Calibration of document scores, by label.
        decode: How token scores become spans.
        levels: Points from which a document is ``low``, ``elevated`` and ``high``.
        settings: What only the scorer of this kind understands.
    """

    folder: Path
    name: str
    version: str
    kind: str
    thresholds: dict[str, float]
    span_calibration: dict[str, Calibration]
    document_calibration: dict[str, Calibration]
    decode: DecodeSettings
    levels: dict[str, int]
    settings: dict[str, Any]


def resolve(model: str | Path) -> Path:
    """Return the folder that ``model`` means: a shipped name or a path.

    Raises:
        ModelError: There is no such model.
    """
    shipped = SHIPPED.get(str(model))
    folder = MODELS / shipped if shipped else Path(model)
    if not (folder / CONFIG_FILE).is_file():
        known = ", ".join(sorted(SHIPPED))
        raise ModelError(f"There is no model {str(model)!r}: give {known}, or a folder that holds {CONFIG_FILE}.")
    return folder


def load_bundle(model: str | Path) -> Bundle:
    """Read and check a model folder.

    Args:
        model: A shipped name (``baseline``) or the path of a folder.

    Raises:
        ModelError: The folder is missing, damaged, or made for other labels or another normaliser; the message
            says what differs.
    """
    folder = Path(model)
    try:
        folder = resolve(model)
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        _check(folder, config)
        return Bundle(
            folder=folder,
            name=config["name"],
            version=config["version"],
            kind=config["kind"],
            thresholds=dict(config["thresholds"]),
            span_calibration=_calibrations(config["span_calibration"]),
            document_calibration=_calibrations(config["document_calibration"]),
            decode=DecodeSettings(**config["decode"]),
            levels=dict(config["levels"]),
            settings=dict(config["settings"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(f"The model folder {folder} cannot be read ({error!r}); export it again.") from error


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _calibrations(rows: dict[str, dict[str, float]]) -> dict[str, Calibration]:
    return {label: Calibration(**row) for label, row in rows.items()}


def _check(folder: Path, config: dict[str, Any]) -> None:
    """Refuse a folder that does not match this installation."""
    expected = {"labels": list(label_names()), "normalizer_version": NORMALIZER_VERSION}
    for key, value in expected.items():
        if config[key] != value:
            raise ModelError(f"The model in {folder} has {key} {config[key]!r}, this scamlint has {value!r}.")
    for name, digest in config["files"].items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"The model in {folder} lacks its file {name}; export or install it again.")
        found = file_hash(path)
        if found != digest:
            raise ModelError(f"{path} has SHA-256 {found[:12]}…, its config says {digest[:12]}…; install it again.")
