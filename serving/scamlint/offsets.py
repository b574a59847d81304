"""Offsets in the three units that programs count in: code points, UTF-16 units, UTF-8 bytes.

Python counts code points, JavaScript, Java and C# count UTF-16 units, Go and Rust count UTF-8 bytes. An offset in the
wrong unit puts a highlight a few characters off as soon as an emoji stands before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from scamlint.errors import OptionError

OffsetUnit = Literal["codepoint", "utf16", "utf8"]
OFFSET_UNITS: tuple[OffsetUnit, ...] = get_args(OffsetUnit)
# The code points from which a character takes one more unit.
_WIDER: dict[str, tuple[int, ...]] = {"codepoint": (), "utf16": (0x10000,), "utf8": (0x80, 0x800, 0x10000)}


def length_in(text: str, unit: OffsetUnit) -> int:
    """Return the length of a text.

    Args:
        text: Any string; a lone surrogate counts as one UTF-16 unit or three bytes.
        unit: ``codepoint``, ``utf16`` or ``utf8``.

    Raises:
        OptionError: There is no such unit.
    """
    if unit == "codepoint" or (text.isascii() and unit in OFFSET_UNITS):
        return len(text)
    if unit == "utf16":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    if unit == "utf8":
        return len(text.encode("utf-8", "surrogatepass"))
    raise OptionError(f"There is no offset unit {unit!r}; the units are {', '.join(OFFSET_UNITS)}.")


def from_codepoints(text: str, offsets: Iterable[int], unit: OffsetUnit) -> dict[int, int]:
    """Translate code point offsets into another unit.

    Args:
        text: The text that the offsets point into.
        offsets: Code point offsets, in any order, each from 0 to ``len(text)``.
        unit: The unit to translate into.

    Returns:
        For each offset, its value in ``unit``. The text is walked once.

    Raises:
        OptionError: There is no such unit.
        ValueError: An offset is outside the text.
    """
    translated: dict[int, int] = {}
    position = total = 0
    for offset in sorted(set(offsets)):
        if not 0 <= offset <= len(text):
            raise ValueError(f"Offset {offset} is outside a text of {len(text)} characters.")
        total += length_in(text[position:offset], unit)
        translated[offset] = total
        position = offset
    return translated


def to_codepoints(text: str, offsets: Iterable[int], unit: OffsetUnit) -> dict[int, int]:
    """Translate offsets of another unit into code points.

    Args:
        text: The text that the offsets point into.
        offsets: Offsets counted in ``unit``, in any order.
        unit: The unit that they are counted in.

    Returns:
        For each offset, its value in code points. The text is walked once.

    Raises:
        OptionError: There is no such unit.
        ValueError: An offset is outside the text, or in the middle of a character.
    """
    import numpy as np

    if unit not in _WIDER:
        raise OptionError(f"There is no offset unit {unit!r}; the units are {', '.join(OFFSET_UNITS)}.")
    wanted = sorted(set(offsets))
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    widths = np.ones(len(codes), dtype=np.int64)
    for first_wider in _WIDER[unit]:
        widths += codes >= first_wider
    bounds = np.concatenate([[0], np.cumsum(widths)])
    places = np.searchsorted(bounds, wanted)
    for offset, place in zip(wanted, places, strict=True):
        if not 0 <= offset <= bounds[-1]:
            raise ValueError(f"Offset {offset} is outside a text of length {bounds[-1]} ({unit}).")
        if bounds[place] != offset:
            raise ValueError(f"Offset {offset} ({unit}) is in the middle of a character.")
    return dict(zip(wanted, places.tolist(), strict=True))
