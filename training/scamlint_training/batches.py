"""Windows for training, with their targets, and batches of them with special tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import Dataset

from scamlint.encode import frame_ids
from scamlint.labels import label_names
from scamlint_training.examples import Examples
from scamlint_training.soft_labels import SoftLabels

# The probability from which a piece counts as a sign of a span.
_SIGN = 0.05


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
    """The windows of all passes over some documents.

    Args:
        examples: All windows.
        used: Running numbers of the documents that are used; all when None.
        soft: What teachers say about the documents.
        soft_weight: Share of the teachers in the targets.
        dull_share: Share of the dull windows that each pass keeps: those without a span, and without a sign of one to
            the teachers. Much of a corpus is dull and soon known; the time is worth more elsewhere.
        seed: Seed of which of them.

    Attributes:
        lengths: Pieces in each window.
        passes: Number of passes.
    """

    def __init__(
        self,
        examples: Examples,
        *,
        used: Sequence[int] | None = None,
        soft: SoftLabels | None = None,
        soft_weight: float = 0.0,
        dull_share: float = 1.0,
        seed: int = 0,
    ) -> None:
        self._examples = examples
        self._soft = soft if soft_weight else None
        self._weight = soft_weight
        self.lengths = np.diff(examples.ends, prepend=0)
        self._used = np.ones(len(examples.ends), dtype=bool)
        if used is not None:
            self._used = np.isin(examples.documents, np.array(used))
        if self._soft is not None and dull_share < 1.0:
            left_out = np.random.default_rng(seed).random(len(examples.ends)) >= dull_share
            self._used &= ~(left_out & self._dull(self._soft))
        self.passes = int(examples.passes.max(initial=-1)) + 1

    def _dull(self, soft: SoftLabels) -> NDArray[np.bool_]:
        """Return for each window whether teachers have read its document and it has no span and no sign of one."""
        first = np.repeat(soft.first[self._examples.documents], self.lengths)
        signs = np.where(first < 0, 1.0, self._examples.targets.max(axis=1, initial=0)).astype(np.float32)
        known = np.flatnonzero((first >= 0) & (self._examples.clean >= 0))
        said = soft.values.max(axis=1, initial=0)[first[known] + self._examples.clean[known]]
        signs[known] = np.maximum(signs[known], said / np.float32(255))
        dull: NDArray[np.bool_] = np.maximum.reduceat(signs, self._examples.ends - self.lengths) < _SIGN
        return dull

    def of_pass(self, number: int) -> NDArray[np.int64]:
        """Return the numbers of the windows of a pass."""
        return np.flatnonzero(self._used & (self._examples.passes == number))

    def __len__(self) -> int:
        return len(self._examples.ends)

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
