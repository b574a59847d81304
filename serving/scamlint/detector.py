"""The detector: a document in, a report out. The main flow of scamlint on one screen."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scamlint.bundle import DEFAULT_MODEL, Bundle, Calibration, load_bundle
from scamlint.decode import decode
from scamlint.errors import OptionError
from scamlint.labels import all_labels, label_names
from scamlint.scorers.factory import make_scorer
from scamlint.scoring import Scorer, TokenScores
from scamlint.spans import ModelInfo, Report, Span
from scamlint.text import NormalizedText, normalize


@dataclass(frozen=True, slots=True)
class Findings:
    """What a model saw in one document, before labels are chosen and thresholds applied.

    Attributes:
        candidates: ``(start, end, label, score)`` by position, in code points of the document; calibrated scores.
        scores: For each label, the calibrated probability that the document carries it anywhere.
        characters: Length of the document in code points.
    """

    candidates: tuple[tuple[int, int, str, float], ...]
    scores: Mapping[str, float]
    characters: int


class Detector:
    """Finds scam-like language in documents. Build one with :meth:`load` and use it for many documents.

    A detector may be used from several threads.
    """

    def __init__(self, bundle: Bundle, scorer: Scorer) -> None:
        self._bundle = bundle
        self._scorer = scorer
        self._labels = label_names()
        self._core = {label.name for label in all_labels() if label.core}
        self.model = ModelInfo(bundle.name, bundle.version)

    @classmethod
    def load(cls, model: str | Path = DEFAULT_MODEL, *, threads: int | None = None) -> Detector:
        """Load a model that ships with scamlint, or one from a folder.

        Args:
            model: A shipped name such as ``"baseline"``, or the path of a model folder.
            threads: Threads for the model; all cores when None.

        Raises:
            ModelError: There is no such model, or it does not match this scamlint.
        """
        bundle = load_bundle(model)
        return cls(bundle, make_scorer(bundle, threads))

    @property
    def thresholds(self) -> dict[str, float]:
        """For each label, the calibrated score from which a span is reported unless the caller says otherwise."""
        return dict(self._bundle.thresholds)

    def scan(
        self, text: str, *, labels: Iterable[str] | None = None, thresholds: Mapping[str, float] | None = None
    ) -> Report:
        """Scan one document; see :meth:`scan_many`."""
        return next(self.scan_many([text], labels=labels, thresholds=thresholds))

    def scan_many(
        self,
        texts: Iterable[str],
        *,
        labels: Iterable[str] | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> Iterator[Report]:
        """Scan documents, batched as the model likes. Nothing is ever cut: every character is read.

        Args:
            texts: Any strings; an empty one gives an empty report. The iterable is read a little ahead.
            labels: Report only these labels; all when None.
            thresholds: Scores from which spans are reported, for the labels whose default should change.

        Returns:
            One report for each text, in order. Offsets are code points into the text as given.

        Raises:
            OptionError: A label does not exist or a threshold is not between 0 and 1.
            TypeError: A document is not a string.
        """
        active = self._active_thresholds(labels, thresholds)
        return self._scan_all(texts, active)

    def find_many(self, texts: Iterable[str]) -> Iterator[Findings]:
        """Run the model alone, so that one run can answer several questions with :meth:`report`.

        Args:
            texts: Any strings. The iterable is read a little ahead.

        Returns:
            The findings of each text, in order.

        Raises:
            TypeError: A document is not a string.
        """
        return (findings for _, findings in self._find_all(texts))

    def report(
        self,
        text: str,
        findings: Findings,
        *,
        labels: Iterable[str] | None = None,
        thresholds: Mapping[str, float] | None = None,
    ) -> Report:
        """Turn the findings of a document into its report, as :meth:`scan` would.

        Args:
            text: The document that the findings are about.
            findings: What :meth:`find_many` gave for it.
            labels: Report only these labels; all when None.
            thresholds: Scores from which spans are reported, for the labels whose default should change.

        Raises:
            OptionError: A label does not exist or a threshold is not between 0 and 1.
        """
        return self._report(text, findings, self._active_thresholds(labels, thresholds))

    def _scan_all(self, texts: Iterable[str], active: dict[str, float]) -> Iterator[Report]:
        for source, findings in self._find_all(texts):
            yield self._report(source, findings, active)

    def _find_all(self, texts: Iterable[str]) -> Iterator[tuple[str, Findings]]:
        waiting: deque[tuple[str, NormalizedText]] = deque()

        def normalized() -> Iterator[NormalizedText]:
            for text in texts:
                if not isinstance(text, str):
                    raise TypeError(f"A document must be a string, got {type(text).__name__}.")
                norm = normalize(text)
                waiting.append((text, norm))
                yield norm

        for tokens in self._scorer.score_many(normalized()):
            source, norm = waiting.popleft()
            yield source, self._find(norm, tokens)

    def _active_thresholds(
        self, labels: Iterable[str] | None, thresholds: Mapping[str, float] | None
    ) -> dict[str, float]:
        """Return the threshold of each label to report."""
        chosen = list(self._labels if labels is None else labels)
        changed = dict(thresholds or {})
        for name in [*chosen, *changed]:
            if name not in self._labels:
                raise OptionError(f"There is no label {name!r}; the labels are {', '.join(self._labels)}.")
        for name, value in changed.items():
            if not 0.0 <= value <= 1.0:
                raise OptionError(f"The threshold of {name} must lie between 0 and 1, got {value}.")
        return {name: changed.get(name, self._bundle.thresholds[name]) for name in chosen}

    def _find(self, norm: NormalizedText, tokens: TokenScores) -> Findings:
        """Decode, calibrate and map back to the original."""
        candidates = []
        for found in decode(norm.text, tokens, self._bundle.decode):
            label = self._labels[found.label]
            start, end = norm.to_source(found.start, found.end)
            candidates.append((start, end, label, calibrate(found.raw, self._bundle.span_calibration[label])))
        scores = {
            label: calibrate(
                float(tokens.inside[:, index].max()) if len(tokens.inside) else 0.0,
                self._bundle.document_calibration[label],
            )
            for index, label in enumerate(self._labels)
        }
        return Findings(tuple(candidates), scores, norm.source_length)

    def _report(self, source: str, findings: Findings, active: dict[str, float]) -> Report:
        """Apply the thresholds."""
        spans: list[Span] = []
        last_end = dict.fromkeys(self._labels, 0)
        for first, end, label, score in findings.candidates:
            # One source character can become several, so two spans may meet inside it; the first one keeps it.
            start = max(first, last_end[label])
            if score >= active.get(label, math.inf) and start < end:
                spans.append(Span(start, end, label, score, source[start:end]))
                last_end[label] = end
        spans.sort(key=lambda span: (span.start, span.end, span.label))
        scores = {label: findings.scores[label] for label in self._labels if label in active}
        return Report(tuple(spans), scores, self._level(spans), self.model, len(source))

    def _level(self, spans: list[Span]) -> str:
        """Weigh the flags: 2 points for a core span, 1 for another, at most three spans a label."""
        points = 0
        for label in {span.label for span in spans}:
            count = sum(span.label == label for span in spans)
            points += min(count, 3) * (2 if label in self._core else 1)
        level = "none"
        for name in ("low", "elevated", "high"):
            if points >= self._bundle.levels[name]:
                level = name
        return level


def calibrate(raw: float, calibration: Calibration) -> float:
    """Turn a raw score into a probability by Platt scaling (Platt 1999).

    Args:
        raw: Score between 0 and 1.
        calibration: Slope and intercept on the logit.

    Returns:
        A probability between 0 and 1.
    """
    bounded = min(max(raw, 1e-6), 1.0 - 1e-6)
    logit = math.log(bounded / (1.0 - bounded))
    return 1.0 / (1.0 + math.exp(-(calibration.slope * logit + calibration.intercept)))
