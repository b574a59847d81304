"""Documents in the stored form: one JSON object a line, spans as code point offsets into the text."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[3]
CORPUS = REPOSITORY / "data" / "corpus"
REGRESSIONS = REPOSITORY / "data" / "regressions"
SPLITS = ("train", "dev", "test")

GENRES = (
    "whitepaper landing_page ama announcement social_post direct_message email press_release forum_post news "
    "regulator_notice technical_doc faq academic review other"
).split()
STANCES = "promoting warning reporting disclaiming neutral satire victim".split()
TAGS = "hard sober mixed tuple obfuscated plain mined tuning".split()
# Families with a document of such a tag lie in one split, whatever their name's hash says.
SPLIT_OF_TAG = {"mined": "train", "tuning": "dev"}


@dataclass(frozen=True, slots=True, order=True)
class GoldSpan:
    """An annotated stretch: start and end in code points (end exclusive), and its label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the corpus.

    Attributes:
        id: Unique in the corpus.
        text: The document, without markup.
        spans: Annotated spans by position.
        genre: One of :data:`GENRES`.
        stance: One of :data:`STANCES`.
        family: The project or kernel that it belongs to; a family never crosses splits.
        tags: Some of :data:`TAGS`.
    """

    id: str
    text: str
    spans: tuple[GoldSpan, ...]
    genre: str
    stance: str
    family: str
    tags: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            "id": self.id,
            "text": self.text,
            "spans": [{"start": span.start, "end": span.end, "label": span.label} for span in self.spans],
            "genre": self.genre,
            "stance": self.stance,
            "family": self.family,
            "tags": list(self.tags),
        }

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Document:
        """Read the stored form.

        Raises:
            KeyError: A field is missing.
        """
        spans = tuple(sorted(GoldSpan(span["start"], span["end"], span["label"]) for span in row["spans"]))
        tags = tuple(row.get("tags", ()))
        return cls(row["id"], row["text"], spans, row["genre"], row["stance"], row["family"], tags)


def read_jsonl(path: Path) -> Iterator[Document]:
    """Read the documents of one file, in order."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield Document.from_dict(json.loads(line))


def write_jsonl(path: Path, documents: Iterable[Document]) -> None:
    """Write documents to one file, one object a line; a reader sees the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(document.to_dict(), ensure_ascii=False) + "\n" for document in documents]
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text("".join(lines), encoding="utf-8")
    unfinished.replace(path)


def load_split(split: str, corpus: Path = CORPUS) -> list[Document]:
    """Load every document of one split.

    Args:
        split: ``train``, ``dev`` or ``test``.
        corpus: The corpus folder.

    Raises:
        ValueError: There is no such split, or a file of it lies in a regressions folder: what users reported is
            for measuring and never trained on.
        FileNotFoundError: The split has no files.
    """
    if split not in SPLITS:
        raise ValueError(
            f"There is no split {split!r}; the splits are {', '.join(SPLITS)}. Nothing else is trained on."
        )
    files = sorted((corpus / split).glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"No *.jsonl files in {corpus / split}.")
    for file in files:
        if REGRESSIONS.name in file.resolve().parts:
            raise ValueError(f"{file} belongs to the regressions, which are never loaded as a split; move it away.")
    return [document for file in files for document in read_jsonl(file)]


def load_corpus(corpus: Path = CORPUS) -> dict[str, list[Document]]:
    """Load all splits."""
    return {split: load_split(split, corpus) for split in SPLITS}


def split_of(family: str) -> str:
    """Return the split of a family: 80/10/10 by a hash of its name, so that it never changes."""
    bucket = int(hashlib.sha256(family.encode()).hexdigest(), 16) % 10
    return ("dev", "test")[bucket] if bucket < 2 else "train"


def corpus_hash(corpus: Path = CORPUS) -> str:
    """Return the SHA-256 of the corpus's files, names included, in hex."""
    digest = hashlib.sha256()
    for path in sorted(corpus.rglob("*.jsonl")):
        digest.update(path.relative_to(corpus).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
