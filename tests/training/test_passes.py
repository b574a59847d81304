"""In which order training reads, and what it leaves out once it knows which documents are easy."""

import numpy as np
import pytest
import torch

from scamlint_training import losses
from scamlint_training.batches import Windows
from scamlint_training.corpus import Document, load_split
from scamlint_training.examples import prepare
from scamlint_training.finetune import plain_tokenizer
from scamlint_training.passes import Passes
from scamlint_training.tagger import DEFAULT_BASE, TokenTagger, divergence, mix

BATCH = 4


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return load_split("dev")[:40]


@pytest.fixture(scope="module")
def examples(documents):
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    return prepare(documents, tokenizer, passes=3, window=64, augmented_share=0.5, seed=1)


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


def test_after_the_first_pass_easy_documents_come_seldom_and_hard_ones_always(examples, documents):
    passes = Passes(Windows(examples), batch=BATCH, seed=1, easy_share=0.3, easy_kept=0.0)
    hard = range(20, 40)
    for index in passes:
        document = int(examples.documents[index])
        passes.saw(np.array([document]), np.array([1.0 if document in hard else 0.01], dtype=np.float32))
    first, second, third = of_each_pass(passes, examples)
    assert {int(examples.documents[index]) for index in first} == set(range(len(documents)))
    for number, read in ((1, second), (2, third)):
        windows = np.flatnonzero(examples.passes == number)
        assert {index for index in windows if examples.documents[index] in hard} <= set(read)
        assert len(set(read)) == len(windows) - round(0.3 * len(windows))


def test_a_training_that_goes_on_leaves_out_what_the_last_one_knew(examples, documents, tmp_path):
    known = np.full(len(documents), 0.5, dtype=np.float32)
    known[:4] = 0.01
    losses.save(tmp_path, documents, known)
    stranger = Document.from_dict(documents[0].to_dict() | {"text": documents[0].text + " Indeed."})
    read = losses.load(tmp_path, [stranger, *documents[1:]])
    assert np.isinf(read[0]), "nothing is known of another wording"
    assert np.array_equal(read[1:], known[1:])
    share = float(np.isin(examples.documents[examples.passes == 0], [1, 2, 3]).mean())
    passes = Passes(Windows(examples), batch=BATCH, seed=1, easy_share=share, easy_kept=0.0, losses=read)
    first = {int(examples.documents[index]) for index in of_each_pass(passes, examples)[0]}
    assert first == set(range(len(documents))) - {1, 2, 3}


def test_divergence_is_nothing_where_scores_meet_their_targets_and_ignores_padding():
    targets = torch.tensor([[[0.3, 0.9], [0.0, 1.0]], [[0.5, 0.5], [1.0, 1.0]]])
    logits = torch.logit(targets, eps=1e-7)
    mask = torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    assert divergence(logits, targets, mask).abs().max() < 1e-4
    logits[1, 1] = -20.0
    assert divergence(logits, targets, mask)[1] < 1e-4, "padding does not count"
    logits[1, 0] = 3.0
    assert divergence(logits, targets, mask)[1] > 1.0


def test_the_weights_of_two_trainings_are_mixed_by_share():
    before, after = TokenTagger(DEFAULT_BASE, 0.0), TokenTagger(DEFAULT_BASE, 0.0)
    with torch.no_grad():
        before.head.weight.fill_(1.0)
        after.head.weight.fill_(3.0)
    mix(after, before, 0.25)
    assert torch.equal(after.head.weight, torch.full_like(after.head.weight, 2.5))
    assert torch.equal(before.head.weight, torch.ones_like(before.head.weight)), "the other one stays as it is"
