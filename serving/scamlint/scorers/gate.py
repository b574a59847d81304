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
    """

    def __init__(self, model: str, threshold: float) -> None:
        bundle = load_bundle(model)
        if bundle.kind != "baseline":
            raise ModelError(f"A gate needs a model of kind 'baseline', {model!r} is of kind {bundle.kind!r}.")
        self.threshold = threshold
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
        model, threshold, weights = str(entry["model"]), float(entry["threshold"]), str(entry["weights_sha256"])
        gate = cls(model, threshold)
        if gate.weights_sha256 != weights:
            raise ModelError(
                f"The gate was measured with another baseline (weights {weights[:12]}…, installed "
                f"{gate.weights_sha256[:12]}…); run scamlint_training.gate again or remove `gate` from the settings."
            )
        return gate

    def window_scores(self, text: str, document: Encoded, windows: list[tuple[int, int]]) -> NDArray[np.float64]:
        """Return the highest probability of any label in any sentence that touches each window, 1 for short windows.

        Args:
            text: The normalised text.
            document: Its word pieces.
            windows: Ranges of word pieces.

        Returns:
            Shape ``(windows,)``.
        """
        scores = np.ones(len(windows))
        long = [index for index, (first, last) in enumerate(windows) if last - first >= SHORT]
        if not long:
            return scores
        units = sentence_units(text)
        starts = np.array([start for start, _ in units], dtype=np.int64)
        highest = sigmoid(self._baseline.logits(lower(text), units)).max(axis=1)
        for index in long:
            first, last = windows[index]
            begin = int(np.searchsorted(starts, document.starts[first], side="right")) - 1
            end = int(np.searchsorted(starts, document.ends[last - 1], side="left"))
            scores[index] = highest[max(0, begin) : max(end, begin + 1)].max()
        return scores

    def opens(self, text: str, document: Encoded, windows: list[tuple[int, int]]) -> NDArray[np.bool_]:
        """Return which windows the transformer has to read; shape ``(windows,)``."""
        return self.window_scores(text, document, windows) >= self.threshold
