"""What training keeps of its weights."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from scamlint_training.callbacks import KeepEnds


def test_the_result_is_the_mean_of_the_weights_at_the_ends_and_of_no_other_step(tmp_path: Path) -> None:
    model = torch.nn.Linear(2, 1, bias=False)
    keep = KeepEnds([10, 30], None, tmp_path)
    for step in (10, 20, 30):
        torch.nn.init.constant_(model.weight, float(step))
        keep.on_step_end(None, SimpleNamespace(global_step=step), None, model=model)
    assert keep.mean()["weight"].flatten().tolist() == pytest.approx([20.0, 20.0])


def test_a_training_that_goes_on_finds_the_end_that_was_kept_before(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1, bias=False)
    for step in (1, 3):
        torch.nn.init.constant_(model.weight, float(step))
        KeepEnds([1, 3], None, tmp_path).on_step_end(None, SimpleNamespace(global_step=step), None, model=model)
    assert KeepEnds([1, 3], None, tmp_path).mean()["weight"].item() == 2.0
