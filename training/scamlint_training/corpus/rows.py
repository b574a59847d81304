"""Every line of a corpus folder with its place, and what is wrong with a line that is no proper document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scamlint import label_names
from scamlint.bounds import trim
from scamlint_training.corpus.documents import GENRES, SPLITS, STANCES, TAGS, Document

_FIELDS = {"id": str, "text": str, "spans": list, "genre": str, "stance": str, "family": str, "tags": list}
_LEFT_MARKUP = re.compile(r"\[\[[a-z_+]+\||^@@@ ", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something to mend: where it is, what it is, and what to do."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Located:
    """A document with its split and the file and line that hold it."""

    document: Document
    split: str
    path: str
    line: int

    def problem(self, message: str) -> Problem:
        """Return a problem at this document's place."""
        return Problem(self.path, self.line, f"{self.document.id}: {message}")


def read_rows(corpus: Path) -> tuple[list[Located], list[Problem]]:
    """Read every line of every split, without stopping at a bad one.

    Args:
        corpus: Folder with ``train``, ``dev`` and ``test``.

    Returns:
        The well-formed documents, and the problems of single lines.
    """
    located: list[Located] = []
    problems: list[Problem] = []
    for path in sorted(corpus.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        name = path.relative_to(corpus).as_posix()
        split = name.split("/")[0]
        if split not in SPLITS or name.count("/") != 1 or path.suffix != ".jsonl":
            problems.append(Problem(name, 0, f"no corpus file; move it to {{{','.join(SPLITS)}}}/NAME.jsonl."))
            continue
        for line, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
            if not raw.strip():
                continue
            document, messages = _parse(raw)
            problems += [Problem(name, line, message) for message in messages]
            if document is not None:
                located.append(Located(document, split, name, line))
    problems += [Problem(split, 0, "no *.jsonl file; a split is never empty.") for split in _empty(corpus)]
    return located, problems


def _empty(corpus: Path) -> list[str]:
    return [split for split in SPLITS if not any((corpus / split).glob("*.jsonl"))]


def _parse(raw: bytes) -> tuple[Document | None, list[str]]:
    """Return the document of one line, when it has the right form, and what is wrong with it."""
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return None, [f"not UTF-8 at byte {error.start}; save the file as UTF-8."]
    except json.JSONDecodeError as error:
        return None, [f"not JSON: {error.msg} at character {error.pos}; write one object a line."]
    messages = list(_shape(row))
    if messages:
        return None, messages
    document = Document.from_dict(row)
    return document, [
        f"{document.id}: {message}" for message in [*_field_problems(document), *_span_problems(document)]
    ]


def _shape(row: Any) -> Iterator[str]:
    """Yield what keeps a row from being read at all."""
    if not isinstance(row, dict):
        yield "not a JSON object; write one object a line."
        return
    identifier = row.get("id", "?")
    for field, kind in _FIELDS.items():
        if not isinstance(row.get(field), kind):
            yield f"{identifier}: field {field!r} is missing or not a {kind.__name__}."
    for field in row.keys() - _FIELDS.keys():
        yield f"{identifier}: unknown field {field!r}; remove it."
    spans, tags = row.get("spans"), row.get("tags")
    for span in spans if isinstance(spans, list) else []:
        if not _is_span(span):
            yield f"{identifier}: a span has exactly start and end (whole numbers) and label, not {span!r}."
    if isinstance(tags, list) and not all(isinstance(tag, str) for tag in tags):
        yield f"{identifier}: tags are words."


def _is_span(span: Any) -> bool:
    return (
        isinstance(span, dict)
        and span.keys() == {"start", "end", "label"}
        and type(span["start"]) is int
        and type(span["end"]) is int
        and isinstance(span["label"], str)
    )


def _field_problems(document: Document) -> Iterator[str]:
    if not document.id.strip() or not document.family.strip():
        yield "id and family are never empty."
    if not document.text.strip():
        yield "the text is empty; delete the document."
    if _SURROGATE.search(document.text):
        yield "the text has a lone surrogate, which cannot be stored as UTF-8; delete the character."
    found = _LEFT_MARKUP.search(document.text)
    if found:
        yield f"markup is left in the text at {found.start()} ({found.group()!r}); ingest the draft again."
    if document.genre not in GENRES:
        yield f"unknown genre {document.genre!r}; one of {', '.join(GENRES)}."
    if document.stance not in STANCES:
        yield f"unknown stance {document.stance!r}; one of {', '.join(STANCES)}."
    yield from _tag_problems(document)


def _tag_problems(document: Document) -> Iterator[str]:
    for tag in document.tags:
        if tag not in TAGS or tag == "plain":
            yield f"unknown tag {tag!r}; some of {', '.join(tag for tag in TAGS if tag != 'plain')}, or none."
    if len(set(document.tags)) < len(document.tags):
        yield "a tag is given twice."
    if "hard" in document.tags and document.spans:
        yield "tagged hard (a hard negative) but has spans; drop the tag, or tag it mixed."


def _span_problems(document: Document) -> Iterator[str]:
    text = document.text
    last: dict[str, int] = {}
    for span in document.spans:
        if span.label not in label_names():
            yield f"unknown label {span.label!r}; one of {', '.join(label_names())}."
        if not 0 <= span.start < span.end <= len(text):
            yield f"span {span.start}-{span.end} lies outside the text of {len(text)} characters."
            continue
        words = text[span.start : span.end]
        bounds = trim(text, span.start, span.end)
        if bounds is None:
            yield f"span {span.start}-{span.end} {words!r} has no letter or digit; delete it."
        elif bounds != (span.start, span.end):
            yield f"span {span.start}-{span.end} {words!r} begins or ends in white space or punctuation; use {bounds}."
        if span.start < last.get(span.label, 0):
            yield f"two spans of {span.label} overlap at {span.start}; join or part them."
        last[span.label] = max(span.end, last.get(span.label, 0))
