"""What a teacher says about the pieces of each document.

From such soft labels a small network learns more than from hard ones (distillation, Hinton et al. 2015).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scamlint.labels import label_names
from scamlint.text import NORMALIZER_VERSION
from scamlint_training.corpus import Document
from scamlint_training.corpus.documents import REPOSITORY

SOFT_LABELS = REPOSITORY / "training" / "soft_labels.npz"
# Probabilities of fewer 255ths are kept as nothing, which makes the file forty times smaller.
_LEAST = 5


@dataclass(frozen=True, slots=True)
class SoftLabels:
    """Probabilities for the pieces of documents without noise.

    Attributes:
        first: Running number of each document's first piece, -1 where the teacher has not read it; ``(documents,)``.
        values: Probabilities of ``inside`` and ``begin`` in 255ths; shape ``(pieces, 2 * labels)``.
    """

    first: NDArray[np.int64]
    values: NDArray[np.uint8]


def fingerprint(document: Document) -> str:
    """Return a short hash of a document's text and spans, so that labels of an older wording are not taken for it."""
    return hashlib.sha256(repr((document.text, document.spans)).encode()).hexdigest()[:16]


def save(path: Path, documents: Sequence[Document], probabilities: Sequence[NDArray[np.float32]]) -> None:
    """Write soft labels.

    Args:
        path: File to write.
        documents: What the teacher read.
        probabilities: For each document, shape ``(pieces, 2 * labels)``.
    """
    rows = np.concatenate([*probabilities, np.zeros((0, 2 * len(label_names())), np.float32)])
    parts = np.rint(rows.ravel() * 255).astype(np.uint8)
    where = np.flatnonzero(parts >= _LEAST)
    np.savez_compressed(
        path,
        normalizer_version=np.array(NORMALIZER_VERSION),
        documents=np.array([fingerprint(document) for document in documents], dtype="S16"),
        counts=np.array([len(each) for each in probabilities], dtype=np.int32),
        gaps=np.diff(where, prepend=0).astype(np.uint32),
        values=parts[where],
    )


def load(path: Path, documents: Sequence[Document]) -> SoftLabels:
    """Read soft labels and find those of some documents.

    Args:
        path: What :func:`save` wrote.
        documents: Documents; those whose wording or spans the teacher did not see have none.

    Raises:
        ValueError: The pieces were those of another normaliser.
    """
    with np.load(path, allow_pickle=False) as kept:
        if int(kept["normalizer_version"]) != NORMALIZER_VERSION:
            raise ValueError(f"{path} belongs to another normaliser; run scamlint_training.teacher again.")
        counts = kept["counts"].astype(np.int64)
        values = np.zeros(int(counts.sum()) * 2 * len(label_names()), dtype=np.uint8)
        values[np.cumsum(kept["gaps"].astype(np.int64))] = kept["values"]
        known = dict(zip((name.decode() for name in kept["documents"]), np.cumsum(counts) - counts, strict=True))
    first = np.array([known.get(fingerprint(document), -1) for document in documents], dtype=np.int64)
    return SoftLabels(first, values.reshape(-1, 2 * len(label_names())))
