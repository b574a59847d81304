"""The order in which windows come: pass after pass, with little padding, and with less of what is known already."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

from scamlint_training.batches import Windows


class Passes(Sampler[int]):
    """Yields the numbers of windows, each pass shuffled into batches of similar length.

    Once losses are known, a pass leaves out most windows of the documents with the least loss (dynamic data pruning, as
    in InfoBatch, Qin et al. 2024, but without giving the kept ones more weight: scores are calibrated after training).
    How many windows come is settled before training, which ones is not.

    Args:
        windows: All windows.
        batch: Windows in a batch; every pass fills whole batches.
        seed: Seed of the order.
        easy_share: Share of the windows of a pass, those of the least loss, that counts as easy.
        easy_kept: Share of the easy windows that comes all the same.
        losses: What an earlier training knew of each document, infinite where nothing; shape ``(documents,)``. None
            when there was none: then the first pass is whole.
    """

    def __init__(
        self,
        windows: Windows,
        *,
        batch: int,
        seed: int,
        easy_share: float = 0.0,
        easy_kept: float = 1.0,
        losses: NDArray[np.float32] | None = None,
    ) -> None:
        self._windows, self._batch, self._seed = windows, batch, seed
        self._easy_share, self._easy_kept = easy_share, easy_kept
        self._whole = 1 if losses is None else 0
        self.losses = np.full(windows.documents, np.inf, np.float32) if losses is None else losses.copy()
        self.pieces = 0

    def saw(self, documents: NDArray[np.int64], losses: NDArray[np.float32]) -> None:
        """Take note of the losses of some windows' documents; those of one document are averaged over time."""
        known = np.isfinite(self.losses[documents])
        self.losses[documents] = np.where(known, 0.5 * (self.losses[documents] + losses), losses)

    def __iter__(self) -> Iterator[int]:
        rng = random.Random(self._seed)
        self.pieces = 0
        for number in range(self._windows.passes):
            kept = self._kept(number, rng)
            lengths = self._windows.lengths[kept]
            for place in shuffled_by_length(lengths.tolist(), self._batch, rng):
                self.pieces += int(lengths[place])
                yield int(kept[place])

    def __len__(self) -> int:
        return sum(-(-self._counts(number)[2] // self._batch) * self._batch for number in range(self._windows.passes))

    def _counts(self, number: int) -> tuple[int, int, int]:
        """Return how many windows of a pass are easy, how many of those come, and how many come in all."""
        count = len(self._windows.of_pass(number))
        easy = 0 if number < self._whole else round(self._easy_share * count)
        again = round(self._easy_kept * easy)
        return easy, again, count - easy + again

    def _kept(self, number: int, rng: random.Random) -> NDArray[np.int64]:
        indices = self._windows.of_pass(number)
        easy, again, _ = self._counts(number)
        # Shuffled first, so that documents whose loss is not known are left out at random.
        shuffled = np.array(rng.sample(range(len(indices)), len(indices)), dtype=np.int64)
        ranked = indices[shuffled][np.argsort(self.losses[self._windows.owners(indices)[shuffled]], kind="stable")]
        chosen = rng.sample(range(easy), again)
        return np.concatenate([ranked[:easy][chosen], ranked[easy:]])


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
