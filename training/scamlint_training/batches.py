"""Batches for training: windows in an order that wastes little padding, collated with special tokens."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import Dataset, Sampler

from scamlint.encode import special_id
from scamlint_training.corpus import Document
from scamlint_training.examples import Example, examples_of


class Windows(Dataset[Example]):
    """The windows of all epochs one after the other, each epoch shuffled into batches of similar length.

    ``epoch_batches`` holds how many batches each epoch has.
    """

    def __init__(
        self,
        epochs: Sequence[Sequence[Document]],
        tokenizer: Tokenizer,
        *,
        window: int,
        batch: int,
        augmented_share: float,
        seed: int,
    ) -> None:
        self.examples: list[Example] = []
        self.order: list[int] = []
        self.epoch_batches: list[int] = []
        rng = random.Random(seed)
        for epoch, documents in enumerate(epochs):
            # The first pass sees less noise, so that the network learns the patterns before their disguises.
            share = augmented_share if epoch else augmented_share / 2
            examples = examples_of(documents, tokenizer, window, share, seed=seed + epoch)
            lengths = [len(example.ids) for example in examples]
            offset = len(self.examples)
            order = shuffled_by_length(lengths, batch, rng)
            self.order += [offset + index for index in order]
            self.epoch_batches.append(len(order) // batch)
            self.examples += [Example(e.ids.astype(np.int32), e.targets.astype(np.uint8)) for e in examples]

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> Example:
        return self.examples[index]


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
    # Filled up, so that the batches of the next epoch begin where a batch begins.
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
        self._first, self._last = special_id(tokenizer, "[CLS]"), special_id(tokenizer, "[SEP]")

    def __call__(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        """Return ``input_ids``, ``attention_mask`` and ``targets`` of a batch."""
        longest = max(len(example.ids) for example in examples) + 2
        width = examples[0].targets.shape[1]
        ids: NDArray[np.int64] = np.zeros((len(examples), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        targets: NDArray[np.float32] = np.zeros((len(examples), longest, width), dtype=np.float32)
        for row, example in enumerate(examples):
            length = len(example.ids)
            ids[row, 0], ids[row, 1 : length + 1], ids[row, length + 1] = self._first, example.ids, self._last
            mask[row, : length + 2] = 1
            targets[row, 1 : length + 1] = example.targets
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask),
            "targets": torch.from_numpy(targets),
        }
