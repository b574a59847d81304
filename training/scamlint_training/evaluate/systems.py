"""The systems that are compared, behind one face: texts in, predictions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scamlint import Detector, label_names
from scamlint_training.keywords import find_keywords
from scamlint_training.metrics import Mark


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a system says about one document.

    Attributes:
        spans: Reported spans.
        candidates: Every span that it considered, with its score; the reported ones are among them.
        scores: For each label, a score that the document carries it anywhere.
    """

    spans: tuple[Mark, ...]
    candidates: tuple[tuple[Mark, float], ...]
    scores: Mapping[str, float]


class System(Protocol):
    """A system under comparison.

    Attributes:
        name: How tables call it.
        probabilistic: Whether its scores are meant as probabilities.
    """

    name: str
    probabilistic: bool

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Predict for documents, in order."""
        ...


class KeywordSystem:
    """The keyword list. A document's score for a label grows with its hits."""

    name = "keyword list"
    probabilistic = False

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Find the phrases; every hit scores 1."""
        predictions = []
        for text in texts:
            marks = tuple(find_keywords(text))
            hits = {name: sum(mark.label == name for mark in marks) for name in label_names()}
            scores = {name: count / (count + 1) for name, count in hits.items()}
            predictions.append(Prediction(marks, tuple((mark, 1.0) for mark in marks), scores))
        return predictions


class DetectorSystem:
    """A detector as users run it, with the thresholds that its folder states."""

    probabilistic = True

    def __init__(self, name: str, model: str | Path) -> None:
        self.name = name
        self.model = model
        self._detector = Detector.load(model)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Scan the documents once and keep the candidates under the thresholds too."""
        predictions = []
        for text, findings in zip(texts, self._detector.find_many(texts), strict=True):
            report = self._detector.report(text, findings)
            spans = tuple(Mark(span.start, span.end, span.label) for span in report.spans)
            candidates = tuple((Mark(start, end, label), score) for start, end, label, score in findings.candidates)
            predictions.append(Prediction(spans, candidates, dict(findings.scores)))
        return predictions
