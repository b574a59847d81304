"""Where a span may begin and end in its text. Pure functions on strings."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What may stand at the edge of a span besides letters and digits.
_OPENERS = frozenset("$€£¥₿₹₽+#@(<~")
_CLOSERS = frozenset("%)+$€£¥₿")
_CURRENCY = frozenset("$€£¥₿₹₽")
# Words that join a claim to what stands around it.
_LEADING = re.compile(r"(?:and|or|but|so|because|while|which|that|who)\s+", re.IGNORECASE)
_TRAILING = re.compile(
    r"\s(?:and|or|but|so|because|while|which|that|who|then|with|the|an?|of|to|into|from|at|by)$", re.IGNORECASE
)
_LONGEST_WORD = 10
# What joins the parts of one word or figure: "7-12%", "it's", "10x".
_JOINERS = frozenset("-–'’‑")
_LONGEST_COMPOUND = 30
# No claim begins or ends within an address; names such as "Crypto.com" are words.
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s\"'<>]+", re.IGNORECASE)
_LONGEST_ADDRESS = 500
_SENTENCE_ENDS = frozenset(".!?…")
_QUOTES = frozenset("\"'”’)»")


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
    if before > 0 and text[before - 1] in _QUOTES:
        before -= 1
    return before > 0 and text[before - 1] in _SENTENCE_ENDS


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the bounds of a span outwards so that they cut no compound, such as ``invite-only`` or ``7-12%``.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds.
    """
    least, most = max(1, start - _LONGEST_COMPOUND), min(len(text) - 1, end + _LONGEST_COMPOUND)
    if start > least and text[start].isalnum() and text[start - 1] in _JOINERS and text[start - 2].isalnum():
        start -= 2
        while start >= least and text[start - 1].isalnum():
            start -= 1
        if start > 0 and text[start - 1] in _CURRENCY:
            start -= 1
    if 0 < end < most and text[end - 1].isalnum() and text[end] in _JOINERS and text[end + 1].isalnum():
        end += 2
        while end <= most and text[end].isalnum():
            end += 1
        if end < len(text) and text[end] == "%":
            end += 1
    return start, end


def whole_figures(text: str, start: int, end: int) -> tuple[int, int]:
    """Move the bounds of a span outwards so that they cut no figure, such as ``$1,654.78`` or ``2.5%``.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds.
    """

    def joins(index: int) -> bool:
        """Whether a point or a comma stands between two digits."""
        return (
            0 < index < len(text) - 1
            and text[index] in ".,"
            and text[index - 1].isdigit()
            and text[index + 1].isdigit()
        )

    while 0 < start < end and text[start].isdigit() and (text[start - 1].isdigit() or joins(start - 1)):
        start -= 1 if text[start - 1].isdigit() else 2
    if 0 < start < end and text[start].isdigit() and text[start - 1] in _CURRENCY:
        start -= 1
    while start < end < len(text) and text[end - 1].isdigit() and (text[end].isdigit() or joins(end)):
        end += 1 if text[end].isdigit() else 2
    if start < end < len(text) and text[end - 1].isdigit() and text[end] == "%":
        end += 1
    return start, end


def without_addresses(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Leave out a web address, or a part of one, that stands at an edge of a span.

    Args:
        text: The text.
        start: First character.
        end: After the last character.

    Returns:
        The new bounds, or None when the whole span is in an address.
    """
    first = start
    for address in _ADDRESS.finditer(text, max(0, start - _LONGEST_ADDRESS), min(len(text), end + _LONGEST_ADDRESS)):
        if start <= address.start() < end <= address.end():
            end = address.start()
        elif address.start() <= start < address.end():
            first = address.end()
    return (first, end) if first < end else None


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
        elif trailing := _TRAILING.search(text[max(start, end - _LONGEST_WORD) : end]):
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
        bounds.strip()
        bounds.balance()
        if bounds.in_its_own_parentheses():
            bounds.move(1, -1)
        elif not (text[bounds.start].isspace() or text[bounds.end - 1].isspace()):
            return bounds.start, bounds.end


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
