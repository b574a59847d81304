"""The gate on and off, on a dump of mostly clean documents, at the threshold that keeps 99.5 % of the spans."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from scamlint.bundle import load_bundle, resolve
from scamlint_training import gate
from scamlint_training.bench import Options, Row
from scamlint_training.bench.material import mostly_clean_documents
from scamlint_training.bench.throughput import fresh, interleaved

FLAGGED_SHARE = 0.02


def measure(options: Options) -> list[Row]:
    """Measure both in turn; nothing when the model is no transformer."""
    if load_bundle(options.model).kind != "transformer":
        return []
    texts = mostly_clean_documents(20_000 if options.quick else 300_000, FLAGGED_SHARE)
    characters = sum(len(text) for text in texts)
    with tempfile.TemporaryDirectory() as scratch:
        off = Path(shutil.copytree(resolve(options.model), Path(scratch) / "off"))
        gate.remove(off)
        measured = gate.measure(off)
        on = Path(shutil.copytree(off, Path(scratch) / "on"))
        gate.write(on, measured.threshold)
        without, with_gate = interleaved(
            [lambda folder=folder: fresh(folder, texts) for folder in (off, on)],  # type: ignore[misc]
            1 if options.quick else 3,
        )
    return [
        Row("word pieces of clean dev documents that the gate skips", 100 * measured.skipped_clean, "%"),
        Row("spans that the gate keeps, dev and attacked dev", 100 * measured.kept, "%", ">= 99.5"),
        Row("gate off, mostly clean dump", characters / without, "characters/s"),
        Row("gate on, mostly clean dump", characters / with_gate, "characters/s"),
        Row("gate on / gate off", without / with_gate, "times", ">= 4"),
    ]
