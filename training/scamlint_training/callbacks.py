"""What happens beside the steps of training: an average of the weights."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from scamlint_training.tagger import TokenTagger


class WeightAverage(TrainerCallback):  # type: ignore[misc]
    """The mean of the weights at the ends of the learning rate's cycles, which generalises better than the last step's.

    Weights at an end are themselves an exponential moving average over the steps before it (Polyak and Juditsky 1992).

    Args:
        tagger: The network; its weights are not touched.
        decay: Decay of the moving average; 0 takes the weights of the very step.
        ends: Steps that are done at the ends, rising; the last one is the end of the training.
    """

    def __init__(self, tagger: TokenTagger, decay: float, ends: Sequence[int]) -> None:
        self._moving = copy.deepcopy(tagger).eval()
        self._mean = copy.deepcopy(tagger).eval()
        self._decay, self._ends = decay, tuple(ends)

    @property
    def result(self) -> TokenTagger:
        """The network with the mean of the weights at the ends that have come so far."""
        return self._mean

    def on_train_begin(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Start from the weights, or from the averages of the checkpoint when training goes on."""
        model = context["model"]
        device = next(model.parameters()).device
        for network, file in self._files(args, state):
            network.to(device)
            known = file.is_file() if state.global_step else False
            network.load_state_dict(
                torch.load(file, weights_only=True, map_location=device) if known else model.state_dict()
            )

    def on_save(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Put the averages beside the weights of the checkpoint."""
        for network, file in self._files(args, state):
            torch.save(network.state_dict(), file)

    def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Move the average towards the weights of this step; at the end of a cycle it enters the mean."""
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step))
        _move(self._moving, context["model"], 1.0 - decay)
        if state.global_step in self._ends:
            _move(self._mean, self._moving, 1.0 / (1 + self._ends.index(state.global_step)))

    def _files(self, args: Any, state: Any) -> tuple[tuple[TokenTagger, Path], ...]:
        folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        return (self._moving, folder / "average.pt"), (self._mean, folder / "mean.pt")


def _move(network: TokenTagger, towards: TokenTagger, share: float) -> None:
    """Move weights a share of the way towards others."""
    with torch.no_grad():
        torch._foreach_lerp_(list(network.parameters()), list(towards.parameters()), share)
