"""Measure a detector on spans annotated outside this repository: the same metric, nothing trained, nothing fitted.

    python -m scamlint_training.outside SPANS.jsonl --model serving/scamlint/models/minilm_v1

Each line of the file holds ``text``, ``spans`` (start, end, label) and ``ignore`` (regions where annotators could
differ: predictions mostly inside them do not count).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from scamlint import Detector, label_names
from scamlint.bundle import DEFAULT_MODEL
from scamlint.labels import all_labels
from scamlint_training.metrics import Mark, Score, drop_ignored, partial, total


def measure(detector: Detector, rows: list[dict[str, Any]]) -> tuple[dict[str, Score], list[list[Mark]]]:
    """Score a detector on annotated rows.

    Args:
        detector: The detector.
        rows: Objects with ``text``, ``spans`` and perhaps ``ignore``.

    Returns:
        The partial-overlap score of each label over all rows, and the counted predictions of each row.
    """
    names = label_names()
    scores = {name: Score() for name in names}
    predictions = []
    for row, report in zip(rows, detector.scan_many(row["text"] for row in rows), strict=True):
        ignored = [(region["start"], region["end"]) for region in row.get("ignore", [])]
        predicted = drop_ignored([Mark(span.start, span.end, span.label) for span in report.spans], ignored)
        gold = [Mark(span["start"], span["end"], span["label"]) for span in row["spans"]]
        for label, score in partial(gold, predicted, names).items():
            scores[label] = scores[label] + score
        predictions.append(predicted)
    return scores, predictions


def main() -> None:
    """Command line: print precision, recall and F1 for each label, the core labels and all."""
    parser = argparse.ArgumentParser(description="Measure a detector on spans annotated elsewhere.")
    parser.add_argument("spans", type=Path)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="a shipped name or a model folder")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.spans.read_text(encoding="utf-8").split("\n") if line.strip()]
    scores, predictions = measure(Detector.load(arguments.model), rows)
    core = [label.name for label in all_labels() if label.core]
    table = {**scores, "core": total(scores[name] for name in core), "all": total(scores.values())}
    clean = [marks for row, marks in zip(rows, predictions, strict=True) if not row["spans"] and not row.get("ignore")]
    lines = [f"{'':22}{'P':>7}{'R':>7}{'F1':>7}{'pred':>7}{'gold':>7}"]
    lines += [
        f"{name:22}{score.precision:7.3f}{score.recall:7.3f}{score.f1:7.3f}{score.predicted:7d}{score.gold:7d}"
        for name, score in table.items()
    ]
    lines.append(f"documents without spans flagged: {sum(bool(marks) for marks in clean)} of {len(clean)}")
    print("\n".join(lines))  # noqa: T201


if __name__ == "__main__":
    main()
