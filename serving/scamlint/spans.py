"""The result types: what leaves the library. Frozen, checked, standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

LEVELS = ("none", "low", "elevated", "high")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a document that carries a pattern.

    Attributes:
        start: Offset of the first character, in Unicode code points.
        end: Offset after the last character, in Unicode code points.
        label: Name of the label.
        score: Calibrated probability that the words carry the pattern, 0 to 1.
        text: The words themselves, ``document[start:end]``.
    """

    start: int
    end: int
    label: str
    score: float
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"A span needs 0 <= start < end, got {self.start} and {self.end}.")
        if len(self.text) != self.end - self.start:
            raise ValueError(f"A span of {self.end - self.start} characters holds {len(self.text)}.")
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"A score lies between 0 and 1, got {self.score}.")

    def to_dict(self) -> dict[str, Any]:
        """Return the span as plain JSON types."""
        return {
            "start": self.start,
            "end": self.end,
            "label": self.label,
            "score": round(self.score, 4),
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model made a report."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class Report:
    """What the detector found in one document.

    Attributes:
        spans: Flagged passages, by position. Spans of one label never overlap.
        scores: For each label, the calibrated probability that the document carries it anywhere.
        level: ``none``, ``low``, ``elevated`` or ``high``: how much flagged language there is.
        model: The model that made the report.
        characters: Length of the document in code points; all of them were read.
    """

    spans: tuple[Span, ...]
    scores: Mapping[str, float]
    level: str
    model: ModelInfo
    characters: int = field(default=0)

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"A level is one of {', '.join(LEVELS)}, got {self.level!r}.")
        if any(not 0.0 <= score <= 1.0 for score in self.scores.values()):
            raise ValueError(f"Document scores lie between 0 and 1, got {dict(self.scores)}.")
        if list(self.spans) != sorted(self.spans, key=lambda span: (span.start, span.end, span.label)):
            raise ValueError("The spans of a report are sorted by position.")
        last_end: dict[str, int] = {}
        for span in self.spans:
            if span.end > self.characters:
                raise ValueError(f"A span ends at {span.end} in a document of {self.characters} characters.")
            if span.start < last_end.get(span.label, 0):
                raise ValueError(f"Two spans of {span.label} overlap at {span.start}.")
            last_end[span.label] = span.end
        object.__setattr__(self, "scores", MappingProxyType(dict(self.scores)))

    def __reduce__(self) -> tuple[type[Report], tuple[Any, ...]]:
        """Let reports be copied and go from one process to another, which a read-only mapping cannot."""
        return Report, (self.spans, dict(self.scores), self.level, self.model, self.characters)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON types; offsets are code points."""
        return {
            "spans": [span.to_dict() for span in self.spans],
            "scores": {label: round(score, 4) for label, score in self.scores.items()},
            "level": self.level,
            "model": {"name": self.model.name, "version": self.model.version},
            "characters": self.characters,
        }
