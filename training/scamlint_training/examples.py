"""From documents to what the transformer trains on: windows of word pieces with a target for each piece and label."""

from __future__ import annotations

import hashlib
import inspect
import logging
import multiprocessing
import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scamlint.cores import available_cores
from scamlint.encode import Encoded, encode
from scamlint.labels import label_names
from scamlint.text import NORMALIZER_VERSION, NormalizedText, normalize
from scamlint.windows import token_windows
from scamlint_training.augment import AUGMENTATIONS, augment
from scamlint_training.corpus import Document, GoldSpan
from scamlint_training.guests import Guests, is_host, seat

_log = logging.getLogger(__name__)
# Documents that a process encodes at a time.
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Examples:
    """The windows of all passes over some documents, one after the other.

    Attributes:
        ids: Word pieces without special tokens; shape ``(pieces,)``.
        targets: 1 where a span covers a piece, then 1 where a span begins; shape ``(pieces, 2 * labels)``.
        clean: Running number of the piece of the document without noise that each piece stands for, -1 for none;
            shape ``(pieces,)``.
        ends: Number of pieces up to the end of each window; shape ``(windows,)``.
        documents: Running number of each window's document; same shape.
        passes: Running number of the pass that each window belongs to; same shape.
    """

    ids: NDArray[np.int32]
    targets: NDArray[np.uint8]
    clean: NDArray[np.int32]
    ends: NDArray[np.int64]
    documents: NDArray[np.int32]
    passes: NDArray[np.int32]

    def save(self, folder: Path) -> None:
        """Write the arrays into a folder, which appears only when it is whole; one that is there already stays."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent))
        for field in fields(self):
            np.save(scratch / f"{field.name}.npy", getattr(self, field.name), allow_pickle=False)
        try:
            scratch.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(scratch)
            if not folder.is_dir():
                raise

    @classmethod
    def load(cls, folder: Path) -> Examples:
        """Map what :meth:`save` wrote into memory."""
        names = [field.name for field in fields(cls)]
        return cls(*(np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in names))


def piece_targets(
    norm: NormalizedText, starts: NDArray[np.int64], ends: NDArray[np.int64], spans: Sequence[GoldSpan]
) -> NDArray[np.uint8]:
    """Mark the pieces that each span covers.

    Args:
        norm: The normalised text.
        starts: Offsets of the pieces in it.
        ends: Offsets after the pieces.
        spans: Spans in offsets of the original.

    Returns:
        Targets of shape ``(pieces, 2 * labels)``: ``inside`` for each label, then ``begin``.
    """
    names = label_names()
    targets = np.zeros((len(starts), 2 * len(names)), dtype=np.uint8)
    if len(starts) == 0:
        return targets
    source_starts = norm.starts[starts]
    source_ends = norm.ends[np.maximum(ends, starts + 1) - 1]
    for span in spans:
        covered = np.flatnonzero((source_starts < span.end) & (source_ends > span.start))
        if len(covered):
            label = names.index(span.label)
            targets[covered, label] = 1
            targets[covered[0], len(names) + label] = 1
    return targets


def prepare(
    documents: Sequence[Document],
    tokenizer: Tokenizer,
    *,
    passes: int,
    window: int,
    augmented_share: float,
    guest_share: float = 0.0,
    seed: int,
    cache: Path | None = None,
) -> Examples:
    """Encode documents as the detector will, cut at random places, with noise for a share of them in each pass.

    Args:
        documents: Documents of one split.
        tokenizer: The base model's tokenizer, without truncation or padding.
        passes: How often each document comes.
        window: Most pieces in a window, the two special tokens included.
        augmented_share: Share of documents that get noise; half of it in the first pass, so that the network learns
            the patterns before their disguises.
        guest_share: Share of the dull documents that get a guest in each pass (``guests.py``), before the noise.
        seed: Seed of the noise and of the cuts.
        cache: Folder in which the result is kept for the next time.

    Returns:
        The windows of all passes.
    """
    code = [
        inspect.getsource(sys.modules[part.__module__])
        for part in (augment, encode, random_windows, seat, token_windows)
    ]
    how = (
        passes,
        window,
        augmented_share,
        guest_share,
        seed,
        NORMALIZER_VERSION,
        label_names(),
        tokenizer.to_str(),
        code,
    )
    key = hashlib.sha256(repr(how).encode())
    for document in documents:
        key.update(repr((document.id, document.text, document.spans)).encode())
    kept = cache / key.hexdigest()[:16] if cache else None
    if kept and kept.is_dir():
        _log.info("examples kept in %s", kept)
        return Examples.load(kept)
    jobs = [
        (number, first, augmented_share if number else augmented_share / 2)
        for number in range(passes)
        for first in range(0, len(documents), _CHUNK)
    ]
    work = _Work(documents, tokenizer, window, seed, guest_share, Guests.among(documents))
    with multiprocessing.get_context("fork").Pool(min(available_cores(), len(jobs)), _give, (work,)) as pool:
        parts = pool.map(_encode_chunk, jobs, chunksize=1)
    ends = np.cumsum(np.concatenate([part[3] for part in parts]))
    ids, targets, clean, owners, numbers = (np.concatenate([part[i] for part in parts]) for i in (0, 1, 2, 4, 5))
    examples = Examples(ids, targets, clean, ends, owners, numbers)
    if kept:
        examples.save(kept)
    return examples


@dataclass(frozen=True, slots=True)
class _Work:
    """What every process of the pool works on; handed over by forking, not by pickling."""

    documents: Sequence[Document]
    tokenizer: Tokenizer
    window: int
    seed: int
    guest_share: float
    guests: Guests


_work: _Work


def _give(work: _Work) -> None:
    global _work
    _work = work


def _encode_chunk(job: tuple[int, int, float]) -> tuple[NDArray[Any], ...]:
    number, first, share = job
    documents, tokenizer, window, seed = _work.documents, _work.tokenizer, _work.window, _work.seed
    ids, targets, clean, lengths, owners = [], [], [], [], []
    for index, document in enumerate(documents[first : first + _CHUNK], start=first):
        # Each document has its own noise in each pass, whoever stands beside it.
        rng = random.Random(f"{seed} {number} {document.id}")
        text, spans, sources = document.text, document.spans, None
        plain_norm = normalize(text)
        plain = encode(tokenizer, plain_norm.text)
        norm, encoded = plain_norm, plain
        if is_host(document) and rng.random() < _work.guest_share:
            text, spans, sources = seat(document, _work.guests, rng)
        if rng.random() < share:
            text, spans, noisy = augment(text, spans, _choose(rng), rng)
            sources = [sources[place] if place >= 0 else -1 for place in noisy] if sources else noisy
        if sources is not None:
            norm = normalize(text)
            encoded = encode(tokenizer, norm.text)
        rows = piece_targets(norm, encoded.starts, encoded.ends, spans)
        stands_for = _pieces_behind(plain_norm, plain, norm, encoded, sources)
        for start, end in random_windows(len(encoded.ids), window - 2, rng):
            ids.append(encoded.ids[start:end].astype(np.int32))
            targets.append(rows[start:end])
            clean.append(stands_for[start:end])
            lengths.append(end - start)
            owners.append(index)
    labels = 2 * len(label_names())
    return (
        np.concatenate([np.zeros(0, np.int32), *ids]),
        np.concatenate([np.zeros((0, labels), np.uint8), *targets]),
        np.concatenate([np.zeros(0, np.int32), *clean]),
        np.array(lengths, dtype=np.int64),
        np.array(owners, dtype=np.int32),
        np.full(len(owners), number, dtype=np.int32),
    )


def _pieces_behind(
    plain_norm: NormalizedText, plain: Encoded, norm: NormalizedText, encoded: Encoded, sources: list[int] | None
) -> NDArray[np.int32]:
    """Return for each piece of a noisy text the piece of the plain text that holds its first character; -1 for none."""
    count = len(encoded.ids)
    if sources is None:
        return np.arange(count, dtype=np.int32)
    if not len(plain.ids) or not count:
        return np.full(count, -1, dtype=np.int32)
    characters = np.array(sources, dtype=np.int64)[norm.starts[encoded.starts]]
    source_ends = plain_norm.ends[np.maximum(plain.ends, plain.starts + 1) - 1]
    found = np.minimum(np.searchsorted(source_ends, characters, side="right"), len(plain.ids) - 1)
    inside = (characters >= plain_norm.starts[plain.starts][found]) & (characters < source_ends[found])
    behind: NDArray[np.int32] = np.where(inside & (characters >= 0), found, -1).astype(np.int32)
    return behind


def random_windows(count: int, size: int, rng: random.Random) -> list[tuple[int, int]]:
    """Cut tokens into windows that tile them, the first one of random length, so that each pass cuts elsewhere.

    Args:
        count: Number of tokens.
        size: Most tokens in a window.
        rng: Source of randomness.

    Returns:
        ``(start, end)`` token ranges.
    """
    if count <= size:
        return [(0, count)] if count else []
    first = rng.randint(size // 3, size)
    return [(0, first), *((first + start, first + end) for start, end in token_windows(count - first, size, 0))]


def _choose(rng: random.Random) -> list[str]:
    """Pick augmentations: swapped figures, names and line breaks often, debris sometimes, disguises seldom."""
    common = ["numbers", "names", "line_breaks", "case"]
    chosen = [name for name in common if rng.random() < 0.45]
    if rng.random() < 0.2:
        chosen.append("debris")
    if rng.random() < 0.45 or not chosen:
        chosen.append(rng.choice([name for name in AUGMENTATIONS if name not in (*common, "debris")]))
    return chosen
