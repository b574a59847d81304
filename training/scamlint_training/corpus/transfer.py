"""Import and export: the corpus in the forms that other tools and people work with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

from scamlint_training.corpus import doccano, labelstudio
from scamlint_training.corpus.blind import render_blind
from scamlint_training.corpus.documents import (
    CORPUS,
    SPLITS,
    Document,
    load_split,
    read_jsonl,
    split_of,
    write_jsonl,
)
from scamlint_training.corpus.ingest import tidy
from scamlint_training.corpus.markup import parse_drafts, render_drafts


def _json_lines(rows: Iterable[object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


_WRITERS: dict[str, Callable[[Iterable[Document]], str]] = {
    "labelstudio": lambda documents: json.dumps(labelstudio.to_tasks(documents), ensure_ascii=False, indent=1) + "\n",
    "doccano": lambda documents: _json_lines(doccano.to_rows(documents)),
    "inline": render_drafts,
    "blind": render_blind,
    "jsonl": lambda documents: _json_lines(document.to_dict() for document in documents),
}
_READERS: dict[str, Callable[[str, str], Iterable[Document]]] = {
    "labelstudio": lambda content, _: labelstudio.from_tasks(json.loads(content)),
    "doccano": lambda content, _: doccano.from_rows(json.loads(line) for line in content.split("\n") if line.strip()),
    "inline": parse_drafts,
    "jsonl": lambda content, _: (Document.from_dict(json.loads(line)) for line in content.split("\n") if line.strip()),
}
EXPORT_FORMS = tuple(_WRITERS)
IMPORT_FORMS = tuple(_READERS)


def render(form: str, documents: Iterable[Document]) -> str:
    """Write documents in one of :data:`EXPORT_FORMS`.

    Raises:
        MarkupError: The form cannot hold a document.
    """
    return _WRITERS[form](documents)


def parse(form: str, content: str, name: str) -> list[Document]:
    """Read documents in one of :data:`IMPORT_FORMS`; the inverse of :func:`render`.

    Args:
        form: The form.
        content: A file's content.
        name: Prefix for the ids of documents that have none (inline drafts).

    Raises:
        MarkupError: The content is malformed.
    """
    return list(_READERS[form](content, name))


def choose(splits: Iterable[str], ids: Iterable[str] = (), corpus: Path = CORPUS) -> list[Document]:
    """Return the documents of some splits, or those with the given ids.

    Raises:
        ValueError: An id is not in these splits.
    """
    documents = [document for split in splits for document in load_split(split, corpus)]
    wanted = set(ids)
    if not wanted:
        return documents
    missing = wanted - {document.id for document in documents}
    if missing:
        raise ValueError(f"There is no document {min(missing)!r} in these splits.")
    return [document for document in documents if document.id in wanted]


def merge(documents: Iterable[Document], block: str | None, corpus: Path = CORPUS) -> dict[str, int]:
    """Put imported documents into the corpus; spans are trimmed on the way.

    A document whose id is in the corpus replaces the old one where it stands; a new one is appended to
    ``<split of its family>/<block>.jsonl``.

    Args:
        documents: The documents.
        block: Name of the file for new ones; None when there are none.
        corpus: The corpus folder.

    Returns:
        How many were ``replaced`` and how many ``added``.

    Raises:
        ValueError: There are new documents and no block.
    """
    incoming = {document.id: tidy(document) for document in documents}
    files = {path: list(read_jsonl(path)) for split in SPLITS for path in sorted((corpus / split).glob("*.jsonl"))}
    known = {document.id for stored in files.values() for document in stored}
    new = [document for key, document in incoming.items() if key not in known]
    if new and block is None:
        raise ValueError(f"{new[0].id!r} is new to the corpus; give its file a name with --block.")
    for path, stored in files.items():
        merged = [incoming.get(document.id, document) for document in stored]
        if merged != stored:
            write_jsonl(path, merged)
    for split in SPLITS:
        added = [document for document in new if split_of(document.family) == split]
        path = corpus / split / f"{block}.jsonl"
        if added:
            write_jsonl(path, [*(read_jsonl(path) if path.exists() else ()), *added])
    return {"replaced": len(incoming) - len(new), "added": len(new)}
