"""The learning curve: how much better does the detector get with more documents?

    python -m scamlint_training.curve

Trains on nested shares of the train split's families with the shipped settings, exports and calibrates each model as
the shipped one, and measures it on test. Writes ``training/reports/learning_curve.json``, which the report draws.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import shutil
from pathlib import Path
from typing import Any

from scamlint import Detector
from scamlint.labels import all_labels
from scamlint_training.calibrate import choose, observe, write
from scamlint_training.corpus import load_split
from scamlint_training.corpus.documents import REPOSITORY, corpus_hash
from scamlint_training.export import export
from scamlint_training.finetune import TrainingSettings, share_of, train
from scamlint_training.metrics import total
from scamlint_training.outside import measure
from scamlint_training.pipeline import Plan

_log = logging.getLogger(__name__)
REPORT = REPOSITORY / "training" / "reports" / "learning_curve.json"
SHARES = (0.125, 0.25, 0.5)


def measured(folder: Path, documents: int) -> dict[str, Any]:
    """Measure a model folder on test.

    Args:
        folder: A calibrated model folder.
        documents: How many documents it was trained on.

    Returns:
        ``documents``, ``core_f1`` and ``all_f1`` (partial overlap).
    """
    scores, _ = measure(Detector.load(folder), [document.to_dict() for document in load_split("test")])
    core = total(scores[label.name] for label in all_labels() if label.core)
    return {"documents": documents, "core_f1": round(core.f1, 4), "all_f1": round(total(scores.values()).f1, 4)}


def point(share: float, runs: Path) -> dict[str, Any]:
    """Train on a share of the families and measure."""
    settings = dataclasses.replace(TrainingSettings(), train_share=share)
    documents = len(share_of(load_split("train"), share))
    checkpoint, folder = runs / f"curve-{share}", runs / f"curve-{share}-model"
    train(settings, checkpoint)
    export(checkpoint, folder, f"curve-{share}", "0")
    shutil.rmtree(checkpoint)
    dev = load_split("dev")
    write(folder, choose(observe(folder, dev)), "dev", len(dev))
    return measured(folder, documents)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the learning curve; the last point is the shipped model.")
    parser.add_argument("--shares", type=float, nargs="+", default=list(SHARES))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = Plan()
    points = [point(share, plan.runs) for share in arguments.shares]
    points.append(measured(plan.transformer, len(load_split("train"))))
    REPORT.write_text(json.dumps({"corpus_sha256": corpus_hash(), "points": points}, indent=1) + "\n", encoding="utf-8")
    for row in points:
        _log.info("%s", row)


if __name__ == "__main__":
    main()
