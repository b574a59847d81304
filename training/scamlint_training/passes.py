"""The order in which windows come: pass after pass, with little padding."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler

from scamlint_training.batches import Windows


class Passes(Sampler[int]):
    """Yields the numbers of windows, each pass shuffled into batches of similar length.

    Args:
        windows: All windows.
        batch: Windows in a batch; every pass fills whole batches.
        seed: Seed of the order.
    """

    def __init__(self, windows: Windows, *, batch: int, seed: int) -> None:
        self._windows, self._batch, self._seed = windows, batch, seed
        self.pieces = 0

    def __iter__(self) -> Iterator[int]:
        rng = random.Random(self._seed)
        self.pieces = 0
        for number in range(self._windows.passes):
            indices = self._windows.of_pass(number)
            lengths = self._windows.lengths[indices]
            for place in shuffled_by_length(lengths.tolist(), self._batch, rng):
                self.pieces += int(lengths[place])
                yield int(indices[place])

    def __len__(self) -> int:
        counts = [len(self._windows.of_pass(number)) for number in range(self._windows.passes)]
        return sum(-(-count // self._batch) * self._batch for count in counts)


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
