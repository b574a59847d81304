"""Cutting a document into pieces that a model can read, without losing a character."""

from __future__ import annotations

import re
from itertools import pairwise

_BOUNDARY = re.compile(r"\n+|(?<=[.!?;:])[\"')\]]*\s+|(?<![^\S\n])[^\S\n]+(?=[•●▪✅👉🔹])")


def token_windows(count: int, size: int, overlap: int) -> list[tuple[int, int]]:
    """Cut ``count`` tokens into overlapping windows of at most ``size`` tokens.

    Args:
        count: Number of tokens in the document.
        size: Most tokens in a window.
        overlap: Tokens that neighbouring windows share, so that each token is read with context on both sides.

    Returns:
        ``(start, end)`` token ranges in order; together they cover every token. No tokens, no windows.

    Raises:
        ValueError: ``overlap`` is negative or not smaller than ``size``.
    """
    if not 0 <= overlap < size:
        raise ValueError(f"An overlap lies between 0 and the window size, got {overlap} of {size}.")
    if count == 0:
        return []
    windows = []
    start = 0
    while start + size < count:
        windows.append((start, start + size))
        start += size - overlap
    windows.append((start, count))
    return windows


def owned_range(windows: list[tuple[int, int]], index: int) -> tuple[int, int]:
    """Return the tokens whose scores are taken from window ``index``: overlaps are split in the middle.

    Args:
        windows: What :func:`token_windows` returned.
        index: Which window.

    Returns:
        A ``(start, end)`` token range inside the window. The ranges of all windows tile the document.
    """
    start, end = windows[index]
    if index > 0:
        start = (start + windows[index - 1][1]) // 2
    if index + 1 < len(windows):
        end = (end + windows[index + 1][0]) // 2
    return start, end


def sentence_units(text: str, longest: int = 400) -> list[tuple[int, int]]:
    """Cut a text into sentence-like units: lines, and sentences inside lines.

    Args:
        text: A normalised text.
        longest: Units longer than this many characters are cut at white space, or hard where there is none.

    Returns:
        ``(start, end)`` character ranges that tile the text.
    """
    cuts = [0, *(match.end() for match in _BOUNDARY.finditer(text)), len(text)]
    units: list[tuple[int, int]] = []
    for start, end in pairwise(cuts):
        while end - start > longest:
            cut = text.rfind(" ", start + longest // 2, start + longest) + 1 or start + longest
            units.append((start, cut))
            start = cut
        if start < end:
            units.append((start, end))
    return units
