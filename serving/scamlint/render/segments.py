"""Cutting a text at the bounds of its spans, so that overlapping labels can be shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from scamlint.spans import Span


def segments(start: int, end: int, spans: Sequence[Span]) -> list[tuple[int, int, tuple[Span, ...]]]:
    """Cut a stretch of text into pieces over which the same spans lie.

    Args:
        start: Where the stretch begins, in code points.
        end: Where it ends.
        spans: Spans of the document, by position, as those of a report are; those outside the stretch are ignored.

    Returns:
        ``(start, end, covering spans)`` pieces that tile the stretch.
    """
    here = [span for span in spans if span.start < end and span.end > start]
    cuts = {start, end}
    for span in here:
        cuts |= {max(span.start, start), min(span.end, end)}
    pieces = []
    covering: list[Span] = []
    begun = 0
    for left, right in pairwise(sorted(cuts)):
        covering = [span for span in covering if span.end > left]
        while begun < len(here) and here[begun].start <= left:
            covering.append(here[begun])
            begun += 1
        pieces.append((left, right, tuple(covering)))
    return pieces
