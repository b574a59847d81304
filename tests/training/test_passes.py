"""In which order training reads."""

import numpy as np
import pytest

from scamlint_training.batches import Windows
from scamlint_training.corpus import load_split
from scamlint_training.examples import prepare
from scamlint_training.finetune import plain_tokenizer
from scamlint_training.passes import Passes
from scamlint_training.tagger import DEFAULT_BASE

BATCH = 4


@pytest.fixture(scope="module")
def examples():
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    return prepare(load_split("dev")[:40], tokenizer, passes=3, window=64, augmented_share=0.5, seed=1)


def of_each_pass(passes, examples):
    order = list(passes)
    assert len(order) == len(passes)
    assert len(order) % BATCH == 0, "every pass fills whole batches"
    numbers = examples.passes[order]
    assert (np.diff(numbers) >= 0).all(), "one pass comes after the other"
    return [[index for index in order if examples.passes[index] == number] for number in range(3)]


def test_a_pass_reads_every_window(examples):
    for number, read in enumerate(of_each_pass(Passes(Windows(examples), batch=BATCH, seed=1), examples)):
        assert set(read) == set(np.flatnonzero(examples.passes == number))


def test_documents_that_are_not_used_are_in_no_batch(examples):
    order = list(Passes(Windows(examples, used=[3, 7]), batch=BATCH, seed=1))
    assert {int(examples.documents[index]) for index in order} == {3, 7}


def test_batches_hold_windows_of_like_length(examples):
    windows = Windows(examples)
    order = list(Passes(windows, batch=BATCH, seed=1))
    batches = windows.lengths[order].reshape(-1, BATCH)
    shuffled = np.random.default_rng(0).permutation(windows.lengths[order]).reshape(-1, BATCH)
    assert np.ptp(batches, axis=1).mean() < np.ptp(shuffled, axis=1).mean() / 4
