"""What the skimmer learns from: windows of the train split, patchwork of them, and what the finished tagger says.

The tagger labels every text, so the skimmer is not bound to documents that annotators have read. Patchwork, sentences
of different documents one after the other, shows it the same words in surroundings that no document has (augmentation
for distillation: TinyBERT, Jiao et al. 2020; pasting parts of one example into another: CutMix, Yun et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scamlint.cores import available_cores
from scamlint.encode import LINE_MARK
from scamlint.scorers.transformer import open_session
from scamlint_training.examples import Examples

# So many sentences of a document stay together in patchwork, at most.
_TOGETHER = 6


@dataclass(frozen=True, slots=True)
class Skimmed:
    """Windows and what the tagger says about them.

    Attributes:
        ids: For each window its pieces, special tokens included.
        logits: For each window the tagger's logits, ``inside`` of all labels and then ``begin``; shape
            ``(pieces, 2 * labels)``.
    """

    ids: list[NDArray[np.int64]]
    logits: list[NDArray[np.float16]]


def windows_of_one_pass(examples: Examples, first: int, last: int) -> list[NDArray[np.int64]]:
    """Return the windows of the last pass, between the special tokens; each document has noise in it or has none."""
    chosen = np.flatnonzero(np.asarray(examples.passes) == examples.passes.max())
    ends = np.asarray(examples.ends)
    begins = np.concatenate([[0], ends[:-1]])
    return [np.concatenate([[first], examples.ids[begins[i] : ends[i]], [last]]).astype(np.int64) for i in chosen]


def stops(tokenizer: Tokenizer) -> NDArray[np.int64]:
    """Return the vocabulary ids that sentences and lines end with, those that the tokenizer has."""
    found = [tokenizer.token_to_id(mark) for mark in (".", "!", "?", LINE_MARK)]
    return np.array([each for each in found if each is not None], dtype=np.int64)


def patchwork(
    windows: Sequence[NDArray[np.int64]], ends: NDArray[np.int64], pieces: int, rng: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Put sentences of different windows one after the other, one to six of a window each time.

    Args:
        windows: Pieces, special tokens included.
        ends: Vocabulary ids that sentences end with.
        pieces: How many pieces to make, about.
        rng: Source of the order.

    Returns:
        Windows between the same special tokens, as long as those given are.
    """
    sentences: list[tuple[int, int, int]] = []
    for window, ids in enumerate(windows):
        begin = 1
        for end in [*(np.flatnonzero(np.isin(ids[1:-1], ends)) + 2), len(ids) - 1]:
            if end > begin:
                sentences.append((window, begin, int(end)))
                begin = int(end)
    made: list[NDArray[np.int64]] = []
    while sentences and pieces > 0:
        room = len(windows[int(rng.integers(len(windows)))]) - 2
        parts = [windows[0][:1]]
        while room > 0:
            at, together = int(rng.integers(len(sentences))), int(rng.integers(1, _TOGETHER + 1))
            source = sentences[at][0]
            for window, begin, end in sentences[at : at + together]:
                if window == source and room > 0:
                    parts.append(windows[window][begin : min(end, begin + room)])
                    room -= len(parts[-1])
        made.append(np.concatenate([*parts, windows[0][-1:]]))
        pieces -= len(made[-1])
    return made


def label(model: Path, windows: Sequence[NDArray[np.int64]]) -> Skimmed:
    """Let an exported tagger read windows, one at a time and with the kernels that it is served with.

    Args:
        model: An ONNX file that takes ``input_ids`` alone.
        windows: Pieces, special tokens included.
    """
    session = open_session(model)

    def read(ids: NDArray[np.int64]) -> NDArray[np.float16]:
        (logits,) = session.run(["logits"], {"input_ids": ids[None]})
        return np.asarray(logits[0], dtype=np.float16)

    with ThreadPoolExecutor(available_cores()) as pool:
        return Skimmed(list(windows), list(pool.map(read, windows)))


def batches(lengths: NDArray[np.int64], pieces: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Put windows of like length together, in random order.

    Args:
        lengths: Pieces of each window.
        pieces: Most pieces in a batch, padding included.
        rng: Source of the order.

    Yields:
        Running numbers of the windows of a batch.
    """
    order = rng.permutation(len(lengths))
    order = order[np.argsort(lengths[order] // 16, kind="stable")]
    found: list[NDArray[np.int64]] = []
    begin, longest = 0, 0
    for position, window in enumerate(order):
        longest = max(longest, int(lengths[window]))
        if position > begin and (position - begin + 1) * longest > pieces:
            found.append(order[begin:position])
            begin, longest = position, int(lengths[window])
    found.append(order[begin:])
    for index in rng.permutation(len(found)):
        yield found[index]
