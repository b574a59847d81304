"""Making foreign words safe to print: nothing in them may steer a terminal or hide."""

from __future__ import annotations

import unicodedata

# Control and format characters, lone surrogates, line and paragraph separators.
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
# Letters and marks that show nothing: joiners, fillers, variation selectors. U+FE0E and U+FE0F are left alone, since
# they only choose between the two looks of an emoji.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_SELECTORS = (range(0xFE00, 0xFE0E), range(0xE0100, 0xE01F0))
_SHOWN_AS = {"\u00ad": "-"}


def visible(words: str, keep: str = "\t") -> str:
    """Replace what a terminal must not be fed or a reader would not see.

    Control characters (C1 too, such as U+009B, which begins an escape sequence), controls of writing direction, other
    invisible characters and lone surrogates become U+FFFD; a soft hyphen becomes a hyphen.

    Args:
        words: Any string, such as a part of a document or the name of a file.
        keep: Control characters that may stand.

    Returns:
        A string of the same length, encodable as UTF-8.
    """
    if words.isascii() and words.isprintable():
        return words
    return "".join(_SHOWN_AS.get(char, "\ufffd") if char not in keep and is_hidden(char) else char for char in words)


def is_hidden(char: str) -> bool:
    """Whether a character shows nothing, or does something to a terminal."""
    if char.isascii():
        return not char.isprintable()
    return unicodedata.category(char) in _HIDDEN or char in _BLANK or any(ord(char) in chosen for chosen in _SELECTORS)
