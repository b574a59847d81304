"""From token scores to spans. Pure functions on numpy arrays."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scamlint.scoring import TokenScores

# What may stand at the edge of a span besides letters and digits.
_OPENERS = frozenset("$€£¥₿₹₽+#@(<~")
_CLOSERS = frozenset("%)+$€£¥₿")
_CURRENCY = frozenset("$€£¥₿₹₽")
# Words that join a claim to what stands around it.
_LEADING = re.compile(r"(?:and|or|but|so|because|while|which|that|who)\s+", re.IGNORECASE)
_TRAILING = re.compile(
    r"\s(?:and|or|but|so|because|while|which|that|who|then|with|the|an?|of|to|into|from|at|by)$", re.IGNORECASE
)
_LONGEST_WORD = 10


@dataclass(frozen=True, slots=True)
class DecodeSettings:
    """How token scores become spans; chosen on the dev split and stored beside the model.

    Attributes:
        inside: A token belongs to a span from this score on.
        begin: A running span is cut where a new one begins with at least this score.
        max_gap: Low tokens that may stand between two parts of one span.
        seed: At least one token of a span must reach this score: low tokens are kept only beside a sure one
            (hysteresis thresholding, Canny 1986).
        edge: Tokens at either end of a span that score less than this share of its best token are left out: what leads
            in to a claim scores half as high as the claim.
        shortest: Fewest characters of a span.
    """

    inside: float = 0.5
    begin: float = 0.5
    max_gap: int = 1
    seed: float = 0.0
    edge: float = 0.0
    shortest: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span before calibration: offsets in the normalised text, label index, mean of the mean and best token score."""

    start: int
    end: int
    label: int
    raw: float


def decode(text: str, tokens: TokenScores, settings: DecodeSettings) -> list[Candidate]:
    """Find the candidate spans of every label.

    A span is a run of tokens whose ``inside`` score reaches ``settings.inside``, with gaps of up to
    ``settings.max_gap`` tokens bridged, cut where ``begin`` says that a new span starts (the BIO idea of Ramshaw and
    Marcus 1995, with a sigmoid for each label instead of one softmax).

    Args:
        text: The normalised text that the tokens point into.
        tokens: Scores of its tokens.
        settings: Thresholds.

    Returns:
        Candidates sorted by position; those of one label never overlap.
    """
    if len(tokens.starts) == 0:
        return []
    candidates: list[Candidate] = []
    for label in np.flatnonzero(tokens.inside.max(axis=0) >= max(settings.inside, settings.seed)):
        scores = tokens.inside[:, label]
        begins = None if tokens.begin is None else tokens.begin[:, label]
        for run in _runs(scores, begins, settings):
            best = float(scores[run[0] : run[1] + 1].max())
            if best < settings.seed:
                continue
            first, last = _without_weak_edges(scores, *run, settings.edge * best)
            mean = float(scores[first : last + 1].mean())
            bounds = without_connectives(text, int(tokens.starts[first]), int(tokens.ends[last]))
            if bounds is not None and bounds[1] - bounds[0] >= settings.shortest:
                candidates.append(Candidate(*whole_figures(text, *bounds), int(label), (mean + best) / 2))
    candidates.sort(key=lambda found: (found.start, found.end, found.label))
    return _without_overlaps(candidates)


def _runs(
    scores: NDArray[np.float32], begins: NDArray[np.float32] | None, settings: DecodeSettings
) -> list[tuple[int, int]]:
    """Return (first, last) token indices of each run of one label."""
    runs: list[tuple[int, int]] = []
    for index in np.flatnonzero(scores >= settings.inside):
        position = int(index)
        starts_new = begins is not None and begins[position] >= settings.begin
        if runs and not starts_new and position - runs[-1][1] <= settings.max_gap + 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def _without_weak_edges(scores: NDArray[np.float32], first: int, last: int, least: float) -> tuple[int, int]:
    """Move the ends of a run inwards to tokens that score at least ``least``; there is one."""
    while scores[first] < least:
        first += 1
    while scores[last] < least:
        last -= 1
    return first, last


