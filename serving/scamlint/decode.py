"""From token scores to spans. Pure functions on numpy arrays."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scamlint.bounds import (
    begins_line,
    begins_sentence,
    begins_word,
    whole_figures,
    without_addresses,
    without_connectives,
)
from scamlint.rows import Rows
from scamlint.scoring import TokenScores

# How far from its first likely token a span may begin, in words, and what speaks for a place, in units of the logit of
# ``begin``: annotators often begin at the start of a line, seldom far behind the first likely token.
_WORDS_BACK = 9
_WORDS_ON = 7
_LINE_START = 1.5
_WORD_LOST = 0.2
# A word before the first likely token needs this score to be taken in.
_LEAST_BEFORE = 0.05
# So many words right before a span of the same label ("Buyers" | "collect 68% per year") only lead in to it.
_LEAD_IN_WORDS = 3


@dataclass(frozen=True, slots=True)
class DecodeSettings:
    """How token scores become spans; chosen on the dev split and stored beside the model.

    Attributes:
        inside: A token belongs to a span from this score on.
        begin: A running span is cut where a new one begins with at least this score.
        sentence: The same where a sentence begins: a span seldom runs on into the next one.
        max_gap: Low tokens that may stand between two parts of one span.
        seed: At least one token of a span must reach this score: low tokens are kept only beside a sure one
            (hysteresis thresholding, Canny 1986).
        edge: Tokens at either end of a span that score less than this share of its best token are left out: what leads
            in to a claim scores half as high as the claim.
        shortest: Fewest characters of a span.
    """

    inside: float = 0.5
    begin: float = 0.5
    sentence: float = 0.5
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
    Marcus 1995, with a sigmoid for each label instead of one softmax). It ends with its last likely token; it begins at
    the word near its first likely token where ``begin`` is highest. In a table there is one span of a label a row, of
    whole cells when it has several.

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
    rows = Rows.of(text)
    row_of = rows.numbers(tokens.starts)
    for label in np.flatnonzero(tokens.inside.max(axis=0) >= max(settings.inside, settings.seed)):
        scores = tokens.inside[:, label]
        begins = None if tokens.begin is None else tokens.begin[:, label]
        least = -1
        for run in _runs(text, tokens, int(label), settings, row_of):
            best = float(scores[run[0] : run[1] + 1].max())
            if best < settings.seed:
                continue
            first, last = _without_weak_edges(scores, *run, settings.edge * best)
            mean = float(scores[first : last + 1].mean())
            if begins is not None:
                elsewhere = np.flatnonzero(row_of[least + 1 : first] != row_of[first])
                earliest = least + 1 + (int(elsewhere[-1]) + 1 if len(elsewhere) else 0)
                first = _first_word(text, tokens.starts, scores, begins, range(earliest, last + 1), first)
            least = last
            bounds = without_addresses(text, int(tokens.starts[first]), int(tokens.ends[last]))
            bounds = bounds and without_connectives(text, *bounds)
            if bounds is not None and bounds[1] - bounds[0] >= settings.shortest:
                bounds = rows.whole_cells(text, *whole_figures(text, *bounds))
                candidates.append(Candidate(*bounds, int(label), (mean + best) / 2))
    candidates = _one_a_row(text, candidates, rows)
    candidates.sort(key=lambda found: (found.start, found.end, found.label))
    return _without_lead_ins(text, _without_overlaps(text, candidates, settings.shortest))


def _runs(
    text: str, tokens: TokenScores, label: int, settings: DecodeSettings, row_of: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return (first, last) token indices of each run of one label; none crosses the bounds of a table's row."""
    scores = tokens.inside[:, label]
    begins = np.zeros_like(scores) if tokens.begin is None else tokens.begin[:, label]
    runs: list[tuple[int, int]] = []
    for index in np.flatnonzero(scores >= settings.inside):
        position = int(index)
        starts_new = begins[position] >= settings.begin or (
            begins[position] >= settings.sentence and begins_sentence(text, int(tokens.starts[position]))
        )
        near = runs and position - runs[-1][1] <= settings.max_gap + 1
        if near and not starts_new and row_of[position] == row_of[runs[-1][1]]:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def _first_word(
    text: str,
    starts: NDArray[np.int64],
    scores: NDArray[np.float32],
    begins: NDArray[np.float32],
    free: range,
    first: int,
) -> int:
    """Choose the token at which a span begins, among the words around its first likely token.

    Args:
        text: The normalised text.
        starts: Where each token starts; shape ``(tokens,)``.
        scores: Score of each token to be inside a span of the label; shape ``(tokens,)``.
        begins: Score of each token to be the first one of such a span; shape ``(tokens,)``.
        free: The tokens from the end of the span before to the last one of this span.
        first: First likely token.

    Returns:
        The index of the token with the best score; ``first`` where no word begins. It is never the last word of
        several.
    """
    later = list(_words(text, starts, range(first, free.stop), _WORDS_ON + 2))
    later = later[: max(1, min(len(later) - 1, _WORDS_ON + 1))]
    earlier = _words(text, starts, range(first - 1, free.start - 1, -1), _WORDS_BACK)
    words = [(token, lost) for lost, token in enumerate(later)]
    words += [(token, 0) for token in earlier if scores[token] >= _LEAST_BEFORE]

    def score(word: tuple[int, int]) -> float:
        token, lost = word
        likely = min(max(float(begins[token]), 1e-3), 1 - 1e-3)
        line = begins_line(text, int(starts[token]))
        return math.log(likely / (1 - likely)) + _LINE_START * line - _WORD_LOST * lost

    return max(words, key=score, default=(first, 0))[0]


