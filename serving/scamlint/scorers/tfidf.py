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
    """Where features occur: one row for each occurrence, in any order.

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
            order = np.argsort(found.unit, kind="stable")
            present, first = np.unique(found.unit[order], return_index=True)
            logits[present] = np.add.reduceat(weighted[order], first, axis=0)
        return logits + self.intercepts, found, values

    def occurrences(self, text: str, units: Sequence[tuple[int, int]]) -> Occurrences:
        """Find every feature occurrence in the units of a lower-cased text."""
        rows: list[tuple[int, int, int, int]] = []
        blocks: list[NDArray[np.int64]] = []
        for index, (start, end) in enumerate(units):
            self._word_rows(text, index, start, end, rows)
            for match in _CHUNK.finditer(text, start, end):
                features = self._features_of(match.group())
                block = np.empty((4, len(features)), dtype=np.int64)
                block[0], block[1], block[2], block[3] = index, features, match.start(), match.end()
                blocks.append(block)
        if rows:
            blocks.append(np.array(rows, dtype=np.int64).T)
        table = np.concatenate(blocks, axis=1) if blocks else np.zeros((4, 0), dtype=np.int64)
        return Occurrences(*table)

    def _word_rows(self, text: str, unit: int, start: int, end: int, rows: list[tuple[int, int, int, int]]) -> None:
        """Append the word n-grams of one unit."""
        vocabulary = self.word_vocabulary
        words = [(match.group(), match.start(), match.end()) for match in WORD.finditer(text, start, end)]
        shortest, longest = self.word_ngrams
        for first, (gram, gram_start, gram_end) in enumerate(words):
            for size in range(1, longest + 1):
                if size > 1:
                    if first + size > len(words):
                        break
                    word, _, gram_end = words[first + size - 1]
                    gram = f"{gram} {word}"
                if size >= shortest and (feature := vocabulary.get(gram)) is not None:
                    rows.append((unit, feature, gram_start, gram_end))

    def _features_of(self, chunk: str) -> NDArray[np.int64]:
        """Return the character n-gram features of one white-space-free chunk, remembered for the next time."""
        if len(chunk) > _LONGEST_REMEMBERED:
            return self._count_features(chunk)
        features = self._chunk_features.get(chunk)
        if features is None:
            if len(self._chunk_features) >= _MOST_REMEMBERED:
                self._chunk_features.clear()
            features = self._chunk_features[chunk] = self._count_features(chunk)
        return features

    def _count_features(self, chunk: str) -> NDArray[np.int64]:
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
