"""Train teachers and write what they say about the train split: soft labels for the shipped network.

    python -m scamlint_training.teacher --base PATH-OR-ID --output training/soft_labels.npz

A larger encoder is fine-tuned once for each fold of the families without that fold, and labels the fold that it has not
seen (cross-fitting, as in Wolpert's stacked generalization, 1992): a teacher that labels what it was trained on repeats
the hard labels. It takes minutes on a GPU and many hours without; the result is kept in the repository, so that
``make train`` needs no teacher.

    python -m scamlint_training.teacher --fill runs/shipped

Documents that came after the teachers are labelled by an earlier training of the small network instead, in minutes and
without a GPU (born-again networks, Furlanello et al. 2018); what the teachers said stays.

    python -m scamlint_training.teacher --mix runs/first runs/second

Finished trainings of the small network join the teachers: the mean of several networks finds what one does not, and a
network that learns from their mean keeps a part of that (distillation of an ensemble, Hinton et al. 2015).
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scamlint.encode import Encoded, encode, frame_ids
from scamlint.labels import label_names
from scamlint.text import normalize
from scamlint.windows import owned_range, token_windows
from scamlint_training.corpus import Document, load_split
from scamlint_training.finetune import RUNS, load_trained, plain_tokenizer, train
from scamlint_training.settings import TrainingSettings
from scamlint_training.soft_labels import SOFT_LABELS, load, save
from scamlint_training.tagger import DEFAULT_BASE, TokenTagger

_log = logging.getLogger(__name__)
FOLDS = 4
_BATCH = 64


def teacher_settings(base: str, seed: int) -> TrainingSettings:
    """Return the settings of a teacher: those of a base-sized encoder."""
    return TrainingSettings(
        base=base,
        epochs=4,
        batch_windows=32,
        learning_rate=1e-4,
        head_rate=1e-3,
        layer_decay=0.9,
        encoder_dropout=0.1,
        dull_share=1.0,
        guest_share=0.0,  # a guest may belong to the fold that it must not see
        soft_weight=0.0,  # a teacher of earlier teachers would know of the fold that it must not see
        seed=seed,
    )


def fold_of(documents: Sequence[Document], fold: int, folds: int = FOLDS) -> set[str]:
    """Return the families of a fold; the folds part the families at random, always alike."""
    families = sorted({document.family for document in documents})
    random.Random(1).shuffle(families)
    return set(families[fold::folds])


def train_fold(base: str, fold: int, output: Path, seed: int = 13) -> None:
    """Train the teacher that has not seen a fold."""
    train(teacher_settings(base, seed), output, left_out=fold_of(load_split("train"), fold))


def label(tagger: TokenTagger, base: str, documents: Sequence[Document]) -> list[NDArray[np.float32]]:
    """Let a teacher read documents.

    Args:
        tagger: The teacher.
        base: Its base, whose tokenizer it reads with.
        documents: Documents.

    Returns:
        For each document the probabilities of the pieces of the *default* base; shape ``(pieces, 2 * labels)``.
    """
    own, others = plain_tokenizer(base), plain_tokenizer(DEFAULT_BASE)
    settings = TrainingSettings()
    texts = [normalize(document.text).text for document in documents]
    read = [encode(own, text) for text in texts]
    jobs = [
        (end - start, index, number)
        for index, document in enumerate(read)
        for number, (start, end) in enumerate(_windows(document, settings))
    ]
    jobs.sort()
    said = [np.zeros((len(each.ids), 2 * len(label_names())), dtype=np.float32) for each in read]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tagger = tagger.to(device).eval()
    first, last = frame_ids(own)
    for begin in range(0, len(jobs), _BATCH):
        batch = jobs[begin : begin + _BATCH]
        ids = torch.zeros((len(batch), batch[-1][0] + 2), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, (length, index, number) in enumerate(batch):
            start, end = _windows(read[index], settings)[number]
            ids[row, : length + 2] = torch.tensor([first, *read[index].ids[start:end].tolist(), last])
            mask[row, : length + 2] = 1
        with torch.no_grad(), torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            logits = tagger(ids.to(device), mask.to(device))[0]
        rows = torch.sigmoid(logits.float()).cpu().numpy()
        for row, (_, index, number) in enumerate(batch):
            windows = _windows(read[index], settings)
            start, end = owned_range(windows, number)
            shift = 1 - windows[number][0]
            said[index][start:end] = rows[row, start + shift : end + shift]
    return [
        _in_other_pieces(rows, pieces, encode(others, text))
        for rows, pieces, text in zip(said, read, texts, strict=True)
    ]


def _windows(document: Encoded, settings: TrainingSettings) -> list[tuple[int, int]]:
    return token_windows(len(document.ids), settings.window - 2, settings.overlap)


def _in_other_pieces(rows: NDArray[np.float32], pieces: Encoded, others: Encoded) -> NDArray[np.float32]:
    """Give each piece of another tokenizer the row of the piece that holds its first character."""
    if not len(pieces.ids):
        return np.zeros((len(others.ids), rows.shape[1]), dtype=np.float32)
    found = np.minimum(np.searchsorted(pieces.ends, others.starts, side="right"), len(pieces.ids) - 1)
    result = rows[found].copy()
    again = np.flatnonzero(found[1:] == found[:-1]) + 1
    result[again, rows.shape[1] // 2 :] = 0.0
    return result


def gather(folders: Sequence[Path], output: Path) -> None:
    """Let each teacher label the fold that it has not seen, and write the soft labels."""
    documents = load_split("train")
    said: dict[str, NDArray[np.float32]] = {}
    for fold, folder in enumerate(folders):
        families = fold_of(documents, fold, len(folders))
        unseen = [document for document in documents if document.family in families]
        tagger, settings = load_trained(folder)
        rows = label(tagger, settings.base, unseen)
        said |= {document.id: row for document, row in zip(unseen, rows, strict=True)}
        _log.info("fold %d: %d documents", fold, len(unseen))
    save(output, documents, [said[document.id] for document in documents])


def fill(checkpoint: Path, documents: Sequence[Document], output: Path) -> int:
    """Let a finished training label the documents that no teacher has read, and add that to the soft labels.

    Args:
        checkpoint: Folder of the training, best one that has not read these documents either.
        documents: All documents that shall have soft labels.
        output: The soft labels; what they hold of these documents stays as it is.

    Returns:
        How many documents were added.
    """
    kept = load(output, documents)
    unread = [document for document, first in zip(documents, kept.first, strict=True) if first < 0]
    tagger, settings = load_trained(checkpoint)
    said = iter(label(tagger, settings.base, unread))
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    rows = []
    for document, first in zip(documents, kept.first.tolist(), strict=True):
        if first < 0:
            rows.append(next(said))
            continue
        pieces = len(encode(tokenizer, normalize(document.text).text).ids)
        rows.append((kept.values[first : first + pieces] / 255).astype(np.float32))
    save(output, documents, rows)
    return len(unread)


def mix(checkpoints: Sequence[Path], documents: Sequence[Document], output: Path) -> None:
    """Let finished trainings read all documents, and make the soft labels the mean of what they say and what they were.

    Args:
        checkpoints: Folders of the trainings, each of which counts as much as what the soft labels were.
        documents: All documents that shall have soft labels.
        output: The soft labels; documents that have none get the mean of the trainings alone.
    """
    kept = load(output, documents)
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    said: list[list[NDArray[np.float32]]] = []
    for document, first in zip(documents, kept.first.tolist(), strict=True):
        pieces = len(encode(tokenizer, normalize(document.text).text).ids)
        said.append([(kept.values[first : first + pieces] / 255).astype(np.float32)] if first >= 0 else [])
    for checkpoint in checkpoints:
        tagger, settings = load_trained(checkpoint)
        for voices, voice in zip(said, label(tagger, settings.base, documents), strict=True):
            voices.append(voice)
    save(output, documents, [np.mean(voices, axis=0, dtype=np.float32) for voices in said])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Train teachers on folds of the corpus and write their soft labels.")
    todo = parser.add_mutually_exclusive_group(required=True)
    todo.add_argument("--base", help="Hugging Face id or path of a larger encoder")
    todo.add_argument("--fill", type=Path, help="checkpoint that labels what no teacher has read; nothing is trained")
    todo.add_argument(
        "--mix", type=Path, nargs="+", help="checkpoints whose labels join those there are; nothing is trained"
    )
    parser.add_argument("--output", type=Path, default=SOFT_LABELS)
    parser.add_argument("--fold", type=int, help="train this fold's teacher alone, for several machines or processes")
    parser.add_argument("--gather", action="store_true", help="only write the labels of teachers trained before")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if arguments.fill:
        _log.info("%d documents more have soft labels", fill(arguments.fill, load_split("train"), arguments.output))
        return
    if arguments.mix:
        mix(arguments.mix, load_split("train"), arguments.output)
        return
    folders = [RUNS / f"teacher-{fold}" for fold in range(FOLDS)]
    if not arguments.gather:
        for fold in range(FOLDS) if arguments.fold is None else [arguments.fold]:
            train_fold(arguments.base, fold, folders[fold])
    if arguments.fold is None:
        gather(folders, arguments.output)


if __name__ == "__main__":
    main()
