"""All figures of one system on one split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scamlint.labels import label_names
from scamlint_training.corpus import Document
from scamlint_training.evaluate.document_scores import clean_flagged, counter_speech_penalty, document_pairs, ranking
from scamlint_training.evaluate.reliability import reliability, span_pairs
from scamlint_training.evaluate.robustness import retention
from scamlint_training.evaluate.span_scores import by_group, credit_table, f1_of, gold_marks, intervals, summarise
from scamlint_training.evaluate.systems import Prediction, System
from scamlint_training.metrics import partial


@dataclass(frozen=True, slots=True)
class Measured:
    """A system's predictions and the figures that follow from them, as plain JSON types."""

    predictions: list[Prediction]
    figures: dict[str, Any]


def measure(system: System, documents: Sequence[Document], attacks: bool = True) -> Measured:
    """Measure a system.

    Args:
        system: The system.
        documents: Documents of one split.
        attacks: Run the attack suite too.
    """
    predictions = system.predict([document.text for document in documents])
    table = credit_table(documents, predictions, "partial")
    figures: dict[str, Any] = {
        "spans": summarise(table),
        "spans_exact": summarise(credit_table(documents, predictions, "exact")),
        "intervals": intervals(table),
        "by_genre": by_group(documents, table, "genre"),
        "by_stance": by_group(documents, table, "stance"),
        "clean_flagged": clean_flagged(documents, predictions),
        "counter_speech": counter_speech_penalty(documents, predictions),
        "documents": ranking(documents, predictions),
    }
    if system.probabilistic:
        figures["calibration"] = {
            "spans": reliability(*span_pairs(documents, predictions)),
            "documents": reliability(*document_pairs(documents, predictions)),
        }
        figures["curves"] = precision_recall_curves(documents, predictions)
    if attacks:
        figures["robustness"] = retention(system, documents, predictions)
    return Measured(predictions, figures)


def precision_recall_curves(
    documents: Sequence[Document], predictions: Sequence[Prediction]
) -> dict[str, list[dict[str, float]]]:
    """Return partial-overlap precision and recall of each label at thresholds from 0.05 to 0.95."""
    names = label_names()
    curves: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for threshold in np.arange(0.05, 1.0, 0.05):
        credits: NDArray[np.float64] = np.zeros((len(names), 4))
        for document, prediction in zip(documents, predictions, strict=True):
            marks = [mark for mark, score in prediction.candidates if score >= threshold]
            scores = partial(gold_marks(document), marks, names)
            credits += [[s.precision_credit, s.recall_credit, s.predicted, s.gold] for s in scores.values()]
        precision, recall, _ = f1_of(credits)
        for index, name in enumerate(names):
            if credits[index, 2]:
                point = {"precision": float(precision[index]), "recall": float(recall[index])}
                curves[name].append({"threshold": round(float(threshold), 2), **point})
    return curves
