"""Texts from outside the corpus, read for measuring or for comparing only."""

from __future__ import annotations

import json
from pathlib import Path

from scamlint_training.corpus.documents import Document, GoldSpan


def read_folder(folder: Path) -> list[tuple[str, str]]:
    """Read every text of a folder: ``*.txt`` files whole, and the ``text`` field of each line of ``*.jsonl``.

    Args:
        folder: Searched through all its subfolders. Lines without a ``text`` field (a manifest) are left out.

    Returns:
        Name and text of each document, by path and line.

    Raises:
        FileNotFoundError: There is no such folder, or it holds no text.
    """
    texts: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".txt":
            texts.append((name, path.read_text(encoding="utf-8", errors="replace")))
        elif path.suffix == ".jsonl":
            lines = path.read_text(encoding="utf-8").split("\n")
            rows = [(number, json.loads(line)) for number, line in enumerate(lines, start=1) if line.strip()]
            texts += [(f"{name}:{number}", row["text"]) for number, row in rows if isinstance(row.get("text"), str)]
    if not texts:
        raise FileNotFoundError(f"No *.txt or *.jsonl texts in {folder}.")
    return texts


def read_spans(path: Path) -> list[Document]:
    """Read annotated texts from outside: JSON lines with ``id``, ``text`` and ``spans``.

    They are never part of the corpus: genre, stance and family say nothing about them.

    Raises:
        ValueError: A line lacks one of these.
    """
    documents = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            spans = tuple(GoldSpan(span["start"], span["end"], span["label"]) for span in row["spans"])
            documents.append(Document(row["id"], row["text"], spans, "other", "neutral", row["id"]))
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{path}:{number}: not an object with id, text and spans ({error!r}).") from error
    return documents
