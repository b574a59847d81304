"""TF-IDF features and linear scores, equal to scikit-learn's to rounding error, in numpy alone.

The features are those of scikit-learn's ``TfidfVectorizer`` with ``sublinear_tf=True`` and L2 norm, once over word
n-grams and once over character n-grams inside words (``char_wb``); see the user guide, "Tf-idf term weighting".
Weights that do not depend on a document are looked up once for each distinct word and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

WORD_PATTERN = r"(?u)\w+(?:[.,]\w+)*%?|[$€£!?]"
WORD = re.compile(WORD_PATTERN)
_CHUNK = re.compile(r"\S+")
# Chunks are remembered by the hundred thousand, so only short ones, which come again.
_MOST_REMEMBERED = 200_000
_LONGEST_REMEMBERED = 40
_NO_FEATURES = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where features occur: one row for each occurrence, unit by unit.

    Attributes:
        unit: Which unit; shape ``(occurrences,)``.
        feature: Which feature; same shape.
        start: Where it begins in the text, in characters; same shape.
        end: Where it ends; same shape.
    """

    unit: NDArray[np.int64]
    feature: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


@dataclass(slots=True)
class LinearTfidf:
    """A fitted one-vs-rest linear model over two TF-IDF blocks.

    Attributes:
        word_vocabulary: Feature index of each word n-gram.
        char_vocabulary: Feature index of each character n-gram; indices follow those of the words.
        word_ngrams: Shortest and longest word n-gram.
        char_ngrams: Shortest and longest character n-gram.
        idf: Inverse document frequency of each feature; shape ``(features,)``.
        coefficients: Shape ``(features, labels)``.
        intercepts: Shape ``(labels,)``.
    """

    word_vocabulary: dict[str, int]
    char_vocabulary: dict[str, int]
    word_ngrams: tuple[int, int]
    char_ngrams: tuple[int, int]
    idf: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    _chunk_features: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    def score(
        self, text: str, units: Sequence[tuple[int, int]]
    ) -> tuple[NDArray[np.float64], Occurrences, NDArray[np.float64]]:
        """Score every unit of a text.

        Args:
            text: Lower-cased text.
            units: ``(start, end)`` character ranges.

        Returns:
            The decision values, shape ``(units, labels)``; the feature occurrences; and the weight that each occurrence
            carries in its unit (TF-IDF value over its count), shape ``(occurrences,)``.
        """
        found = self.occurrences(text, units)
        values = self._values(found, len(units))
        logits = np.zeros((len(units), len(self.intercepts)))
        if len(values):
            weighted = values[:, None] * self.coefficients[found.feature]
            first = np.flatnonzero(np.diff(found.unit, prepend=-1))
            logits[found.unit[first]] = np.add.reduceat(weighted, first, axis=0)
        return logits + self.intercepts, found, values

    def occurrences(self, text: str, units: Sequence[tuple[int, int]]) -> Occurrences:
        """Find every feature occurrence in the units of a lower-cased text."""
        features: list[NDArray[np.int64]] = []
        rows: list[tuple[int, int, int, int]] = []  # unit, start, end and number of features of each entry above
        for index, (start, end) in enumerate(units):
            for match in _CHUNK.finditer(text, start, end):
                found = self._features_of(match.group())
                features.append(found)
                rows.append((index, match.start(), match.end(), len(found)))
            words, places = self._word_features(text, start, end)
            features.append(np.array(words, dtype=np.int64))
            rows += [(index, first, last, 1) for first, last in places]
        table = np.array(rows, dtype=np.int64).reshape(-1, 4)
        unit, begin, finish = (np.repeat(table[:, column], table[:, 3]) for column in range(3))
        return Occurrences(unit, np.concatenate([_NO_FEATURES, *features]), begin, finish)

    def _word_features(self, text: str, start: int, end: int) -> tuple[list[int], list[tuple[int, int]]]:
        """Return the word n-gram features of one unit, and where each begins and ends."""
        matches = list(WORD.finditer(text, start, end))
        words = [match.group() for match in matches]
        begins, ends = [match.start() for match in matches], [match.end() for match in matches]
        found: list[int] = []
        places: list[tuple[int, int]] = []
        shortest, longest = self.word_ngrams
        for size in range(shortest, longest + 1):
            grams = words if size == 1 else map(" ".join, zip(*(words[shift:] for shift in range(size)), strict=False))
            features = list(map(self.word_vocabulary.get, grams))
            found += [feature for feature in features if feature is not None]
            bounds = zip(begins, ends[size - 1 :], features, strict=False)
            places += [(first, last) for first, last, feature in bounds if feature is not None]
        return found, places

    def _features_of(self, chunk: str) -> NDArray[np.int64]:
        """Return the character n-gram features of one white-space-free chunk, remembered for the next time."""
        if len(chunk) > _LONGEST_REMEMBERED:
            return self.char_features(chunk)
        features = self._chunk_features.get(chunk)
        if features is None:
            if len(self._chunk_features) >= _MOST_REMEMBERED:
                self._chunk_features.clear()
            features = self._chunk_features[chunk] = self.char_features(chunk)
        return features

    def char_features(self, chunk: str) -> NDArray[np.int64]:
        """Return the character n-gram features of one white-space-free chunk, each as often as it occurs."""
        padded = f" {chunk} "
        shortest, longest = self.char_ngrams
        grams = [
            padded[offset : offset + size]
            for size in range(shortest, min(longest, len(padded)) + 1)
            for offset in range(len(padded) - size + 1)
        ]
        if len(padded) < shortest:  # scikit-learn counts a word shorter than every n-gram once, whole
            grams.append(padded)
        found = [feature for gram in grams if (feature := self.char_vocabulary.get(gram)) is not None]
        return np.array(found, dtype=np.int64) if found else _NO_FEATURES

    def _values(self, found: Occurrences, units: int) -> NDArray[np.float64]:
        """Return the normalised TF-IDF value of each occurrence's feature, divided by the feature's count."""
        features = len(self.idf)
        keys, inverse, counts = np.unique(
            found.unit * features + found.feature, return_inverse=True, return_counts=True
        )
        unit, feature = keys // features, keys % features
        values = (1.0 + np.log(counts)) * self.idf[feature]
        block = unit * 2 + (feature >= len(self.word_vocabulary))
        norms = np.sqrt(np.bincount(block, weights=values**2, minlength=units * 2))
        return np.asarray((values / norms[block] / counts)[inverse], dtype=np.float64)
