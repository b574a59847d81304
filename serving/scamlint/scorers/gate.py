"""The gate: windows that the baseline scores as surely clean are not shown to the transformer.

The threshold and the baseline that it holds for stand in the transformer's settings, as ``gate``; without that entry
every window is read by the transformer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scamlint.bundle import file_hash, load_bundle
from scamlint.encode import Encoded
from scamlint.errors import ModelError
from scamlint.scorers.baseline import WEIGHTS_FILE, load_linear_tfidf, lower, sigmoid
from scamlint.scorers.quick import QuickTfidf
from scamlint.windows import sentence_units

# Windows of fewer pieces are always read: they take little time, and a line alone gives the baseline too few words.
SHORT = 64


class Gate:
    """Decides which windows of a text the transformer has to read.

    Args:
        model: Name or folder of the baseline.
        threshold: A window is read when a sentence in it has at least this probability for some label.
        familiar: It is read too when the baseline knows a smaller share of its character n-grams than this: disguised
            text says nothing to the baseline.
    """

    def __init__(self, model: str, threshold: float, familiar: float = 0.0) -> None:
        bundle = load_bundle(model)
        if bundle.kind != "baseline":
            raise ModelError(f"A gate needs a model of kind 'baseline', {model!r} is of kind {bundle.kind!r}.")
        self.threshold, self.familiar = threshold, familiar
        self.weights_sha256 = file_hash(bundle.folder / WEIGHTS_FILE)
        self._baseline = QuickTfidf(load_linear_tfidf(bundle))

    @classmethod
    def from_settings(cls, settings: dict[str, Any]) -> Gate | None:
        """Build the gate that a transformer's settings name; None when they name none.

        Raises:
            ModelError: The baseline is not the one that the threshold was chosen for.
        """
        entry = settings.get("gate")
        if entry is None:
            return None
        gate = cls(str(entry["model"]), float(entry["threshold"]), float(entry["familiar"]))
        weights = str(entry["weights_sha256"])
        if gate.weights_sha256 != weights:
            raise ModelError(
                f"The gate was measured with another baseline (weights {weights[:12]}…, installed "
                f"{gate.weights_sha256[:12]}…); run scamlint_training.gate again or remove `gate` from the settings."
            )
        return gate

    def window_scores(
        self, text: str, document: Encoded, windows: list[tuple[int, int]]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what decides about each window.

        Args:
            text: The normalised text.
            document: Its word pieces.
            windows: Ranges of word pieces.

        Returns:
            The highest probability of any label in any sentence that touches the window, 1 for short windows; and the
            share of the character n-grams of these sentences that the baseline knows. Shape ``(windows,)`` each.
        """
        scores, known = np.ones(len(windows)), np.ones(len(windows))
        long = [index for index, (first, last) in enumerate(windows) if last - first >= SHORT]
        if not long:
            return scores, known
        units = sentence_units(text)
        starts = np.array([start for start, _ in units], dtype=np.int64)
        logits, grams = self._baseline.read(lower(text), units)
        highest = sigmoid(logits).max(axis=1)
        for index in long:
            first, last = windows[index]
            begin = int(np.searchsorted(starts, document.starts[first], side="right")) - 1
            end = int(np.searchsorted(starts, document.ends[last - 1], side="left"))
            here = slice(max(0, begin), max(end, begin + 1))
            scores[index] = highest[here].max()
            found, possible = grams[here].sum(axis=0)
            known[index] = found / max(possible, 1.0)
        return scores, known

    def opens(self, text: str, document: Encoded, windows: list[tuple[int, int]]) -> NDArray[np.bool_]:
        """Return which windows the transformer has to read; shape ``(windows,)``."""
        scores, known = self.window_scores(text, document, windows)
        return np.asarray((scores >= self.threshold) | (known < self.familiar))
