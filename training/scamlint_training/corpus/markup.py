"""The inline form for people: ``[[label|words]]`` in plain text, documents parted by ``@@@`` header lines.

A header holds the document's fields, e.g. ``@@@ family=b01-lodestar genre=faq stance=neutral tags=hard``; ``id=`` is
given when a stored document is exported, and new documents are numbered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scamlint_training.corpus.documents import Document, GoldSpan

_HEADER = "@@@ family=my-01-lodestar genre=faq stance=neutral tags=plain"
_MARK = re.compile(r"\[\[([a-z_]+(?:\+[a-z_]+)*)\|(.*?)\]\]", re.DOTALL)


class MarkupError(ValueError):
    """A draft is malformed; the message names the line and says what to do."""


def parse_inline(marked: str) -> tuple[str, tuple[GoldSpan, ...]]:
    """Take the marks out of a text.

    Args:
        marked: Text with ``[[label|words]]`` or ``[[label_a+label_b|words]]``.

    Returns:
        The plain text and its spans by position.

    Raises:
        MarkupError: Brackets are nested or unfinished.
    """
    pieces: list[str] = []
    spans: list[GoldSpan] = []
    length = position = 0
    for match in _MARK.finditer(marked):
        between, words = marked[position : match.start()], match.group(2)
        if "[[" in words:
            raise MarkupError(f"Marks do not nest; split the words near {words[:40]!r}.")
        pieces += [between, words]
        start = length + len(between)
        length = start + len(words)
        spans += [GoldSpan(start, length, label) for label in match.group(1).split("+")]
        position = match.end()
    pieces.append(marked[position:])
    text = "".join(pieces)
    if re.search(r"\[\[[a-z_+]+\|", text):
        raise MarkupError(f"A mark is not closed near {text[max(0, text.find('[[')) :][:40]!r}.")
    return text, tuple(sorted(spans))


def render_inline(text: str, spans: Iterable[GoldSpan]) -> str:
    """Put the marks into a text: the inverse of :func:`parse_inline`.

    Raises:
        MarkupError: Spans of two labels overlap in part, which the inline form cannot show.
    """
    by_range: dict[tuple[int, int], list[str]] = {}
    for span in spans:
        by_range.setdefault((span.start, span.end), []).append(span.label)
    pieces: list[str] = []
    position = 0
    for start, end in sorted(by_range):
        if start < position:
            raise MarkupError(f"Spans overlap in part at {start}; split them so that each piece can be marked.")
        pieces += [text[position:start], f"[[{'+'.join(sorted(by_range[start, end]))}|{text[start:end]}]]"]
        position = end
    return "".join([*pieces, text[position:]])


def parse_drafts(content: str, name: str) -> Iterator[Document]:
    """Read a file of inline documents.

    Args:
        content: The file's content.
        name: Prefix of the documents' ids, e.g. ``b01-03``.

    Raises:
        MarkupError: A header or a mark is malformed.
    """
    header: dict[str, str] | None = None
    lines: list[str] = []
    number = 0
    for line in [*content.split("\n"), "@@@ end=1"]:
        if not line.startswith("@@@ "):
            if header is None and line.strip():
                problem = f"text before the first header. A document begins with a line like {_HEADER!r}."
                raise MarkupError(f"{name}: {problem}")
            lines.append(line)
            continue
        if header is not None:
            number += 1
            yield _document(header.get("id", f"{name}-{number:03d}"), header, "\n".join(lines).strip())
        header = dict(item.split("=", 1) for item in line[4:].split() if "=" in item)
        lines = []


def _document(identifier: str, header: dict[str, str], marked: str) -> Document:
    try:
        text, spans = parse_inline(marked)
        tags = tuple(tag for tag in header.get("tags", "plain").split(",") if tag != "plain")
        return Document(identifier, text, spans, header["genre"], header["stance"], header["family"], tags)
    except KeyError as error:
        raise MarkupError(f"{identifier}: the header lacks {error}; write it as in {_HEADER!r}.") from error
    except MarkupError as error:
        raise MarkupError(f"{identifier}: {error}") from error


def render_drafts(documents: Iterable[Document]) -> str:
    """Write documents in the inline form: the inverse of :func:`parse_drafts`.

    Raises:
        MarkupError: A document cannot be written so that reading gives it back (spans that overlap in part, white space
            at an end of the text, text that looks like markup); the message names it.
    """
    parts = []
    for document in documents:
        tags = ",".join(document.tags) or "plain"
        fields = f"family={document.family} genre={document.genre} stance={document.stance} tags={tags}"
        try:
            part = f"@@@ id={document.id} {fields}\n{render_inline(document.text, document.spans)}\n\n"
            same = list(parse_drafts(part, document.id)) == [document]
        except MarkupError as error:
            raise MarkupError(f"{document.id}: {error}") from error
        if not same:
            raise MarkupError(f"{document.id}: the inline form cannot hold this text; export it in another form.")
        parts.append(part)
    return "".join(parts)
