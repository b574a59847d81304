"""The learning rate rises and falls in cycles, and the weights at their ends are averaged."""

from types import SimpleNamespace

import pytest
import torch

from scamlint_training.callbacks import WeightAverage
from scamlint_training.schedule import Schedule


def test_the_rate_rises_stands_and_falls():
    factors = [Schedule(100, warmup=10, decay_share=0.5).factor(step) for step in range(101)]
    assert factors[0] == 0.1
    assert factors[10] == factors[50] == 1.0
    assert factors[75] == 0.5
    assert factors[100] == 0.0


def test_later_cycles_rise_less_high_and_fall_to_nothing_each():
    schedule = Schedule(100, cycles=3, cycle_share=0.2, warmup=4, decay_share=0.5, restart=0.6)
    assert schedule.ends == (60, 80, 100)
    factors = [schedule.factor(step) for step in range(101)]
    assert max(factors[:60]) == 1.0
    assert max(factors[60:]) == 0.6
    assert factors[60] == factors[80] == pytest.approx(0.15)
    for end in schedule.ends:
        assert factors[end - 1] < 0.07
    assert factors[100] == 0.0


def test_a_training_of_a_few_steps_ends_all_the_same():
    schedule = Schedule(1, cycles=3, cycle_share=0.2, warmup=100, decay_share=0.6)
    assert schedule.ends[-1] == 1
    assert schedule.factor(1) == 0.0


def test_the_result_is_the_mean_of_the_weights_at_the_ends(tmp_path):
    model = torch.nn.Linear(1, 1)
    average = WeightAverage(model, 0.0, (2, 3))
    state = SimpleNamespace(global_step=0)
    options = SimpleNamespace(output_dir=str(tmp_path))
    average.on_train_begin(options, state, None, model=model)
    for step, weight in enumerate((5.0, 10.0, 20.0), start=1):
        torch.nn.init.constant_(model.weight, weight)
        state.global_step = step
        average.on_step_end(options, state, None, model=model)
    assert average.result.weight.item() == 15.0