def whole_figures(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the bounds of a span outwards so that they cut no figure, such as ``$1,654.78`` or ``2.5%``.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds.
    """

    def joins(index: int) -> bool:
        """Whether a point or a comma stands between two digits."""
        return (
            0 < index < len(text) - 1
            and text[index] in ".,"
            and text[index - 1].isdigit()
            and text[index + 1].isdigit()
        )

    while 0 < start < end and text[start].isdigit() and (text[start - 1].isdigit() or joins(start - 1)):
        start -= 1 if text[start - 1].isdigit() else 2
    if 0 < start < end and text[start].isdigit() and text[start - 1] in _CURRENCY:
        start -= 1
    while start < end < len(text) and text[end - 1].isdigit() and (text[end].isdigit() or joins(end)):
        end += 1 if text[end].isdigit() else 2
    if start < end < len(text) and text[end - 1].isdigit() and text[end] == "%":
        end += 1
    return start, end


def without_connectives(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Trim a span, and leave out words at its edges that only join it to its neighbours ("…, so", "and …").

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds, or None when nothing is left.
    """
    bounds = trim(text, start, end)
    while bounds is not None:
        start, end = bounds
        if leading := _LEADING.match(text, start, end):
            bounds = trim(text, leading.end(), end)
        elif trailing := _TRAILING.search(text[max(start, end - _LONGEST_WORD) : end]):
            bounds = trim(text, start, end - len(trailing.group()))
        else:
            break
    return bounds


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Move the bounds of a span inwards past white space and punctuation.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds, or None when no letter or digit is left.
    """
    if not any(char.isalnum() for char in text[start:end]):
        return None
    bounds = _Bounds(text, start, end, text.count("(", start, end), text.count(")", start, end))
    while True:
        bounds.strip()
        bounds.balance()
        if bounds.in_its_own_parentheses():
            bounds.move(1, -1)
        elif not (text[bounds.start].isspace() or text[bounds.end - 1].isspace()):
            return bounds.start, bounds.end


@dataclass(slots=True)
class _Bounds:
    """A stretch of a text that holds a letter or a digit, and how many parentheses it has.

    The counts are kept while the bounds move, one character at a time: counting anew would cost the square of a length.
    """

    text: str
    start: int
    end: int
    opened: int
    closed: int

    def move(self, first: int, last: int) -> None:
        """Move the start and the end, each by at most one character; the start only inwards."""
        if first:
            self._count(self.start, -1)
        if last:
            self._count(self.end - (last < 0), last)
        self.start += first
        self.end += last

    def _count(self, index: int, change: int) -> None:
        self.opened += change * (self.text[index] == "(")
        self.closed += change * (self.text[index] == ")")

    def strip(self) -> None:
        """Leave out what no span begins or ends with."""
        while not (self.text[self.start].isalnum() or self.text[self.start] in _OPENERS):
            self.move(1, 0)
        while not (self.text[self.end - 1].isalnum() or self.text[self.end - 1] in _CLOSERS):
            self.move(0, -1)

    def balance(self) -> None:
        """Leave out a parenthesis at an end whose other half is outside, or take in the half that follows."""
        while self.text[self.end - 1] == ")" and self.opened < self.closed:
            self.move(0, -1)
        while self.text[self.start] == "(" and self.opened > self.closed:
            if self.end < len(self.text) and self.text[self.end] == ")":
                self.move(0, 1)
            else:
                self.move(1, 0)

    def in_its_own_parentheses(self) -> bool:
        """Whether one pair of parentheses stands around all of it, as far as its ends say."""
        return self.opened == 1 and self.text[self.start] == "(" and self.text[self.end - 1] == ")"


def _without_overlaps(candidates: list[Candidate]) -> list[Candidate]:
    """Drop a candidate that trimming made overlap an earlier one of its label."""
    last_end: dict[int, int] = {}
    kept = []
    for found in candidates:
        if found.start >= last_end.get(found.label, 0):
            kept.append(found)
            last_end[found.label] = found.end
    return kept
