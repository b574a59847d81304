"""Measure the gate on dev and attacked dev, and choose its threshold.

    python -m scamlint_training.gate serving/scamlint/models/minilm_v1 [--write]

The skimmer (``scamlint_training.skimmer``) scores every window, and the encoder reads those at the threshold and above.
A span of the transformer is kept when every window that its words belong to is read. The threshold is the largest at
which at least 99.5 % of the spans that the transformer reports on dev, clean and attacked, are kept.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scamlint import Detector
from scamlint.bundle import CONFIG_FILE, load_bundle, resolve
from scamlint.errors import ModelError
from scamlint.scorers.transformer import TransformerScorer
from scamlint.text import normalize
from scamlint.windows import owned_range
from scamlint_training.attacks import ATTACKS, attack
from scamlint_training.corpus import load_split

_log = logging.getLogger(__name__)
KEPT = 0.995
# The gate is written into a folder only when it skips at least this share of the pieces of clean documents. With a
# third a 50 kB article took 0.77 s instead of 1.12 s (tried.md), which a reader notices.
WORTHWHILE = 0.3


@dataclass(frozen=True, slots=True)
class GateMeasurement:
    """What the gate would do.

    Attributes:
        threshold: The chosen threshold, a score of the skimmer.
        kept: Share of the transformer's spans that it keeps.
        spans: How many spans that is measured on.
        skipped: Share of all word pieces that it skips.
        skipped_clean: Share of the pieces of documents without a gold span, unattacked, that it skips.
        windows: How many windows there are.
    """

    threshold: float
    kept: float
    spans: int
    skipped: float
    skipped_clean: float
    windows: int


def ungated(folder: Path) -> Path:
    """Return the folder, after making sure that the gate is not part of what is measured.

    Raises:
        ValueError: Its settings hold a gate already.
    """
    if load_bundle(folder).settings.get("gate") is not None:
        raise ValueError(f"{folder} has a gate already; remove `gate` from its settings before measuring one.")
    return folder


@dataclass(frozen=True, slots=True)
class _Skimmed:
    """What the gate would see of one text.

    Attributes:
        scores: Of each window; shape ``(windows,)``.
        pieces: How many word pieces each window has; same shape.
        spans: The windows that the words of each span of the transformer belong to.
    """

    scores: NDArray[np.float32]
    pieces: NDArray[np.int64]
    spans: list[NDArray[np.int64]]


def skim(folder: Path, texts: Sequence[str]) -> list[_Skimmed]:
    """Score the windows of texts by the skimmer, and say which of them each span of the transformer needs.

    Args:
        folder: Folder of the transformer, without a gate.
        texts: Documents.

    Raises:
        ModelError: The model is no transformer, or has no skimmer.
    """
    bundle = load_bundle(ungated(folder))
    if bundle.kind != "transformer":
        raise ModelError(f"Only a transformer can have a gate, and {folder} is of kind {bundle.kind!r}.")
    scorer = TransformerScorer(bundle)
    found = []
    for text, report in zip(texts, Detector.load(folder).scan_many(texts), strict=True):
        norm = normalize(text)
        document, windows, scores = scorer.skim(norm)
        pieces = np.array([end - start for start, end in windows], dtype=np.int64)
        spans: list[NDArray[np.int64]] = []
        if windows:
            starts, ends = norm.starts[document.starts], norm.ends[document.ends - 1]
            owners = np.zeros(len(document.ids), dtype=np.int64)
            for index in range(len(windows)):
                first, last = owned_range(windows, index)
                owners[first:last] = index
            spans = [owners[(starts < span.end) & (ends > span.start)] for span in report.spans]
        found.append(_Skimmed(scores, pieces, spans))
    return found


def measure(folder: Path, kept: float = KEPT) -> GateMeasurement:
    """Choose the threshold on dev and attacked dev and count what it skips.

    Args:
        folder: Folder of the transformer, without a gate.
        kept: Share of spans that must be kept.

    Raises:
        ModelError: The model has no skimmer.
        ValueError: The folder has a gate, or the transformer reports no span.
    """
    documents = load_split("dev")
    texts = [document.text for document in documents]
    names = list(ATTACKS)
    attacked = [attack(names[seed % len(names)], text, (), seed).text for seed, text in enumerate(texts)]
    every = skim(folder, [*texts, *attacked])
    clean = [text for text, document in zip(every, documents, strict=False) if not document.spans]
    spans = np.array([text.scores[windows].min() for text in every for windows in text.spans], dtype=np.float64)
    if not len(spans):
        raise ValueError(f"The transformer in {folder} reports no span on dev, so no gate can be chosen.")
    threshold = float(np.floor(np.quantile(spans, 1 - kept, method="lower") * 10_000) / 10_000)
    return GateMeasurement(
        threshold=threshold,
        kept=float((spans >= threshold).mean()),
        spans=len(spans),
        skipped=_skipped(every, threshold),
        skipped_clean=_skipped(clean, threshold),
        windows=sum(len(text.scores) for text in every),
    )


def _skipped(texts: Sequence[_Skimmed], threshold: float) -> float:
    """Return the share of word pieces in windows below the threshold."""
    scores = np.concatenate([text.scores for text in texts])
    pieces = np.concatenate([text.pieces for text in texts])
    return float(pieces[scores < threshold].sum() / pieces.sum())


def write_report(path: Path, measured: GateMeasurement) -> bool:
    """Write the measurement as JSON; return whether the gate is worth having on."""
    on = measured.skipped_clean >= WORTHWHILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**asdict(measured), "on": on}, indent=1) + "\n", encoding="utf-8")
    return on


def write(folder: Path, threshold: float) -> None:
    """Put the gate into the folder's settings."""
    path = folder / CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    config["settings"]["gate"] = {"threshold": threshold}
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def remove(folder: Path) -> None:
    """Take the gate out of the folder's settings, where there is one: other calibration, other spans to keep."""
    path = folder / CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    if config["settings"].pop("gate", None) is not None:
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the gate on dev and attacked dev, and choose its threshold.")
    parser.add_argument("folder", type=Path, help="folder of the transformer, or its shipped name")
    parser.add_argument(
        "--write", action="store_true", help="put the gate into the folder when it skips enough; one that is there goes"
    )
    parser.add_argument("--report", type=Path, help="write the measurement here as JSON")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    folder = resolve(arguments.folder)
    if arguments.write:
        remove(folder)
    measured = measure(folder)
    _log.info("%s", asdict(measured))
    if arguments.report:
        write_report(arguments.report, measured)
    if arguments.write and measured.skipped_clean >= WORTHWHILE:
        write(folder, measured.threshold)
        _log.info("gate written into %s", folder)
    elif arguments.write:
        _log.info("no gate: it would skip %.0f %% of the pieces of clean documents", 100 * measured.skipped_clean)


if __name__ == "__main__":
    main()
