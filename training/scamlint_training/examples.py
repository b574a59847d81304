"""From documents to what the transformer trains on: windows of word pieces with a target for each piece and label."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scamlint.encode import encode
from scamlint.labels import label_names
from scamlint.text import NormalizedText, normalize
from scamlint.windows import token_windows
from scamlint_training.augment import AUGMENTATIONS, augment
from scamlint_training.corpus import Document, GoldSpan


@dataclass(frozen=True, slots=True)
class Example:
    """One window.

    Attributes:
        ids: Word pieces without special tokens; shape ``(pieces,)``.
        targets: 1 where a span covers a piece, then 1 where a span begins; shape ``(pieces, 2 * labels)``.
    """

    ids: NDArray[np.integer[Any]]
    targets: NDArray[np.number[Any]]


def piece_targets(
    norm: NormalizedText, starts: NDArray[np.int64], ends: NDArray[np.int64], spans: Sequence[GoldSpan]
) -> NDArray[np.float32]:
    """Mark the pieces that each span covers.

    Args:
        norm: The normalised text.
        starts: Offsets of the pieces in it.
        ends: Offsets after the pieces.
        spans: Spans in offsets of the original.

    Returns:
        Targets of shape ``(pieces, 2 * labels)``: ``inside`` for each label, then ``begin``.
    """
    names = label_names()
    targets = np.zeros((len(starts), 2 * len(names)), dtype=np.float32)
    if len(starts) == 0:
        return targets
    source_starts = norm.starts[starts]
    source_ends = norm.ends[np.maximum(ends, starts + 1) - 1]
    for span in spans:
        covered = np.flatnonzero((source_starts < span.end) & (source_ends > span.start))
        if len(covered):
            label = names.index(span.label)
            targets[covered, label] = 1.0
            targets[covered[0], len(names) + label] = 1.0
    return targets


def examples_of(
    documents: Sequence[Document], tokenizer: Tokenizer, window: int, augmented_share: float = 0.0, seed: int = 0
) -> list[Example]:
    """Encode documents as the detector will, cut at random places, with noise for a share of them.

    Args:
        documents: Documents of one split.
        tokenizer: The base model's tokenizer, without truncation or padding.
        window: Most pieces in a window, the two special tokens included.
        augmented_share: Share of documents that get noise.
        seed: Seed of the noise and of the cuts.

    Returns:
        The windows of all documents, in order.
    """
    rng = random.Random(seed)
    examples = []
    for document in documents:
        text, spans = document.text, document.spans
        if rng.random() < augmented_share:
            text, spans = augment(text, spans, _choose(rng), rng)
        norm = normalize(text)
        encoded = encode(tokenizer, norm.text)
        targets = piece_targets(norm, encoded.starts, encoded.ends, spans)
        for start, end in random_windows(len(encoded.ids), window - 2, rng):
            examples.append(Example(encoded.ids[start:end], targets[start:end]))
    return examples


def random_windows(count: int, size: int, rng: random.Random) -> list[tuple[int, int]]:
    """Cut tokens into windows that tile them, the first one of random length, so that each pass cuts elsewhere.

    Args:
        count: Number of tokens.
        size: Most tokens in a window.
        rng: Source of randomness.

    Returns:
        ``(start, end)`` token ranges.
    """
    if count <= size:
        return [(0, count)] if count else []
    first = rng.randint(size // 3, size)
    return [(0, first), *((first + start, first + end) for start, end in token_windows(count - first, size, 0))]


def _choose(rng: random.Random) -> list[str]:
    """Pick augmentations: swapped figures, names and line breaks often, debris sometimes, disguises seldom."""
    common = ["numbers", "names", "line_breaks", "case"]
    chosen = [name for name in common if rng.random() < 0.45]
    if rng.random() < 0.2:
        chosen.append("debris")
    if rng.random() < 0.45 or not chosen:
        chosen.append(rng.choice([name for name in AUGMENTATIONS if name not in (*common, "debris")]))
    return chosen
