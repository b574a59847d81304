"""Segments: the pieces of a page, read as one document and answered piece by piece."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from scamlint.spans import Span

Join = Literal["auto", "none", "space", "line"]
_GLUE: dict[str, str] = {"none": "", "space": " ", "line": "\n"}


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a span that lies in one segment.

    Attributes:
        start: Offset in the segment, in code points.
        end: Offset after the last character.
        group: Number of the span in the document; the parts of one span share it.
        span: The whole span, with offsets in the joined document.
    """

    start: int
    end: int
    group: int
    span: Span


class JoinedDocument:
    """Segments joined into one text that the model reads.

    Two segments that meet at white space are joined as they are, as the text nodes of one paragraph are; otherwise a
    line break is put between them. ``joins`` says it explicitly.

    Args:
        texts: The segments, in reading order.
        joins: How each segment is joined to the one before it.
    """

    def __init__(self, texts: Sequence[str], joins: Sequence[Join]) -> None:
        self.texts = texts
        self._starts: list[int] = []
        pieces: list[str] = []
        position = 0
        last = ""
        for text, join in zip(texts, joins, strict=True):
            glue = _glue(last, text, join) if pieces else ""
            pieces += (glue, text)
            position += len(glue)
            self._starts.append(position)
            position += len(text)
            last = text or last
        self.text = "".join(pieces)

    def split(self, spans: Sequence[Span]) -> list[list[Part]]:
        """Give each segment its parts of the spans.

        Args:
            spans: Spans of the joined text, by position.

        Returns:
            For each segment its parts, by position. White space at the edge of a part is left out; a segment of which
            only white space is touched gets no part.
        """
        parts: list[list[Part]] = [[] for _ in self.texts]
        for group, span in enumerate(spans):
            index = max(bisect_right(self._starts, span.start) - 1, 0)
            while index < len(self.texts) and self._starts[index] < span.end:
                part = self._part(index, group, span)
                if part is not None:
                    parts[index].append(part)
                index += 1
        return parts

    def _part(self, index: int, group: int, span: Span) -> Part | None:
        text, offset = self.texts[index], self._starts[index]
        start, end = max(span.start - offset, 0), min(span.end - offset, len(text))
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        return Part(start, end, group, span) if start < end else None


def _glue(before: str, after: str, join: Join) -> str:
    if join != "auto":
        return _GLUE[join]
    meets_space = before[-1:].isspace() or after[:1].isspace()
    return "" if meets_space or not before or not after else "\n"
