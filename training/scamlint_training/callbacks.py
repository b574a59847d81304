"""What happens beside the steps of training: a moving average of the weights."""

from __future__ import annotations

import copy
from pathlib import Path
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
        """Start from the weights, or from the average of the checkpoint when training goes on."""
        model = context["model"]
        device = next(model.parameters()).device
        self.average.to(device)
        kept = self._file(args, state)
        known = kept.is_file() if state.global_step else False
        self.average.load_state_dict(
            torch.load(kept, weights_only=True, map_location=device) if known else model.state_dict()
        )

    def on_save(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Put the average beside the weights of the checkpoint."""
        torch.save(self.average.state_dict(), self._file(args, state))

    def on_step_end(self, args: Any, state: Any, control: Any, **context: Any) -> None:
        """Move the average towards the weights of this step."""
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(context["model"].parameters()), 1.0 - decay)

    @staticmethod
    def _file(args: Any, state: Any) -> Path:
        return Path(args.output_dir) / f"checkpoint-{state.global_step}" / "average.pt"
