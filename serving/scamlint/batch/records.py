"""What flows through a batch: raw records from the readers, documents with text, chunks of records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OK = "ok"
STATUSES = {
    OK: "scored",
    "invalid": "a line or row that holds no document: broken JSON, a missing field, text that is not UTF-8",
    "unreadable": "the document is damaged, locked with a password, or cannot be opened",
    "no_text": "the document was read and holds no text, such as a PDF of scanned pages",
    "unsupported": "a kind of file that scamlint does not read",
    "too_large": "longer than the limit for one document",
    "timeout": "reading or scoring took longer than the time limit",
    "memory": "reading or scoring needed more than the memory limit",
    "crashed": "the process that read or scored it died, twice",
}


class DocumentError(Exception):
    """One document cannot be read; it becomes a row with a status.

    Attributes:
        status: A key of :data:`STATUSES`, not ``ok``.
        message: One sentence for the ``error`` column. It never quotes the document.
    """

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        if status not in STATUSES or status == OK:
            raise ValueError(f"{status!r} is no status of a failed document.")
        self.status = status
        self.message = message


@dataclass(slots=True)
class Record:
    """One document before it is parsed.

    Attributes:
        id: Identifier as the user gave it, or the source and place when there is none.
        source: Where it comes from: a path, or ``archive.zip!member``.
        form: How to parse ``data``: a suffix such as ``.pdf``, ``json`` for a JSONL line, ``text`` for a string.
        data: The content; None when a worker opens ``source`` itself.
        keep: Other columns of the row to carry along.
        status: ``ok``, or why there is nothing to parse.
        error: The sentence that goes with the status.
    """

    id: Any
    source: str
    form: str
    data: str | bytes | None = None
    keep: dict[str, Any] = field(default_factory=dict)
    status: str = OK
    error: str | None = None

    @classmethod
    def failed(cls, id_: Any, source: str, status: str, error: str) -> Record:
        """Return a record that can only become a row with an error."""
        return cls(id_, source, "none", None, {}, status, error)

    def size(self) -> int:
        """Return about how much memory the content takes, in bytes."""
        return 200 + (len(self.data) if self.data is not None else 0)


@dataclass(slots=True)
class Document:
    """One document as it is scored.

    Attributes:
        id: Identifier.
        source: Where it comes from.
        text: The words; empty when the status is not ``ok``.
        pages: Offset at which each page begins, in code points; empty for documents without pages.
        keep: Other columns of the row.
        status: ``ok``, or why there is no text.
        error: The sentence that goes with the status.
        is_file: Whether the text is that of the file ``source``, so that offsets in it are offsets in the file.
    """

    id: Any
    source: str
    text: str = ""
    pages: tuple[int, ...] = ()
    keep: dict[str, Any] = field(default_factory=dict)
    status: str = OK
    error: str | None = None
    is_file: bool = False

    @classmethod
    def failed(cls, record: Record, status: str, error: str) -> Document:
        """Return the document that stands for a record that cannot be read."""
        return cls(record.id, record.source, keep=record.keep, status=status, error=error)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the inputs at which a run can go on.

    Attributes:
        split: Number of the split (an input file, or a group of small files), from 0.
        chunk: Number of the chunk inside the split.
    """

    split: int
    chunk: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a reader has to stop inside a split, because earlier ones did not survive what comes then.

    Attributes:
        count: Records that can be read.
        status: Status of the row that stands for the rest.
        message: Why the rest cannot be read.
        chunk: Chunks of the split that had been taken from readers before; the row for the rest comes after them.
    """

    count: int
    status: str
    message: str
    chunk: int = 0


@dataclass(slots=True)
class Chunk:
    """Some records that are scored together; always the same ones for the same inputs and options.

    Attributes:
        position: Where the chunk stands.
        records: The documents.
        digest: Hash over the name, size and time of every input up to here.
        consumed: Bytes of input read up to here.
    """

    position: Position
    records: list[Record]
    digest: str
    consumed: int
