"""The learning curve: how much better does the detector get with more documents?

    python -m scamlint_training.curve            train on 1/8, 1/4, 1/2 of the train split and measure; 45 minutes
    python -m scamlint_training.curve --shipped  measure the shipped models alone and add their point

The transformer is trained on nested shares of the train split's families with the shipped settings but in one stage,
and reads as many documents for each share: a smaller one more often. It reads a tenth of what the shipped one reads, so
that the shipped model's point lies above what more documents alone bring. The baseline is fitted to the end each time.
Models are exported and calibrated as the shipped ones and measured on test. Writes ``learning_curve.json``, ``.md`` and
``.png`` in ``training/reports/``.
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
from scamlint_training.corpus import load_split
from scamlint_training.corpus.documents import REPOSITORY, corpus_hash
from scamlint_training.evaluate.plots import draw_learning_curve
from scamlint_training.export import export
from scamlint_training.finetune import TrainingSettings, share_of, train
from scamlint_training.metrics import total
from scamlint_training.outside import measure
from scamlint_training.pipeline import Plan, calibrate_on_dev, fit_baseline
from scamlint_training.stages import stages_of

_log = logging.getLogger(__name__)
REPORTS = REPOSITORY / "training" / "reports"
# Share of the families, passes over it.
PLAN = {0.125: 4, 0.25: 2, 0.5: 1}
# What a point holds, and what it is called.
FIGURES = {
    "core_f1": "core F1",
    "all_f1": "all F1",
    "baseline_core_f1": "baseline, core F1",
    "baseline_all_f1": "baseline, all F1",
}
# Two trainings that differ by less than this factor in what they read are compared.
_ALIKE = 1.2
# Points nearer than this factor say nothing about a doubling: thresholds alone move F1 by some points.
_STEP = 1.5


def measured(transformer: Path, baseline: Path, documents: int, read: int) -> dict[str, Any]:
    """Measure two model folders on test.

    Args:
        transformer: A calibrated model folder.
        baseline: A calibrated model folder, fitted on the same documents.
        documents: How many documents they were trained on.
        read: How many documents the transformer read in all its passes.

    Returns:
        ``corpus_sha256``, ``documents``, ``read`` and the ``FIGURES`` (partial overlap).
    """
    figures: dict[str, Any] = {"corpus_sha256": corpus_hash(), "documents": documents, "read": read}
    test = [document.to_dict() for document in load_split("test")]
    for prefix, folder in (("", transformer), ("baseline_", baseline)):
        scores, _ = measure(Detector.load(folder), test)
        core = total(scores[label.name] for label in all_labels() if label.core)
        figures[f"{prefix}core_f1"] = round(core.f1, 4)
        figures[f"{prefix}all_f1"] = round(total(scores.values()).f1, 4)
    return figures


def point(share: float, passes: int, runs: Path) -> dict[str, Any]:
    """Train on a share of the families and measure."""
    documents = share_of(load_split("train"), share)
    baseline = runs / f"curve-{share}-baseline"
    fit_baseline(documents, baseline)
    settings = dataclasses.replace(TrainingSettings(), train_share=share, stages="", epochs=passes)
    checkpoint, folder = runs / f"curve-{share}", runs / f"curve-{share}-model"
    train(settings, checkpoint)
    export(checkpoint, folder, f"curve-{share}", "0")
    shutil.rmtree(checkpoint)
    calibrate_on_dev(folder)
    return measured(folder, baseline, len(documents), passes * len(documents))


def shipped_point(plan: Plan) -> dict[str, Any]:
    """Measure the shipped models."""
    documents = load_split("train")
    settings = TrainingSettings()
    stages = stages_of(documents, settings.stages, settings.epochs)
    read = sum(stage.passes * len(stage.documents) for stage in stages)
    return measured(plan.transformer, plan.baseline, len(documents), read)


def sentence(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say what a doubling of the documents brought between two points."""
    doublings = math.log2(after["documents"] / before["documents"])
    gains = {key: 100 * (after[key] - before[key]) / doublings for key in FIGURES}
    said = (
        f"- From {before['documents']:,} to {after['documents']:,} documents, a doubling brought the baseline "
        f"{gains['baseline_core_f1']:+.1f} points of core F1 and {gains['baseline_all_f1']:+.1f} of all"
    )
    longer = after["read"] / before["read"]
    if 1 / _ALIKE < longer < _ALIKE:
        return f"{said}, the transformer {gains['core_f1']:+.1f} and {gains['all_f1']:+.1f}."
    return f"{said}. The transformer read {longer:.1f} times as many: its gain is not due to documents alone."


def as_page(points: Sequence[dict[str, Any]]) -> str:
    """Return the readable page: the points, and what a doubling of the documents brought, which tells what more brings.

    Args:
        points: What :func:`measured` returned, by rising number of documents; two at least.
    """
    lines = [
        "# Learning curve",
        "",
        "Written by `python -m scamlint_training.curve`; do not edit. F1 on test (partial overlap). The baseline is",
        "fitted to the end on every share. The transformer reads as many documents for each share, a smaller one more",
        "often; the shipped model is trained longer, as the third column tells. Points of an older corpus are as",
        "they were measured then.",
        "",
        f"| corpus | train documents | documents read by the transformer | {' | '.join(FIGURES.values())} |",
        f"|---|{'---:|' * (2 + len(FIGURES))}",
    ]
    for p in points:
        figures = " | ".join(f"{p[key]:.3f}" for key in FIGURES)
        lines.append(f"| {p['corpus_sha256'][:8]} | {p['documents']:,} | {p['read']:,} | {figures} |")
    lines.append("")
    steps = [*pairwise(points), (points[0], points[-1])] if len(points) > 2 else [*pairwise(points)]
    lines += [sentence(*step) for step in steps if step[1]["documents"] >= _STEP * step[0]["documents"]]
    return "\n".join([*lines, "", "![Learning curve](learning_curve.png)", ""])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the learning curve; the shipped models are the last point.")
    parser.add_argument("--shipped", action="store_true", help="only add the point of the shipped models")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = Plan()
    file = REPORTS / "learning_curve.json"
    if arguments.shipped:
        points = json.loads(file.read_text(encoding="utf-8"))["points"]
    else:
        points = [point(share, passes, plan.runs) for share, passes in PLAN.items()]
    added = shipped_point(plan)
    points = [each for each in points if each["documents"] < added["documents"]] + [added]
    page = as_page(points)
    file.write_text(json.dumps({"points": points}, indent=1) + "\n", encoding="utf-8")
    (REPORTS / "learning_curve.md").write_text(page, encoding="utf-8")
    draw_learning_curve(points, REPORTS / "learning_curve.png")
    _log.info("%s", page)


if __name__ == "__main__":
    main()
