"""Soft labels from finished trainings: for documents that came after the teachers, and beside what the teachers say."""

import numpy as np
import pytest

from scamlint.bundle import resolve
from scamlint.encode import encode
from scamlint.text import normalize
from scamlint_training import soft_labels
from scamlint_training.corpus import Document
from scamlint_training.dequantise import dequantise
from scamlint_training.finetune import load_trained, plain_tokenizer
from scamlint_training.tagger import DEFAULT_BASE
from scamlint_training.teacher import fill, label, mix


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    dequantise(resolve("minilm"), folder)
    return folder


def document(number: int, text: str) -> Document:
    return Document.from_dict(
        {
            "id": f"t{number}",
            "text": text,
            "spans": [],
            "genre": "social_post",
            "stance": "neutral",
            "family": f"t{number}",
            "tags": [],
        }
    )


def test_a_finished_training_labels_what_no_teacher_has_read_and_nothing_else(checkpoint, tmp_path):
    known, later = document(1, "The library opens at nine."), document(2, "We guarantee daily profits of 3 %.")
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    pieces = [len(encode(tokenizer, normalize(each.text).text).ids) for each in (known, later)]
    said = np.full((pieces[0], 14), 0.6, dtype=np.float32)
    soft_labels.save(tmp_path / "soft.npz", [known], [said])

    assert fill(checkpoint, [later, known], tmp_path / "soft.npz") == 1

    read = soft_labels.load(tmp_path / "soft.npz", [known, later])
    rows = [read.values[first : first + count] for first, count in zip(read.first, pieces, strict=True)]
    assert (rows[0] == round(0.6 * 255)).all(), "what the teacher said stays"
    assert rows[1][:, 0].max() > 128, "the promise is seen"
    assert fill(checkpoint, [later, known], tmp_path / "soft.npz") == 0


def test_finished_trainings_and_the_teacher_have_one_voice_each(checkpoint, tmp_path):
    known, later = (
        document(1, "We guarantee daily profits of 3 %."),
        document(2, "Withdraw whenever you like, risk-free."),
    )
    alone = label(load_trained(checkpoint)[0], DEFAULT_BASE, [known, later])
    soft_labels.save(tmp_path / "soft.npz", [known], [np.zeros_like(alone[0])])

    mix([checkpoint, checkpoint], [known, later], tmp_path / "soft.npz")

    read = soft_labels.load(tmp_path / "soft.npz", [known, later])
    rows = [read.values[first : first + len(each)] / 255 for first, each in zip(read.first, alone, strict=True)]
    assert alone[0].max() > 0.5
    assert np.abs(rows[0] - alone[0] * 2 / 3).max() < 0.02, "two of three voices"
    assert np.abs(rows[1] - alone[1]).max() < 0.02, "the teacher has not read it and says nothing"
