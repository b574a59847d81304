"""The words of a Word document: headers, body, notes, footers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from scamlint.batch.extras import need
from scamlint.batch.records import DocumentError

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Struck out or moved away by a change that is not yet accepted, and the second copy of a text box for old programs.
_SKIPPED = (f"{_WORD}del", f"{_WORD}moveFrom", f"{_COMPATIBILITY}Fallback")
_SIGNS = {
    f"{_WORD}tab": "\t",
    f"{_WORD}ptab": "\t",
    f"{_WORD}br": "\n",
    f"{_WORD}cr": "\n",
    f"{_WORD}noBreakHyphen": "-",
    f"{_WORD}softHyphen": "\u00ad",
}


def docx_text(data: bytes, limit: int) -> str:
    """Return the paragraphs of a Word document, one a line: headers, body with tables and text boxes, notes, footers.

    Args:
        data: The document.
        limit: A quarter of the bytes that it may unpack to.

    Raises:
        DocumentError: It is damaged or unpacks to more.
    """
    docx = need("docx", "files", "Reading .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > 4 * limit:
                raise DocumentError("too_large", f"The document unpacks to more than {4 * limit:,} bytes.")
    except zipfile.BadZipFile as error:
        raise DocumentError("unreadable", "The Word document is damaged.") from error
    document = docx.Document(io.BytesIO(data))
    # Every section has its own header and footer, or that of the section before it; most say the same.
    headers = dict.fromkeys(_text(part.element) for part in _margins(document, "header"))
    footers = dict.fromkeys(_text(part.element) for part in _margins(document, "footer"))
    pieces = [*headers, _text(document.element), *_notes(document), *footers]
    return "\n".join(piece for piece in pieces if piece)


def _text(root: Any) -> str:
    return "\n".join(_paragraphs(root))


def _paragraphs(element: Any) -> Iterator[str]:
    """Yield the text of every paragraph below an element; of one in a text box, behind the one that holds the box."""
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{_WORD}p":
            words: list[str] = []
            boxes: list[Any] = []
            _runs(child, words, boxes)
            yield "".join(words)
            for box in boxes:
                yield from _paragraphs(box)
        else:
            yield from _paragraphs(child)


def _runs(element: Any, words: list[str], boxes: list[Any]) -> None:
    """Gather the words of a paragraph, wherever they stand: in links, changes, fields or content controls."""
    for child in element:
        if child.tag == f"{_WORD}t":
            words.append(child.text or "")
        elif child.tag in _SIGNS:
            words.append(_SIGNS[child.tag])
        elif child.tag == f"{_WORD}txbxContent":
            boxes.append(child)
        elif child.tag not in _SKIPPED and child.tag != f"{_WORD}pPr":
            _runs(child, words, boxes)


def _margins(document: Any, kind: str) -> Iterator[Any]:
    """Yield the parts that hold the headers or footers which the document shows."""
    even = document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        found = [getattr(section, kind)]
        if section.different_first_page_header_footer:
            found.insert(0, getattr(section, f"first_page_{kind}"))
        if even:
            found.append(getattr(section, f"even_page_{kind}"))
        yield from (margin.part for margin in found if not margin.is_linked_to_previous)


def _notes(document: Any) -> Iterator[str]:
    """Yield the text of footnotes and endnotes."""
    oxml = need("docx.oxml", "files", "Reading .docx")
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            yield _text(oxml.parse_xml(relation.target_part.blob)).strip("\n")
