"""Where a span may begin and end in its text. Pure functions on strings."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What may stand at the edge of a span besides letters and digits.
_OPENERS = frozenset("$€£¥₿₹₽+#@(<~")
_CLOSERS = frozenset("%)+$€£¥₿")
# Words that join a claim to what stands around it, but not "So far", "WHO" and "Plan A".
_LEADING = re.compile(
    r"(?:(?:(?i:and|or|but|because|while|which|that)|[Ww]ho|[Ss]o(?!\s+(?:far|many|much|few|long)\b))\s+)+"
)
_TRAILING = re.compile(
    r"(?:\s(?:(?i:and|or|but|so|because|while|which|that|who|then|with|the|of|to|into|from|at|by)|an?))+$"
)
_MOST_TRAILING = 200
# A figure, or a range of two: "$1,500", "7-12%".
_FIGURE = r"[$€£¥₿₹₽]?\d+(?:[.,]\d+)*%?"
_FIGURES = re.compile(rf"{_FIGURE}(?:[-–‑]{_FIGURE})?")
_LONGEST_FIGURE = 40
# No claim begins or ends within an address; names such as "Crypto.com" are words.
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\"'<>|\\^`{}()\[\],;]+", re.IGNORECASE)
_LONGEST_ADDRESS = 2000
_SENTENCE_ENDS = frozenset(".!?…")
_CLOSING = frozenset("\"'”’)]»")
_ABBREVIATION = re.compile(r"(?:\b(?:mrs?|ms|dr|prof|st|vs|no|approx|e\.g|i\.e|u\.s)|\b[^\W\d_])\.$", re.IGNORECASE)
_LONGEST_ABBREVIATION = 8


def begins_word(text: str, index: int) -> bool:
    """Whether a word or a figure that a span could begin with starts at a place.

    Args:
        text: The text.
        index: A place in it.
    """
    if not (text[index].isalnum() or text[index] in _OPENERS):
        return False
    return index == 0 or not text[index - 1].isalnum()


def begins_line(text: str, index: int) -> bool:
    """Whether only white space stands between a place and the line break before it; the text begins a line too.

    Args:
        text: The text.
        index: A place in it.
    """
    while index > 0 and text[index - 1].isspace():
        index -= 1
        if text[index] == "\n":
            return True
    return index == 0


def begins_sentence(text: str, index: int) -> bool:
    """Whether white space stands before a place, and the end of a sentence before that.

    Args:
        text: The text.
        index: A place in it.
    """
    before = index
    while before > 0 and text[before - 1].isspace():
        before -= 1
    if before == index:
        return False
    while before > 0 and text[before - 1] in _CLOSING:
        before -= 1
    if before == 0 or text[before - 1] not in _SENTENCE_ENDS:
        return False
    return _ABBREVIATION.search(text[max(0, before - _LONGEST_ABBREVIATION) : before]) is None


def whole_figures(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the bounds of a span outwards so that they cut no figure and no range of figures, such as ``$5-9%``.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds.
    """
    for edge in (start, end):
        low = max(0, edge - _LONGEST_FIGURE)
        for figure in _FIGURES.finditer(text, low, min(len(text), edge + _LONGEST_FIGURE)):
            cut = figure.start() == low > 0 and text[low - 1].isdigit()
            if figure.start() < edge < figure.end() and not cut:
                start, end = min(start, figure.start()), max(end, figure.end())
    return start, end


def without_addresses(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Leave out web addresses, or parts of them, that stand at the edges of a span.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds, or None when nothing but addresses is in the span.
    """
    low = start
    while low > max(0, start - _LONGEST_ADDRESS) and not text[low - 1].isspace():
        low -= 1
    addresses = [address.span() for address in _ADDRESS.finditer(text, low, min(len(text), end + _LONGEST_ADDRESS))]
    for first, last in reversed(addresses):
        if first < end:
            if first < start or _says_something(text[last:end]):
                break
            end = first
    for first, last in addresses:
        if last > start:
            if first >= end or _says_something(text[start:first]):
                break
            start = last
    return (start, end) if start < end and _says_something(text[start:end]) else None


def _says_something(text: str) -> bool:
    return any(char.isalnum() for char in text)


def without_connectives(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Trim a span, and leave out words at its edges that only join it to its neighbours ("…, so", "and …").

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds, or None when nothing is left.
    """
    bounds = trim(text, start, end)
    while bounds is not None:
        start, end = bounds
        if leading := _LEADING.match(text, start, end):
            bounds = trim(text, leading.end(), end)
        elif trailing := _TRAILING.search(text[max(start, end - _MOST_TRAILING) : end]):
            bounds = trim(text, start, end - len(trailing.group()))
        else:
            break
    return bounds


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Move the bounds of a span inwards past white space and punctuation.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds, or None when no letter or digit is left.
    """
    if not any(char.isalnum() for char in text[start:end]):
        return None
    bounds = _Bounds(text, start, end, text.count("(", start, end), text.count(")", start, end))
    while True:
        before = bounds.start, bounds.end
        bounds.strip()
        bounds.balance()
        if bounds.in_its_own_parentheses():
            bounds.move(1, -1)
        elif (bounds.start, bounds.end) == before:
            return before


@dataclass(slots=True)
class _Bounds:
    """A stretch of a text that holds a letter or a digit, and how many parentheses it has.

    The counts are kept while the bounds move, one character at a time: counting anew would cost the square of a length.
    """

    text: str
    start: int
    end: int
    opened: int
    closed: int

    def move(self, first: int, last: int) -> None:
        """Move the start and the end, each by at most one character; the start only inwards."""
        if first:
            self._count(self.start, -1)
        if last:
            self._count(self.end - (last < 0), last)
        self.start += first
        self.end += last

    def _count(self, index: int, change: int) -> None:
        self.opened += change * (self.text[index] == "(")
        self.closed += change * (self.text[index] == ")")

    def strip(self) -> None:
        """Leave out what no span begins or ends with."""
        while not (self.text[self.start].isalnum() or self.text[self.start] in _OPENERS):
            self.move(1, 0)
        while not (self.text[self.end - 1].isalnum() or self.text[self.end - 1] in _CLOSERS):
            self.move(0, -1)

    def balance(self) -> None:
        """Leave out a parenthesis at an end whose other half is outside, or take in the half that follows."""
        while self.text[self.end - 1] == ")" and self.opened < self.closed:
            self.move(0, -1)
        while self.text[self.start] == "(" and self.opened > self.closed:
            if self.end < len(self.text) and self.text[self.end] == ")":
                self.move(0, 1)
            else:
                self.move(1, 0)

    def in_its_own_parentheses(self) -> bool:
        """Whether one pair of parentheses stands around all of it, as far as its ends say."""
        return self.opened == 1 and self.text[self.start] == "(" and self.text[self.end - 1] == ")"
