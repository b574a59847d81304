"""The learning curve: how much better does the detector get with more documents?

    python -m scamlint_training.curve               train on 1/8, 1/4, 1/2 and all of the train split and measure
    python -m scamlint_training.curve --share 0.25  train on one share alone, for several machines or processes
    python -m scamlint_training.curve --page        write the page from the shares measured before

The transformer is trained on nested shares of the train split's families with the shipped settings but without the
teacher, whose soft labels know the whole corpus. Every share is read to the end: as many windows for each, a smaller
one more often. The baseline is fitted to the end each time. Models are exported and calibrated as the shipped ones and
measured on test. Takes four times as long as fine-tuning. Writes ``learning_curve.json``, ``.md`` and ``.png`` in
``training/reports/``; the shipped models, measured as well, are the last point.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from scamlint import Detector
from scamlint.bundle import CONFIG_FILE
from scamlint.labels import all_labels
from scamlint_training.calibrate import calibrate_folder
from scamlint_training.corpus import load_split
from scamlint_training.corpus.documents import REPOSITORY, corpus_hash
from scamlint_training.evaluate.plots import draw_learning_curve
from scamlint_training.export import export
from scamlint_training.finetune import share_of, train
from scamlint_training.metrics import total
from scamlint_training.outside import measure
from scamlint_training.pipeline import Plan, fit_baseline
from scamlint_training.settings import TrainingSettings

_log = logging.getLogger(__name__)
REPORTS = REPOSITORY / "training" / "reports"
RECORD = REPORTS / "learning_curve.json"
SHARES = (0.125, 0.25, 0.5, 1.0)
# How models are calibrated now. Points of a report that do not say so were calibrated in another way: a threshold for
# each label, chosen once on dev.
CALIBRATION = "one threshold, bagged"
_EARLIER = "a threshold for each label"
# What a point holds, and what it is called.
FIGURES = {
    "core_f1": "core F1",
    "all_f1": "all F1",
    "baseline_core_f1": "baseline, core F1",
    "baseline_all_f1": "baseline, all F1",
}
# Points nearer than this factor say nothing about a doubling: thresholds alone move F1 by some points.
_STEP = 1.5


def measured(transformer: Path, baseline: Path, documents: int, read: int | None) -> dict[str, Any]:
    """Measure two model folders on test.

    Args:
        transformer: A calibrated model folder.
        baseline: A calibrated model folder, fitted on the same documents.
        documents: How many documents they were trained on.
        read: How many documents the transformer read in all its passes; None for the shipped one, whose model card
            tells of its trainings.

    Returns:
        ``corpus_sha256``, ``documents``, ``read``, ``calibration`` and the ``FIGURES`` (partial overlap).
    """
    figures: dict[str, Any] = {
        "corpus_sha256": corpus_hash(),
        "documents": documents,
        "read": read,
        "calibration": CALIBRATION,
    }
    test = [document.to_dict() for document in load_split("test")]
    for prefix, folder in (("", transformer), ("baseline_", baseline)):
        scores, _ = measure(Detector.load(folder), test)
        core = total(scores[label.name] for label in all_labels() if label.core)
        figures[f"{prefix}core_f1"] = round(core.f1, 4)
        figures[f"{prefix}all_f1"] = round(total(scores.values()).f1, 4)
    return figures


def point(share: float, runs: Path) -> dict[str, Any]:
    """Train on a share of the families, measure, and keep the figures in ``runs``."""
    documents = share_of(load_split("train"), share)
    shipped = TrainingSettings()
    passes = round(shipped.epochs / share)
    settings = dataclasses.replace(shipped, train_share=share, epochs=passes, soft_weight=0.0, dull_share=1.0)
    checkpoint, folder = runs / f"curve-{share}", runs / f"curve-{share}-model"
    train(settings, checkpoint)
    export(checkpoint, folder, f"curve-{share}", "0")
    calibrate_folder(folder)
    baseline = runs / f"curve-{share}-baseline"
    fit_baseline(documents, baseline)
    figures = measured(folder, baseline, len(documents), passes * len(documents))
    _figures_of(share, runs).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return figures


def _figures_of(share: float, runs: Path) -> Path:
    return runs / f"curve-{share}.json"


def sentence(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say what a doubling of the documents brought between two points."""
    doublings = math.log2(after["documents"] / before["documents"])
    gains = {key: 100 * (after[key] - before[key]) / doublings for key in FIGURES}
    return (
        f"- From {before['documents']:,} to {after['documents']:,} documents, a doubling brought the transformer "
        f"{gains['core_f1']:+.1f} points of core F1 and {gains['all_f1']:+.1f} of all, the baseline "
        f"{gains['baseline_core_f1']:+.1f} and {gains['baseline_all_f1']:+.1f}."
    )


