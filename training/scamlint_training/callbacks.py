"""What happens beside the steps of training: averages of the weights, checkpoints between stages."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import TrainerCallback

from scamlint_training.tagger import TokenTagger


class MovingAverage(TrainerCallback):  # type: ignore[misc]
    """Keeps an exponential moving average of the weights, which generalises better than the last step's."""

    def __init__(self, tagger: TokenTagger, decay: float) -> None:
        self.average = copy.deepcopy(tagger).eval()
        self._decay = decay

    def on_train_begin(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Start from the weights of the checkpoint when training goes on."""
        self.average.load_state_dict(context["model"].state_dict())

    def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Move the average towards the weights of this step."""
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step))
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), context["model"].parameters(), strict=True):
                kept.lerp_(new, 1.0 - decay)


class KeepEnds(TrainerCallback):  # type: ignore[misc]
    """Keeps the weights at the end of each stage in which the rate falls."""

    def __init__(self, steps: Sequence[int], average: MovingAverage | None, output: Path) -> None:
        self._paths = {step: output / f"end-{step}.pt" for step in steps}
        self._average = average

    def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Write the weights at these steps."""
        if state.global_step in self._paths:
            model = self._average.average if self._average else context["model"]
            torch.save(model.state_dict(), self._paths[state.global_step])

    def mean(self) -> dict[str, Tensor]:
        """Return the mean of what was kept, which is better than the last alone (model soup, Wortsman et al. 2022)."""
        kept = [torch.load(path, weights_only=True, map_location="cpu") for path in self._paths.values()]
        return {name: torch.stack([weights[name] for weights in kept]).mean(dim=0) for name in kept[0]}


class SaveBetweenStages(TrainerCallback):  # type: ignore[misc]
    """Writes a checkpoint when a stage is over."""

    def __init__(self, steps: Sequence[int]) -> None:
        self._steps = frozenset(steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Ask for a checkpoint at these steps."""
        if state.global_step in self._steps:
            control.should_save = True
