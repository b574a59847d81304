"""Plain text for annotators who must see nothing else, and what they hand back.

The export has only ids and texts::

    === b01-01-010
    The text of the document ...

An annotator hands back the same headers, with one line for each span, in reading order::

    === b01-01-010
    guaranteed_return | 2% a day
    guaranteed_return+price_hype | a sure 10x

A header without lines says that the document has no span. A number tells repeated words apart where the order does not:
``urgency_pressure | #2 | today`` is the second ``today`` of the text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from scamlint import label_names
from scamlint.bounds import trim
from scamlint.text import NormalizedText, normalize
from scamlint_training.corpus.documents import Document, GoldSpan
from scamlint_training.corpus.markup import MarkupError

_HEADER = re.compile(r"^=== (\S+)\s*$")
_LINE = re.compile(r"^\s*([a-z_]+(?:\s*\+\s*[a-z_]+)*)\s*\|\s*(?:#(\d+)\s*\|\s*)?(.+?)\s*$")


def blind_order(documents: Iterable[Document]) -> list[Document]:
    """Return the documents in an order that tells nothing about them: by a hash of the id."""
    return sorted(documents, key=lambda document: hashlib.sha256(document.id.encode()).hexdigest())


def render_blind(documents: Iterable[Document]) -> str:
    """Write ids and texts only, in :func:`blind_order`."""
    return "".join(f"=== {document.id}\n{document.text}\n\n" for document in blind_order(documents))


def parse_blind(content: str, texts: Mapping[str, str]) -> dict[str, tuple[GoldSpan, ...]]:
    """Read what an annotator handed back and find the words in the texts.

    Args:
        content: Headers and ``label | words`` lines.
        texts: The text of each document, by id.

    Returns:
        The spans of each document that has a header, by position; offsets in code points.

    Raises:
        MarkupError: Lines cannot be read or their words are not in the text; the message names every one of them.
    """
    annotations: dict[str, _Finder] = {}
    finder: _Finder | None = None
    errors: list[str] = []
    for number, line in enumerate(content.split("\n"), start=1):
        header = _HEADER.match(line)
        try:
            if header:
                finder = None
                finder = annotations[header[1]] = _new_finder(header[1], texts, annotations)
            elif line.strip():
                _add_line(finder, line)
        except MarkupError as error:
            errors.append(f"line {number}: {error}")
    if errors:
        raise MarkupError("\n".join(errors))
    return {identifier: tuple(sorted(found.spans)) for identifier, found in annotations.items()}


def _new_finder(identifier: str, texts: Mapping[str, str], taken: Mapping[str, _Finder]) -> _Finder:
    if identifier not in texts:
        raise MarkupError(f"there is no document {identifier!r}; copy the header as it was given.")
    if identifier in taken:
        raise MarkupError(f"{identifier!r} has two headers; join them.")
    return _Finder(texts[identifier])


def _add_line(finder: _Finder | None, line: str) -> None:
    match = _LINE.match(line)
    if match is None:
        raise MarkupError(f"{line.strip()[:60]!r} is no 'label | words' line.")
    if finder is None:
        raise MarkupError("this line stands under no known header.")
    labels = re.split(r"\s*\+\s*", match[1])
    for label in labels:
        if label not in label_names():
            raise MarkupError(f"unknown label {label!r}; one of {', '.join(label_names())}.")
    finder.add(labels, match[3], int(match[2]) if match[2] else None)


class _Finder:
    """Finds the words of one document, line after line."""

    def __init__(self, text: str) -> None:
        self.spans: set[GoldSpan] = set()
        self._text = text
        self._normal: NormalizedText | None = None
        self._last = 0

    def add(self, labels: list[str], words: str, which: int | None) -> None:
        """Add a span for each label over the words.

        Of repeated words, those are meant that ``which`` counts, else the first ones from the last line's span on that
        the label does not cover yet, else the first ones that it does not cover.
        """
        places = self._places(words)
        if not places:
            raise MarkupError(f"the words {words[:60]!r} are not in the text; copy them letter by letter.")
        if which is not None:
            if which > len(places) or which < 1:
                raise MarkupError(f"the words {words[:60]!r} stand {len(places)} times in the text, not {which}.")
            places = [places[which - 1]]
        free = [place for place in places if not any(self._covered(place, label) for label in labels)]
        if not free:
            raise MarkupError(f"the words {words[:60]!r} are already marked as {'+'.join(labels)}.")
        start, end = next((place for place in free if place[0] >= self._last), free[0])
        self._last = start
        self.spans |= {GoldSpan(start, end, label) for label in labels}

    def _covered(self, place: tuple[int, int], label: str) -> bool:
        return any(span.label == label and span.start < place[1] and place[0] < span.end for span in self.spans)

    def _places(self, words: str) -> list[tuple[int, int]]:
        """Return where the words stand: letter by letter, normalised, or inside a word."""
        places = [match.span() for match in re.finditer(_pattern(words), self._text)]
        if not places:
            self._normal = self._normal or normalize(self._text)
            found = re.finditer(_pattern(normalize(words).text), self._normal.text)
            places = [self._normal.to_source(*match.span()) for match in found]
        if not places:
            places = [match.span() for match in re.finditer(_pattern(words, whole_words=False), self._text)]
        bounds = (trim(self._text, *place) for place in places)
        return [place for place in bounds if place is not None]


def _pattern(words: str, whole_words: bool = True) -> str:
    """Return an expression that matches the words with any white space between them, not inside another word."""
    parts = r"\s+".join(re.escape(part) for part in words.split())
    before = r"(?<!\w)" if whole_words and words[:1].isalnum() else ""
    after = r"(?!\w)" if whole_words and words[-1:].isalnum() else ""
    return f"{before}{parts}{after}" if parts else r"(?!)"
