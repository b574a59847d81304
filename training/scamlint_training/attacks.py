"""Character attacks: the same words in another dress, to see what the detector still finds.

Separate from the noise of training (``augment.py``): other rates and more characters, though the commonest look-alikes,
invisible characters and digits for letters are the same in both. Every attack says where each new character
came from, so that the spans of the clean text can be looked up in the attacked one.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scamlint_training.metrics import Mark

# New characters, each with the index of the source character that it stands for.
Rewrite = list[tuple[str, int]]
Attack = Callable[[str, random.Random], Rewrite]
# A span counts as kept when at least this share of it is flagged with its label.
KEPT_SHARE = 0.5

_CYRILLIC_GREEK = dict(zip("aceijopsxyABCEHIKMNOPTXZ", "асеіјορѕхуΑΒСΕНІКМΝОРТХΖ", strict=True))
_INVISIBLE = "\u200b\u200c\u200d\u2060\u2062\u00ad\ufeff"
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7", "A": "4", "E": "3", "I": "1", "O": "0", "S": "$"}
_ALPHABETS = (
    "MATHEMATICAL BOLD",
    "MATHEMATICAL SCRIPT",
    "MATHEMATICAL DOUBLE-STRUCK",
    "MATHEMATICAL SANS-SERIF ITALIC",
)
_KEYS = {
    "a": "s",
    "c": "v",
    "d": "f",
    "e": "w",
    "g": "h",
    "i": "u",
    "l": "k",
    "m": "n",
    "n": "b",
    "o": "p",
    "r": "t",
    "s": "a",
}


def _each(text: str, change: Callable[[str], str]) -> Rewrite:
    return [(new, index) for index, char in enumerate(text) for new in change(char)]


def _homoglyphs(share: float) -> Attack:
    def apply(text: str, rng: random.Random) -> Rewrite:
        return _each(
            text, lambda char: _CYRILLIC_GREEK[char] if char in _CYRILLIC_GREEK and rng.random() < share else char
        )

    return apply


def _zero_width(text: str, rng: random.Random) -> Rewrite:
    return _each(text, lambda char: char + rng.choice(_INVISIBLE) if char.isalpha() and rng.random() < 0.25 else char)


def _fancy(text: str, rng: random.Random) -> Rewrite:
    alphabet = rng.choice(_ALPHABETS)

    def change(char: str) -> str:
        if not ("a" <= char <= "z" or "A" <= char <= "Z"):
            return char
        size = "SMALL" if char.islower() else "CAPITAL"
        try:
            return unicodedata.lookup(f"{alphabet} {size} {char.upper()}")
        except KeyError:  # the letters that Unicode had before, such as ℝ, have other names
            return char

    return _each(text, change)


def _full_width(text: str, rng: random.Random) -> Rewrite:
    return _each(text, lambda char: chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char)


def _combining(text: str, rng: random.Random) -> Rewrite:
    """Underline letters with U+0332, as social posts do to dodge filters."""
    return _each(text, lambda char: char + "\u0332" if char.isalpha() and rng.random() < 0.3 else char)


def _leet(text: str, rng: random.Random) -> Rewrite:
    return _each(text, lambda char: _LEET[char] if char in _LEET and rng.random() < 0.3 else char)


def _spaced(text: str, rng: random.Random) -> Rewrite:
    result: Rewrite = []
    for match in re.finditer(r"[A-Za-z]{5,}|(?s:.)", text):
        word, start = match.group(), match.start()
        separator = rng.choice(" .-_") if len(word) >= 5 and rng.random() < 0.2 else ""
        for offset, char in enumerate(word):
            result.append((char, start + offset))
            if separator and offset + 1 < len(word):
                result.append((separator, start + offset))
    return result


def _case(change: Callable[[str, int], str]) -> Attack:
    def apply(text: str, rng: random.Random) -> Rewrite:
        changed = [change(char, index) for index, char in enumerate(text)]
        return [(new if len(new) == 1 else char, i) for i, (new, char) in enumerate(zip(changed, text, strict=True))]

    return apply


def _typos(text: str, rng: random.Random) -> Rewrite:
    """Swap, drop, double or mistype about one letter in forty."""
    result: Rewrite = []
    index = 0
    while index < len(text):
        char = text[index]
        kind = rng.choice(("swap", "drop", "double", "mistype")) if char.isalpha() and rng.random() < 0.025 else ""
        if kind == "swap" and index + 1 < len(text) and text[index + 1].isalpha():
            result += [(text[index + 1], index + 1), (char, index)]
            index += 2
            continue
        if kind == "double":
            result += [(char, index), (char, index)]
        elif kind == "mistype":
            result.append((_KEYS.get(char, char), index))
        elif kind != "drop":
            result.append((char, index))
        index += 1
    return result


def _wrapped(text: str, rng: random.Random) -> Rewrite:
    """Break lines after about 40 characters, as a narrow PDF column does."""
    result: Rewrite = []
    column = 0
    for index, char in enumerate(text):
        breaks = char == " " and column >= 40
        result.append(("\n" if breaks else char, index))
        column = 0 if breaks or char == "\n" else column + 1
    return result


def _one_line(text: str, rng: random.Random) -> Rewrite:
    return _each(text, lambda char: " " if char == "\n" else char)


ATTACKS: dict[str, Attack] = {
    "homoglyphs, one letter in five": _homoglyphs(0.2),
    "homoglyphs, every letter that has one": _homoglyphs(1.0),
    "zero-width characters": _zero_width,
    "fancy alphabets": _fancy,
    "full width": _full_width,
    "combining marks": _combining,
    "l33t": _leet,
    "letters spaced out": _spaced,
    "upper case": _case(lambda char, index: char.upper()),
    "lower case": _case(lambda char, index: char.lower()),
    "aLtErNaTiNg case": _case(lambda char, index: char.upper() if index % 2 else char.lower()),
    "typos": _typos,
    "hard-wrapped lines": _wrapped,
    "all on one line": _one_line,
}


@dataclass(frozen=True, slots=True)
class Attacked:
    """An attacked text.

    Attributes:
        text: The text.
        moved: For each mark of the clean text, where it stands now; None when no character of it is left.
    """

    text: str
    moved: tuple[Mark | None, ...]


def attack(name: str, text: str, marks: Sequence[Mark], seed: int) -> Attacked:
    """Apply one attack.

    Args:
        name: A key of :data:`ATTACKS`.
        text: The clean text.
        marks: Marks in the clean text.
        seed: Seed of its randomness.
    """
    rewrite = ATTACKS[name](text, random.Random(seed))
    places: list[list[int]] = [[] for _ in text]
    for position, (_, source) in enumerate(rewrite):
        places[source].append(position)
    moved = []
    for mark in marks:
        inside = [place for source in range(mark.start, mark.end) for place in places[source]]
        moved.append(Mark(min(inside), max(inside) + 1, mark.label) if inside else None)
    return Attacked("".join(char for char, _ in rewrite), tuple(moved))


def kept(moved: Mark | None, found: Sequence[Mark]) -> bool:
    """Whether a span of the clean text is still found: at least half of it under flags of its label."""
    if moved is None:
        return False
    covered = sum(
        max(0, min(moved.end, mark.end) - max(moved.start, mark.start)) for mark in found if mark.label == moved.label
    )
    return covered >= KEPT_SHARE * (moved.end - moved.start)
