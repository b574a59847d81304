"""How well a finished training knows each document, kept beside its weights for the next one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scamlint_training.corpus import Document
from scamlint_training.soft_labels import fingerprint

LOSSES_FILE = "losses.npz"


def save(folder: Path, documents: Sequence[Document], losses: NDArray[np.float32]) -> None:
    """Write the losses of documents, shape ``(documents,)``, infinite where a document was never read."""
    names = np.array([fingerprint(document) for document in documents], dtype="S16")
    np.savez_compressed(folder / LOSSES_FILE, documents=names, losses=losses)


def load(folder: Path, documents: Sequence[Document]) -> NDArray[np.float32]:
    """Read the losses of documents, infinite for those that the training did not read in this wording.

    Raises:
        FileNotFoundError: ``folder`` holds no losses.
    """
    with np.load(folder / LOSSES_FILE, allow_pickle=False) as kept:
        names = [name.decode() for name in kept["documents"].tolist()]
        known = dict(zip(names, kept["losses"].tolist(), strict=True))
    return np.array([known.get(fingerprint(document), np.inf) for document in documents], dtype=np.float32)
