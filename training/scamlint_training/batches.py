"""Batches for training: windows in an order that wastes little padding, collated with special tokens."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from scamlint.encode import frame_ids
from scamlint.labels import label_names
from scamlint_training.examples import Examples
from scamlint_training.soft_labels import SoftLabels


@dataclass(frozen=True, slots=True)
class Window:
    """One window.

    Attributes:
        ids: Word pieces without special tokens; shape ``(pieces,)``.
        targets: Between 0 and 1: ``inside`` of each label, then ``begin``; shape ``(pieces, 2 * labels)``.
    """

    ids: NDArray[np.int32]
    targets: NDArray[np.float32]


class Windows(Dataset[Window]):
    """The windows of all passes, each pass shuffled into batches of similar length.

    Args:
        examples: All windows.
        batch: Windows in a batch.
        seed: Seed of the order.
        documents: Running numbers of the documents that are used; all when None.
        soft: What a teacher says about the documents.
        soft_weight: Share of the teacher in the targets.
    """

    def __init__(
        self,
        examples: Examples,
        *,
        batch: int,
        seed: int,
        documents: Sequence[int] | None = None,
        soft: SoftLabels | None = None,
        soft_weight: float = 0.0,
    ) -> None:
        self._examples = examples
        self._soft = soft if soft_weight else None
        self._weight = soft_weight
        used = np.ones(len(examples.ends), dtype=bool)
        if documents is not None:
            used = np.isin(examples.documents, np.array(documents))
        lengths = np.diff(examples.ends, prepend=0)
        rng = random.Random(seed)
        self.order: list[int] = []
        for number in range(int(examples.passes.max()) + 1 if len(used) else 0):
            indices = np.flatnonzero(used & (examples.passes == number)).tolist()
            order = shuffled_by_length(lengths[indices].tolist(), batch, rng)
            self.order += [indices[index] for index in order]
        self.pieces = int(lengths[self.order].sum())

    def __len__(self) -> int:
        return len(self.order)

    def __getitem__(self, index: int) -> Window:
        end = int(self._examples.ends[index])
        start = int(self._examples.ends[index - 1]) if index else 0
        targets = self._examples.targets[start:end].astype(np.float32)
        document = self._examples.documents[index]
        if self._soft is not None and self._soft.first[document] >= 0:
            clean = np.asarray(self._examples.clean[start:end])
            known = np.flatnonzero(clean >= 0)
            said = self._soft.values[self._soft.first[document] + clean[known]].astype(np.float32) / 255
            # Where noise cuts a piece in several, only the first of them begins a span.
            again = np.flatnonzero(clean[known] == np.roll(clean[known], 1))
            said[again[again > 0], len(label_names()) :] = 0.0
            targets[known] += self._weight * (said - targets[known])
        return Window(np.asarray(self._examples.ids[start:end]), targets)


def shuffled_by_length(lengths: Sequence[int], batch: int, rng: random.Random) -> list[int]:
    """Order items so that batches hold similar lengths but come at random; a few items come twice to fill the last."""
    indices = list(range(len(lengths)))
    rng.shuffle(indices)
    batches: list[list[int]] = []
    for start in range(0, len(indices), batch * 50):
        block = sorted(indices[start : start + batch * 50], key=lambda index: lengths[index])
        batches += [block[i : i + batch] for i in range(0, len(block), batch)]
    whole = [part for part in batches if len(part) == batch]
    rng.shuffle(whole)
    rest = [index for part in batches if len(part) < batch for index in part]
    # Filled up, so that the batches of the next pass begin where a batch begins.
    rest += rng.choices(indices, k=-len(rest) % batch) if rest else []
    return [index for part in whole for index in part] + rest


class InOrder(Sampler[int]):
    """Yields the given order."""

    def __init__(self, order: Sequence[int]) -> None:
        self._order = order

    def __iter__(self) -> Iterator[int]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)


class Collator:
    """Pads windows to the longest of a batch and adds the special tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._first, self._last = frame_ids(tokenizer)

    def __call__(self, windows: Sequence[Window]) -> dict[str, Tensor]:
        """Return ``input_ids``, ``attention_mask`` and ``targets`` of a batch."""
        longest = max(len(window.ids) for window in windows) + 2
        width = windows[0].targets.shape[1]
        ids: NDArray[np.int64] = np.zeros((len(windows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        targets: NDArray[np.float32] = np.zeros((len(windows), longest, width), dtype=np.float32)
        for row, window in enumerate(windows):
            length = len(window.ids)
            ids[row, 0], ids[row, 1 : length + 1], ids[row, length + 1] = self._first, window.ids, self._last
            mask[row, : length + 2] = 1
            targets[row, 1 : length + 1] = window.targets
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask),
            "targets": torch.from_numpy(targets),
        }
