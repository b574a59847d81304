"""What happens beside the steps of training: a moving average of the weights."""

from __future__ import annotations

import copy
from typing import Any

import torch
from transformers import TrainerCallback

from scamlint_training.tagger import TokenTagger


class MovingAverage(TrainerCallback):  # type: ignore[misc]
    """Keeps an exponential moving average of the weights, which generalises better than the last step's."""

    def __init__(self, tagger: TokenTagger, decay: float) -> None:
        self.average = copy.deepcopy(tagger).eval()
        self._decay = decay

    def on_train_begin(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Start from the weights of the checkpoint when training goes on."""
        model = context["model"]
        self.average.to(next(model.parameters()).device)
        self.average.load_state_dict(model.state_dict())

    def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Move the average towards the weights of this step."""
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(context["model"].parameters()), 1.0 - decay)
