"""Measure the gate on dev and attacked dev, and choose its threshold.

    python -m scamlint_training.gate serving/scamlint/models/minilm_v1 [--write]

A window is read when the baseline is in doubt about a sentence, or when it knows fewer of the character n-grams than in
all but 2 % of the clean windows of dev. A span of the transformer is kept when every window that its words belong to is
read. The threshold of the doubt is the largest at which at least 99.5 % of the spans that the transformer reports on
dev, clean and attacked, are kept.
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
from tokenizers import Tokenizer

from scamlint import Detector
from scamlint.bundle import CONFIG_FILE, load_bundle, resolve
from scamlint.encode import encode
from scamlint.scorers.gate import Gate
from scamlint.scorers.transformer import TOKENIZER_FILE
from scamlint.text import normalize
from scamlint.windows import owned_range, token_windows
from scamlint_training.attacks import ATTACKS, attack
from scamlint_training.corpus import load_split

_log = logging.getLogger(__name__)
KEPT = 0.995
# Share of the clean windows of dev that may count as disguised.
_UNFAMILIAR = 0.02
# The gate is written into a folder only when it skips at least this share of the windows of clean documents. With a
# third a 50 kB article took 0.77 s instead of 1.12 s (tried.md), which a reader notices.
WORTHWHILE = 0.3


@dataclass(frozen=True, slots=True)
class GateMeasurement:
    """What the gate would do.

    Attributes:
        threshold: The chosen threshold.
        familiar: The chosen share of known character n-grams below which a window is read.
        kept: Share of the transformer's spans that it keeps.
        spans: How many spans that is measured on.
        skipped: Share of all windows that it skips.
        skipped_clean: Share of the windows of documents without a gold span, unattacked, that it skips.
        windows: How many windows there are.
    """

    threshold: float
    familiar: float
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
class _Read:
    """What the gate says about one text.

    Attributes:
        scores: Of each window; shape ``(windows,)``.
        known: Share of known character n-grams of each window; same shape.
        spans: The windows that the words of each span of the transformer belong to.
    """

    scores: NDArray[np.float64]
    known: NDArray[np.float64]
    spans: list[NDArray[np.int64]]

    def decisive(self, familiar: float) -> NDArray[np.float64]:
        """Return the scores, 1 for windows that are read for their disguise."""
        return np.where(self.known < familiar, 1.0, self.scores)


def gate_scores(folder: Path, gate: Gate, texts: Sequence[str]) -> list[_Read]:
    """Score the transformer's spans and windows by the gate.

    Args:
        folder: Folder of the transformer.
        gate: The gate; its thresholds are not used.
        texts: Documents.
    """
    bundle = load_bundle(folder)
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
    size, overlap = int(bundle.settings["window"]) - 2, int(bundle.settings["overlap"])
    reads = []
    for text, report in zip(texts, Detector.load(folder).scan_many(texts), strict=True):
        norm = normalize(text)
        document = encode(tokenizer, norm.text)
        windows = token_windows(len(document.ids), size, overlap)
        if not windows:
            reads.append(_Read(np.zeros(0), np.zeros(0), []))
            continue
        starts, ends = norm.starts[document.starts], norm.ends[document.ends - 1]
        owners = np.zeros(len(document.ids), dtype=np.int64)
        for index in range(len(windows)):
            first, last = owned_range(windows, index)
            owners[first:last] = index
        spans = [owners[(starts < span.end) & (ends > span.start)] for span in report.spans]
        reads.append(_Read(*gate.window_scores(norm.text, document, windows), spans))
    return reads


def measure(folder: Path, baseline: str = "baseline", kept: float = KEPT) -> GateMeasurement:
    """Choose the threshold on dev and attacked dev and count what it skips.

    Args:
        folder: Folder of the transformer, without a gate.
        baseline: The baseline that gates.
        kept: Share of spans that must be kept.
    """
    documents = load_split("dev")
    texts = [document.text for document in documents]
    names = list(ATTACKS)
    attacked = [attack(names[seed % len(names)], text, (), seed).text for seed, text in enumerate(texts)]
    reads = gate_scores(ungated(folder), Gate(baseline, 0.0), [*texts, *attacked])
    clean_reads = [read for read, document in zip(reads, documents, strict=False) if not document.spans]
    known = np.concatenate([read.known[read.scores < 1.0] for read in clean_reads])
    familiar = float(np.floor(np.quantile(known, _UNFAMILIAR) * 1_000) / 1_000)
    spans = np.array([read.decisive(familiar)[windows].min() for read in reads for windows in read.spans])
    threshold = float(np.floor(np.quantile(spans, 1 - kept, method="lower") * 10_000) / 10_000)
    every = np.concatenate([read.decisive(familiar) for read in reads])
    clean = np.concatenate([read.decisive(familiar) for read in clean_reads])
    return GateMeasurement(
        threshold=threshold,
        familiar=familiar,
        kept=float((spans >= threshold).mean()),
        spans=len(spans),
        skipped=float((every < threshold).mean()),
        skipped_clean=float((clean < threshold).mean()),
        windows=len(every),
    )


def write_report(path: Path, measured: GateMeasurement) -> bool:
    """Write the measurement as JSON; return whether the gate is worth having on."""
    on = measured.skipped_clean >= WORTHWHILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**asdict(measured), "on": on}, indent=1) + "\n", encoding="utf-8")
    return on


def write(folder: Path, threshold: float, familiar: float, baseline: str = "baseline") -> None:
    """Put the gate into the folder's settings."""
    path = folder / CONFIG_FILE
    config = json.loads(path.read_text(encoding="utf-8"))
    weights = Gate(baseline, threshold).weights_sha256
    config["settings"]["gate"] = {
        "model": baseline,
        "threshold": threshold,
        "familiar": familiar,
        "weights_sha256": weights,
    }
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
        write(folder, measured.threshold, measured.familiar)
        _log.info("gate written into %s", folder)
    elif arguments.write:
        _log.info("no gate: it would skip %.0f %% of clean windows", 100 * measured.skipped_clean)


if __name__ == "__main__":
    main()
