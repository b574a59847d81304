import dataclasses
from types import SimpleNamespace

import pytest
import torch

from scamlint_training.callbacks import MovingAverage
from scamlint_training.pipeline import STEPS, Plan, forget, inputs_hash, resumable, run


class Recorder:
    def __init__(self, *names, fails=""):
        self.ran = []
        self.fails = fails
        self.steps = {name: self.step(name) for name in names}

    def step(self, name):
        def work(plan):
            if name == self.fails:
                raise RuntimeError("the machine went down")
            self.ran.append(name)

        return work


@pytest.fixture
def plan(tmp_path):
    return Plan(runs=tmp_path / "runs", models=tmp_path / "models")


def test_a_second_run_has_nothing_to_do(plan):
    recorder = Recorder("a", "b")
    assert run(plan, recorder.steps, str) == ["a", "b"]
    assert run(plan, recorder.steps, str) == []


def test_a_broken_run_goes_on_where_it_broke(plan):
    with pytest.raises(RuntimeError, match="went down"):
        run(plan, Recorder("a", "b", "c", fails="b").steps, str)
    assert run(plan, Recorder("a", "b", "c").steps, str) == ["b", "c"]


def test_what_followed_a_changed_step_is_done_again(plan):
    recorder = Recorder("a", "b", "c")
    run(plan, recorder.steps, str)
    assert run(plan, recorder.steps, lambda name: "changed" if name == "b" else name) == ["b", "c"]


def test_a_break_after_a_forced_step_does_not_leave_old_results_standing(plan):
    run(plan, Recorder("a", "b", "c").steps, str)
    with pytest.raises(RuntimeError):
        run(plan, Recorder("a", "b", "c", fails="b").steps, str, first="a")
    assert run(plan, Recorder("a", "b", "c").steps, str) == ["b", "c"]


def test_steps_before_the_first_one_asked_for_do_not_run(plan):
    recorder = Recorder("a", "b", "c")
    assert run(plan, recorder.steps, str, first="b") == ["b", "c"]
    assert recorder.ran == ["b", "c"]


def test_what_follows_a_step_that_ran_alone_is_done_again(plan):
    recorder = Recorder("a", "b", "c")
    run(plan, recorder.steps, str)
    forget(plan, recorder.steps, "b")
    assert run(plan, recorder.steps, str) == ["b", "c"]


def test_every_step_depends_on_the_corpus_and_on_the_steps_before(plan):
    assert list(STEPS) == ["baseline", "finetune", "skimmer", "export", "calibrate", "gate", "evaluate", "cards"]
    hashes = [inputs_hash(plan, name) for name in STEPS]
    assert len(set(hashes)) == len(STEPS)


def test_another_version_is_exported_anew_but_not_trained_anew(plan):
    other = dataclasses.replace(plan, version="2")
    changed = [name for name in STEPS if inputs_hash(plan, name) != inputs_hash(other, name)]
    assert changed == ["export", "calibrate", "gate", "evaluate", "cards"]


def test_a_training_goes_on_from_checkpoints_of_its_own_inputs_only(tmp_path):
    (tmp_path / "checkpoint-100").mkdir()
    assert not resumable(tmp_path, "this corpus"), "nobody knows what those were trained on"
    assert not resumable(tmp_path, "this corpus"), "the training broke off before its first checkpoint"
    (tmp_path / "checkpoint-200").mkdir()
    assert resumable(tmp_path, "this corpus")
    assert not resumable(tmp_path, "a larger corpus")


def test_a_training_that_goes_on_has_the_average_of_one_that_was_never_broken(tmp_path):
    def moved(average, model, steps):
        for step in steps:
            model.weight.data += 1.0
            average.on_step_end(None, SimpleNamespace(global_step=step), None, model=model)

    options = SimpleNamespace(output_dir=str(tmp_path))
    model = torch.nn.Linear(2, 2)
    unbroken = MovingAverage(model, 0.9)
    unbroken.on_train_begin(options, SimpleNamespace(global_step=0), None, model=model)
    moved(unbroken, model, range(1, 6))
    (tmp_path / "checkpoint-5").mkdir()
    unbroken.on_save(options, SimpleNamespace(global_step=5), None)
    resumed = MovingAverage(model, 0.9)
    resumed.on_train_begin(options, SimpleNamespace(global_step=5), None, model=model)
    assert not torch.equal(resumed.average.weight, model.weight)
    assert torch.equal(resumed.average.weight, unbroken.average.weight)