def as_page(points: Sequence[dict[str, Any]], shipped: dict[str, Any]) -> str:
    """Return the readable page: the points, and what a doubling of the documents brought, which tells what more brings.

    Args:
        points: What :func:`measured` returned for the shares, by rising number of documents; two at least.
        shipped: The same of the shipped models.
    """
    lines = [
        "# Learning curve",
        "",
        "Written by `python -m scamlint_training.curve`; do not edit. F1 on test (partial overlap). The transformer",
        "reads as many documents for each share, a smaller one more often, and learns from hard labels alone; the",
        "shipped one has teachers' soft labels too, and its model card tells of its trainings. The baseline is fitted",
        "to the end on every share. Rows compare where corpus and calibration are the same.",
        "",
        f"| corpus | calibration | train documents | read by the transformer | {' | '.join(FIGURES.values())} |",
        f"|---|---|{'---:|' * (2 + len(FIGURES))}",
    ]
    for name, p in [*[(p["corpus_sha256"][:8], p) for p in points], ("shipped models", shipped)]:
        figures = " | ".join(f"{p[key]:.3f}" for key in FIGURES)
        read = "–" if p["read"] is None else f"{p['read']:,}"
        lines.append(f"| {name} | {p.get('calibration', _EARLIER)} | {p['documents']:,} | {read} | {figures} |")
    lines.append("")
    steps = [*pairwise(points), (points[0], points[-1])] if len(points) > 2 else [*pairwise(points)]
    lines += [
        sentence(*step)
        for step in steps
        if step[1]["documents"] >= _STEP * step[0]["documents"]
        and step[0].get("calibration") == step[1].get("calibration")
    ]
    return "\n".join([*lines, "", "![Learning curve](learning_curve.png)", ""])


def write_page(plan: Plan) -> None:
    """Measure the shipped models and write the page from the shares measured before."""
    points = _points(plan.runs)
    config = json.loads((plan.transformer / CONFIG_FILE).read_text(encoding="utf-8"))
    shipped = measured(plan.transformer, plan.baseline, config["trainings"][-1]["documents"], None)
    page = as_page(points, shipped)
    record = json.dumps({"points": points, "shipped": shipped}, indent=1)
    RECORD.write_text(record + "\n", encoding="utf-8")
    (REPORTS / "learning_curve.md").write_text(page, encoding="utf-8")
    draw_learning_curve(points, REPORTS / "learning_curve.png")
    _log.info("%s", page)


def _points(runs: Path) -> list[dict[str, Any]]:
    """Return what was measured for each share: anew in ``runs``, or in the report as it stands."""
    before: list[dict[str, Any]] = json.loads(RECORD.read_text(encoding="utf-8"))["points"]
    files = [_figures_of(share, runs) for share in SHARES]
    return [
        json.loads(file.read_text(encoding="utf-8")) if file.is_file() else kept
        for file, kept in zip(files, before, strict=True)
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the learning curve.")
    parser.add_argument("--share", type=float, choices=SHARES, help="train on this share alone")
    parser.add_argument("--page", action="store_true", help="only write the page from what was measured before")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = Plan()
    if not arguments.page:
        for share in [arguments.share] if arguments.share else SHARES:
            point(share, plan.runs)
    if not arguments.share:
        write_page(plan)


if __name__ == "__main__":
    main()
