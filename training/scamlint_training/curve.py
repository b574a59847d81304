"""The learning curve: how much better does the detector get with more documents?

    python -m scamlint_training.curve

Trains on nested shares of the train split's families with the shipped settings, but in one stage; exports and
calibrates each model as the shipped one, and measures it on test. A smaller share is read more often, since it would
otherwise end before the rate has risen; the shipped model is the last point. Writes ``learning_curve.json``, ``.md``
and ``.png`` in ``training/reports/``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import math
import shutil
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from scamlint import Detector
from scamlint.labels import all_labels
from scamlint_training.calibrate import choose, observe, write
from scamlint_training.corpus import Document, load_split
from scamlint_training.corpus.documents import REPOSITORY, corpus_hash
from scamlint_training.evaluate.plots import draw_learning_curve
from scamlint_training.export import export
from scamlint_training.finetune import TrainingSettings, share_of, train
from scamlint_training.metrics import total
from scamlint_training.outside import measure
from scamlint_training.pipeline import Plan
from scamlint_training.stages import stages_of

_log = logging.getLogger(__name__)
REPORTS = REPOSITORY / "training" / "reports"
# Share of the families, passes over it.
PLAN = {0.125: 4, 0.25: 2, 0.5: 1}


def measured(folder: Path, documents: int, passes: int) -> dict[str, Any]:
    """Measure a model folder on test.

    Args:
        folder: A calibrated model folder.
        documents: How many documents it was trained on.
        passes: How often it read them, the newest ones at least.

    Returns:
        ``documents``, ``passes``, ``core_f1`` and ``all_f1`` (partial overlap).
    """
    scores, _ = measure(Detector.load(folder), [document.to_dict() for document in load_split("test")])
    core = total(scores[label.name] for label in all_labels() if label.core)
    figures = {"core_f1": round(core.f1, 4), "all_f1": round(total(scores.values()).f1, 4)}
    return {"documents": documents, "passes": passes, **figures}


def point(share: float, passes: int, runs: Path) -> dict[str, Any]:
    """Train on a share of the families and measure."""
    settings = dataclasses.replace(TrainingSettings(), train_share=share, stages="", epochs=passes)
    documents = len(share_of(load_split("train"), share))
    checkpoint, folder = runs / f"curve-{share}", runs / f"curve-{share}-model"
    train(settings, checkpoint)
    export(checkpoint, folder, f"curve-{share}", "0")
    shutil.rmtree(checkpoint)
    dev = load_split("dev")
    write(folder, choose(observe(folder, dev)), "dev", len(dev))
    return measured(folder, documents, passes)


def newest_passes(documents: Sequence[Document]) -> int:
    """Return how often the shipped model's training reads the newest block."""
    settings = TrainingSettings()
    newest = max(document.id for document in documents)
    stages = stages_of(documents, settings.stages, settings.epochs)
    return sum(stage.passes for stage in stages if any(document.id == newest for document in stage.documents))


def as_page(points: Sequence[dict[str, Any]]) -> str:
    """Return the readable page: the points, and what a doubling of the documents brought, which tells what more brings.

    Args:
        points: What :func:`measured` returned, by rising number of documents; two at least.
    """
    lines = [
        "# Learning curve",
        "",
        "Written by `python -m scamlint_training.curve`; do not edit. Partial-overlap F1 on test.",
        "",
        "| train documents | passes | core F1 | all F1 |",
        "|---:|---:|---:|---:|",
    ]
    lines += [f"| {p['documents']:,} | {p['passes']} | {p['core_f1']:.3f} | {p['all_f1']:.3f} |" for p in points]
    lines.append("")
    for before, after in pairwise(points):
        doublings = math.log2(after["documents"] / before["documents"])
        core, every = ((after[key] - before[key]) / doublings for key in ("core_f1", "all_f1"))
        lines.append(
            f"- From {before['documents']:,} to {after['documents']:,} documents, a doubling brought "
            f"{100 * core:+.1f} points of core F1 and {100 * every:+.1f} of all."
        )
    return "\n".join([*lines, "", "![Learning curve](learning_curve.png)", ""])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the learning curve; the last point is the shipped model.")
    parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = Plan()
    points = [point(share, passes, plan.runs) for share, passes in PLAN.items()]
    train_split = load_split("train")
    points.append(measured(plan.transformer, len(train_split), newest_passes(train_split)))
    page = as_page(points)
    stored = {"corpus_sha256": corpus_hash(), "points": points}
    (REPORTS / "learning_curve.json").write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    (REPORTS / "learning_curve.md").write_text(page, encoding="utf-8")
    draw_learning_curve(points, REPORTS / "learning_curve.png")
    _log.info("%s", page)


if __name__ == "__main__":
    main()