def _words(text: str, starts: NDArray[np.int64], tokens: Iterable[int], most: int) -> Iterator[int]:
    """Yield the first tokens of up to ``most`` words."""
    return itertools.islice((token for token in tokens if begins_word(text, int(starts[token]))), most)


def _without_weak_edges(scores: NDArray[np.float32], first: int, last: int, least: float) -> tuple[int, int]:
    """Move the ends of a run inwards to tokens that score at least ``least``; there is one."""
    while scores[first] < least:
        first += 1
    while scores[last] < least:
        last -= 1
    return first, last


def _one_a_row(text: str, candidates: list[Candidate], rows: Rows) -> list[Candidate]:
    """Join the candidates of a label that lie in the same row of a table; the best score stays."""
    joined: list[Candidate] = []
    places: dict[tuple[int, int], int] = {}
    starts = np.array([found.start for found in candidates], dtype=np.int64)
    for found, row in zip(candidates, rows.numbers(starts), strict=True):
        place = places.setdefault((found.label, int(row)), len(joined)) if row >= 0 else len(joined)
        if place == len(joined):
            joined.append(found)
        else:
            first = joined[place]
            bounds = rows.whole_cells(text, first.start, max(first.end, found.end))
            joined[place] = Candidate(*bounds, found.label, max(first.raw, found.raw))
    return joined


def _without_overlaps(text: str, candidates: list[Candidate], shortest: int) -> list[Candidate]:
    """Let the later one of two candidates of a label that overlap begin where the earlier one ends."""
    last_end: dict[int, int] = {}
    kept = []
    for found in candidates:
        least = last_end.get(found.label, 0)
        if found.start < least:
            bounds = without_connectives(text, least, found.end) if least < found.end else None
            if bounds is None or bounds[1] - bounds[0] < shortest:
                continue
            found = Candidate(*bounds, found.label, found.raw)
        kept.append(found)
        last_end[found.label] = found.end
    return kept


def _without_lead_ins(text: str, candidates: list[Candidate]) -> list[Candidate]:
    """Leave out what was cut off the front of a claim: a few words, no figure among them, right before its span."""
    kept: list[Candidate] = []
    begins: dict[int, int] = {}
    for found in reversed(candidates):
        words, between = text[found.start : found.end], text[found.end : begins.get(found.label, found.end)]
        short = len(words.split()) <= _LEAD_IN_WORDS and not any(map(str.isdigit, words))
        begins[found.label] = found.start
        if not (short and between.isspace() and "\n" not in between):
            kept.append(found)
    return kept[::-1]
