"""The TF-IDF baseline: sentence-like units are scored, then the words that carry the score are located."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from scamlint.bundle import Bundle
from scamlint.scorers.tfidf import WORD, LinearTfidf, Occurrences
from scamlint.scoring import TokenScores
from scamlint.text import NormalizedText
from scamlint.windows import sentence_units

WEIGHTS_FILE = "weights.npz"
VOCABULARY_FILE = "vocabulary.json"
# Units that are scored at once: their features take some fifty times the memory of their characters.
_BLOCK = 256


def load_linear_tfidf(bundle: Bundle) -> LinearTfidf:
    """Read the fitted weights of a baseline folder; no pickle is involved."""
    vocabulary = json.loads((bundle.folder / VOCABULARY_FILE).read_text(encoding="utf-8"))
    words, chars = vocabulary["word"], vocabulary["char"]
    with np.load(bundle.folder / WEIGHTS_FILE, allow_pickle=False) as weights:
        return LinearTfidf(
            word_vocabulary={gram: index for index, gram in enumerate(words)},
            char_vocabulary={gram: index + len(words) for index, gram in enumerate(chars)},
            word_ngrams=tuple(bundle.settings["word_ngrams"]),
            char_ngrams=tuple(bundle.settings["char_ngrams"]),
            idf=weights["idf"].astype(np.float64),
            coefficients=weights["coefficients"].astype(np.float64),
            intercepts=weights["intercepts"].astype(np.float64),
        )


class BaselineScorer:
    """Scores tokens with the TF-IDF baseline.

    A unit whose probability for a label reaches ``settings["unit_floor"]`` is searched for the stretch of words that
    explains it: the contiguous words with the largest sum of contributions (Bentley 1984, maximum-sum segment) after
    ``settings["word_cost"]`` of the mean positive contribution is charged for each word. Those words get the unit's
    probability, the others a share of it.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.model = load_linear_tfidf(bundle)
        self._floor = float(bundle.settings["unit_floor"])
        self._cost = float(bundle.settings["word_cost"])
        self._labels = len(self.model.intercepts)

    def score_many(self, texts: Iterable[NormalizedText]) -> Iterator[TokenScores]:
        """Score texts one after the other."""
        for text in texts:
            yield self._score(text.text)

    def _score(self, text: str) -> TokenScores:
        units, lowered = sentence_units(text), lower(text)
        places = chain.from_iterable(match.span() for match in WORD.finditer(lowered))
        bounds = np.fromiter(places, dtype=np.int64).reshape(-1, 2)
        inside = np.zeros((len(bounds), self._labels), dtype=np.float32)
        word_unit = np.searchsorted([start for start, _ in units], bounds[:, 0], side="right") - 1
        for first in range(0, len(units), _BLOCK):
            logits, found, values = self.model.score(lowered, units[first : first + _BLOCK])
            probabilities = sigmoid(logits)
            here = slice(*np.searchsorted(word_unit, [first, first + _BLOCK]))
            inside[here] = probabilities[word_unit[here] - first] * 0.4
            self._locate(probabilities, found, values, bounds[here], word_unit[here] - first, inside[here])
        return TokenScores(bounds[:, 0], bounds[:, 1], inside)

    def _locate(
        self,
        probabilities: NDArray[np.float64],
        found: Occurrences,
        values: NDArray[np.float64],
        bounds: NDArray[np.int64],
        word_unit: NDArray[np.int64],
        inside: NDArray[np.float32],
    ) -> None:
        """Raise the scores of the words that carry each likely unit."""
        likely = np.flatnonzero(probabilities.max(axis=1) >= self._floor)
        words_of = _members(word_unit, likely)
        occurrences_of = _members(found.unit, likely)
        for unit, words, here in zip(likely, words_of, occurrences_of, strict=True):
            if len(words) == 0:
                continue
            for label in np.flatnonzero(probabilities[unit] >= self._floor):
                weights = values[here] * self.model.coefficients[found.feature[here], label]
                contributions = _by_word(bounds[words], found.start[here], found.end[here], weights)
                first, last = heaviest_segment(contributions, self._cost)
                inside[words[first : last + 1], label] = probabilities[unit, label]


def _members(groups: NDArray[np.int64], wanted: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return for each wanted group the indices of its members, ascending; they are sorted once for all groups."""
    order = np.argsort(groups, kind="stable")
    ranked = groups[order]
    firsts = np.searchsorted(ranked, wanted, side="left")
    lasts = np.searchsorted(ranked, wanted, side="right")
    return [order[first:last] for first, last in zip(firsts, lasts, strict=True)]


def heaviest_segment(contributions: NDArray[np.float64], cost: float) -> tuple[int, int]:
    """Find the contiguous words with the largest sum after a cost for each word (Bentley 1984).

    Args:
        contributions: One number a word; shape ``(words,)``, not empty.
        cost: Share of the mean positive contribution charged for each word.

    Returns:
        First and last index of the segment.
    """
    positive = contributions[contributions > 0]
    charge = cost * float(positive.mean()) if len(positive) else 0.0
    best, best_range = -np.inf, (0, 0)
    total, start = 0.0, 0
    for index, gain in enumerate(contributions - charge):
        if total <= 0.0:
            total, start = 0.0, index
        total += float(gain)
        if total > best:
            best, best_range = total, (start, index)
    return best_range


def _by_word(
    bounds: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share each occurrence's weight among the words it touches."""
    first = np.searchsorted(bounds[:, 1], starts, side="right")
    last = np.searchsorted(bounds[:, 0], ends, side="left")
    sums = np.zeros(len(bounds) + 1)
    touched = last > first
    share = weights[touched] / (last[touched] - first[touched])
    np.add.at(sums, first[touched], share)
    np.add.at(sums, last[touched], -share)
    return np.asarray(np.cumsum(sums)[:-1])


def lower(text: str) -> str:
    """Lower-case a text without changing its length (``İ`` would become two characters)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probabilities that decision values stand for."""
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))
