"""What the transformer trains on: windows of pieces, the same targets under noise, a teacher's labels mixed in."""

import random

import numpy as np
import pytest

from scamlint.encode import encode
from scamlint.text import normalize
from scamlint_training import soft_labels
from scamlint_training.batches import Collator, Windows
from scamlint_training.corpus import Document, load_split
from scamlint_training.examples import piece_targets, prepare, random_windows
from scamlint_training.finetune import plain_tokenizer, rate_factor
from scamlint_training.settings import TrainingSettings
from scamlint_training.tagger import DEFAULT_BASE
from scamlint_training.teacher import fold_of

LABELS = 7


@pytest.fixture(scope="module")
def tokenizer():
    return plain_tokenizer(DEFAULT_BASE)


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return load_split("dev")[:40]


def prepared(documents, tokenizer, passes=2, noise=0.9, cache=None):
    return prepare(documents, tokenizer, passes=passes, window=64, augmented_share=noise, seed=1, cache=cache)


def plain_targets(document, tokenizer):
    norm = normalize(document.text)
    encoded = encode(tokenizer, norm.text)
    return piece_targets(norm, encoded.starts, encoded.ends, document.spans)


def windows_of(examples):
    starts = np.concatenate([[0], examples.ends[:-1]])
    return zip(starts, examples.ends, examples.documents, examples.passes, strict=True)


def test_a_pass_without_noise_holds_each_document_piece_by_piece(documents, tokenizer):
    examples = prepared(documents, tokenizer, passes=1, noise=0.0)
    for number, document in enumerate(documents):
        parts = [examples.targets[a:b] for a, b, index, _ in windows_of(examples) if index == number]
        assert np.array_equal(np.concatenate(parts), plain_targets(document, tokenizer))
    assert all(end - start <= 62 for start, end, _, _ in windows_of(examples))


def test_each_noisy_piece_stands_for_a_piece_with_the_same_labels(documents, tokenizer):
    examples = prepared(documents, tokenizer)
    behind = 0
    for start, end, index, _ in windows_of(examples):
        clean = examples.clean[start:end]
        known = clean >= 0
        behind += int(known.sum())
        plain = plain_targets(documents[index], tokenizer)
        assert np.array_equal(plain[clean[known], :LABELS], examples.targets[start:end][known][:, :LABELS])
    assert behind > 0.8 * len(examples.ids)


def test_every_pass_has_its_own_noise_and_its_own_cuts(documents, tokenizer):
    examples = prepared(documents, tokenizer)
    first, second = (
        [examples.ids[a:b].tolist() for a, b, _, number in windows_of(examples) if number == wanted]
        for wanted in (0, 1)
    )
    assert first != second


def test_kept_examples_are_those_of_the_first_time(documents, tokenizer, tmp_path):
    new = prepared(documents, tokenizer, cache=tmp_path)
    kept = prepared(documents, tokenizer, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    assert np.array_equal(new.ids, kept.ids)
    assert np.array_equal(new.clean, kept.clean)
    new.save(next(tmp_path.iterdir()))
    assert len(list(tmp_path.iterdir())) == 1, "a second process that was as fast leaves nothing behind"
    prepared(documents[:-1], tokenizer, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2, "other documents, other examples"


def test_soft_labels_come_back_as_they_were_written(documents, tokenizer, tmp_path):
    rng = np.random.default_rng(0)
    said = [rng.random(plain_targets(each, tokenizer).shape).astype(np.float32) for each in documents]
    soft_labels.save(tmp_path / "soft.npz", documents, said)
    stranger = Document.from_dict(documents[0].to_dict() | {"text": documents[0].text + " Indeed."})
    read = soft_labels.load(tmp_path / "soft.npz", [documents[3], stranger])
    assert read.first[1] == -1, "the teacher did not read this wording"
    rows = read.values[read.first[0] : read.first[0] + len(said[3])] / 255
    assert np.abs(rows - np.where(np.rint(said[3] * 255) < 5, 0, said[3])).max() < 0.003


def test_targets_lie_between_the_annotators_and_the_teacher(documents, tokenizer, tmp_path):
    said = [np.full(plain_targets(each, tokenizer).shape, 0.4, dtype=np.float32) for each in documents]
    soft_labels.save(tmp_path / "soft.npz", documents, said)
    examples = prepared(documents, tokenizer, passes=1, noise=0.0)
    soft = soft_labels.load(tmp_path / "soft.npz", documents)
    hard = Windows(examples)
    mixed = Windows(examples, soft=soft, soft_weight=0.5)
    for index in range(len(examples.ends)):
        assert np.allclose(mixed[index].targets, 0.5 * hard[index].targets + 0.2, atol=0.002)


def test_each_pass_leaves_out_other_windows_in_which_nobody_sees_anything(documents, tokenizer, tmp_path):
    said = [np.zeros(plain_targets(each, tokenizer).shape, dtype=np.float32) for each in documents]
    doubted = next(number for number, each in enumerate(documents) if not each.spans)
    said[doubted][:, 2] = 0.2
    stranger = next(number for number, each in enumerate(documents) if not each.spans and number != doubted)
    read_by_teachers = [number for number in range(len(documents)) if number != stranger]
    soft_labels.save(
        tmp_path / "soft.npz", [documents[i] for i in read_by_teachers], [said[i] for i in read_by_teachers]
    )
    soft = soft_labels.load(tmp_path / "soft.npz", documents)
    examples = prepared(documents, tokenizer, noise=0.0)
    windows = Windows(examples, soft=soft, soft_weight=0.5, dull_share=0.5, seed=1)
    everything = Windows(examples)
    for number in range(2):
        left_out = np.setdiff1d(everything.of_pass(number), windows.of_pass(number))
        assert len(left_out) > 5
        assert all(not everything[index].targets.any() for index in left_out), "windows with spans are always read"
        assert not {doubted, stranger} & set(examples.documents[left_out].tolist())
    kept = [set(examples.documents[windows.of_pass(number)].tolist()) for number in range(2)]
    assert kept[0] != kept[1]


def test_a_batch_is_padded_and_framed(documents, tokenizer):
    windows = Windows(prepared(documents, tokenizer))
    batch = Collator(tokenizer)([windows[index] for index in range(4)])
    lengths = batch["attention_mask"].sum(1)
    assert (batch["input_ids"][:, 0] == tokenizer.token_to_id("[CLS]")).all()
    assert all(
        row[length - 1] == tokenizer.token_to_id("[SEP]")
        for row, length in zip(batch["input_ids"], lengths, strict=True)
    )


def test_random_windows_tile_the_tokens():
    for count in (0, 1, 62, 63, 500):
        cuts = random_windows(count, 62, random.Random(count))
        assert [token for start, end in cuts for token in range(start, end)] == list(range(count))


def test_folds_part_the_families():
    documents = load_split("dev")
    folds = [fold_of(documents, fold) for fold in range(4)]
    assert sum(map(len, folds)) == len(set.union(*folds)) == len({document.family for document in documents})


def test_the_rate_rises_stands_and_falls():
    factors = [rate_factor(step, 100, 10, 0.5) for step in range(101)]
    assert factors[0] == 0.1
    assert factors[10] == factors[50] == 1.0
    assert factors[75] == 0.5
    assert factors[100] == 0.0


@pytest.mark.parametrize("wrong", [{"epochs": 0}, {"soft_weight": 1.5}, {"train_share": 0.0}, {"overlap": 300}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TrainingSettings(**wrong)
