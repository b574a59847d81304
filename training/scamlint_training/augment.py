"""Training-time noise: what happens to text on its way to a reader, with the spans kept in place.

Every augmentation rewrites a text character by character and says where each new character came from, so spans move
exactly. Nothing here writes new sentences: words stay, their clothing changes.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from scamlint_training.corpus import GoldSpan

# New characters, each with the index of the source character it stands for; -1 where it stands for none.
Rewrite = list[tuple[str, int]]

_LOOK_ALIKES = dict(zip("aceiopxyABCEHKMOPTX", "асеіорхуАВСЕНКМОРТХ", strict=True))
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5", "t": "7"}
_OCR = {"l": "1", "O": "0", "m": "rn", "I": "l", "e": "c", "S": "5"}
_ZERO_WIDTH = ("\u200b", "\u200d", "\u2060", "\u00ad")
_WORD_START = re.compile(r"(?<![\w'’])[a-z]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][a-z]+[A-Z][A-Za-z]+\b")
_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "n": "m", "o": "p", "r": "t", "s": "d", "t": "y", "u": "i", "l": "k"}


def _case(text: str, rng: random.Random) -> Rewrite:
    change = rng.choice((str.lower, str.upper, _title))
    changed = change(text)
    if len(changed) != len(text):  # "ß" has no capital of one character
        changed = "".join(new if len(new := change(char)) == 1 else char for char in text)
    return [(char, index) for index, char in enumerate(changed)]


def _title(text: str) -> str:
    return _WORD_START.sub(lambda match: match[0].upper(), text)


def _typos(text: str, rng: random.Random) -> Rewrite:
    result: Rewrite = []
    for index, char in enumerate(text):
        dice = rng.random()
        if not char.isalpha() or dice > 0.02:
            result.append((char, index))
        elif dice < 0.007:
            result += [(char, index), (char, index)]
        elif dice < 0.014:
            result.append((_NEIGHBOURS.get(char, char), index))
    return result


def _substitute(table: dict[str, str], rate: float) -> Callable[[str, random.Random], Rewrite]:
    def apply(text: str, rng: random.Random) -> Rewrite:
        result: Rewrite = []
        for index, char in enumerate(text):
            replacement = table[char] if char in table and rng.random() < rate else char
            result += [(new, index) for new in replacement]
        return result

    return apply


def _zero_width(text: str, rng: random.Random) -> Rewrite:
    result: Rewrite = []
    for index, char in enumerate(text):
        result.append((char, index))
        if char.isalpha() and rng.random() < 0.1:
            result.append((rng.choice(_ZERO_WIDTH), index))
    return result


def _mathematical(text: str, rng: random.Random) -> Rewrite:
    base = rng.choice((0x1D400, 0x1D5D4, 0x1D63C, 0xFF21 - 0))
    lower = base + 26 if base != 0xFF21 else 0xFF41
    result: Rewrite = []
    for index, char in enumerate(text):
        if "A" <= char <= "Z":
            char = chr(base + ord(char) - 65)
        elif "a" <= char <= "z":
            char = chr(lower + ord(char) - 97)
        result.append((char, index))
    return result


def _spaced_words(text: str, rng: random.Random) -> Rewrite:
    result: Rewrite = []
    for match in re.finditer(r"\w+|\W", text):
        word, start = match.group(), match.start()
        spaced = len(word) > 4 and word.isalpha() and rng.random() < 0.1
        for offset, char in enumerate(word):
            result.append((char, start + offset))
            if spaced and offset + 1 < len(word):
                result.append((" ", start + offset))
    return result


def _line_breaks(text: str, rng: random.Random) -> Rewrite:
    """Hard-wrap, join lines, or lose the white space between them, as copying from PDF and HTML does."""
    style = rng.choice(("wrap", "wrap", "join", "glue"))
    result: Rewrite = []
    for index, char in enumerate(text):
        if char == "\n" and style == "join":
            result.append((" ", index))
        elif char == "\n" and style == "glue" and rng.random() < 0.7:
            continue
        elif char == " " and style == "wrap" and rng.random() < 0.12:
            result.append(("\n", index))
        else:
            result.append((char, index))
    return result


def _numbers(text: str, rng: random.Random) -> Rewrite:
    """Change digits for others of the same length, so that no figure is learnt by heart."""
    result: Rewrite = []
    position = 0
    for match in _NUMBER.finditer(text):
        result += [(char, position + i) for i, char in enumerate(text[position : match.start()])]
        for offset, char in enumerate(match.group()):
            new = str(rng.randint(1 if offset == 0 and char != "0" else 0, 9)) if char.isdigit() else char
            result.append((new if rng.random() < 0.7 else char, match.start() + offset))
        position = match.end()
    return result + [(char, position + i) for i, char in enumerate(text[position:])]


def _names(text: str, rng: random.Random) -> Rewrite:
    """Rename invented projects (words with inner capitals), each the same way all through the document."""
    renamed: dict[str, str] = {}
    vowels, consonants = "aeiou", "bdfgklmnprstvz"
    result: Rewrite = []
    position = 0
    for match in _NAME.finditer(text):
        result += [(char, position + i) for i, char in enumerate(text[position : match.start()])]
        name = match.group()
        if name not in renamed:
            letters = [(rng.choice(vowels) if char.lower() in vowels else rng.choice(consonants)) for char in name]
            renamed[name] = "".join(
                new.upper() if old.isupper() else new for new, old in zip(letters, name, strict=True)
            )
        result += [(char, match.start() + i) for i, char in enumerate(renamed[name])]
        position = match.end()
    return result + [(char, position + i) for i, char in enumerate(text[position:])]


def _debris(text: str, rng: random.Random) -> Rewrite:
    """Put links, handles, tags and addresses between words, as they stand in mails, pages and posts."""
    spaces = [index for index, char in enumerate(text) if char in " \n"]
    chosen = set(rng.sample(spaces, min(len(spaces), 1 + len(text) // 400)))
    result: Rewrite = []
    for index, char in enumerate(text):
        result.append((char, index))
        if index in chosen:
            result += [(new, -1) for new in _piece_of_debris(rng) + rng.choice((" ", " ", ""))]
    return result


def _piece_of_debris(rng: random.Random) -> str:
    def word(least: int, most: int) -> str:
        return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=rng.randint(least, most)))

    link = rng.choice(("https://", "http://", "www.", "")) + f"{word(4, 12)}.{rng.choice(('com', 'io', 'app', 'me'))}"
    link += rng.choice(("", "/" + word(2, 8), f"/{word(2, 6)}?{word(1, 3)}={word(1, 8)}&{word(2, 4)}={word(1, 5)}"))
    code = f"var {word(1, 4)}={rng.randint(0, 99)};{word(3, 8)}();"
    return rng.choice(
        (
            link,
            link,
            f"<a href='{link}'>",
            f"<script>{code}</script>",
            f"<script src='{link}'></script>",
            rng.choice(("<br>", "</p><p>", "&nbsp;", "<b>", "</li><li>", "</td><td>", "&amp;", "|", "[image]")),
            "@" + word(4, 12),
            "#" + word(4, 10),
            "0x" + "".join(rng.choices("0123456789abcdefABCDEF", k=40)),
            f"{word(3, 8)}@{word(4, 10)}.com",
        )
    )


AUGMENTATIONS: dict[str, Callable[[str, random.Random], Rewrite]] = {
    "case": _case,
    "typos": _typos,
    "homoglyphs": _substitute(_LOOK_ALIKES, 0.15),
    "zero_width": _zero_width,
    "mathematical": _mathematical,
    "leet": _substitute(_LEET, 0.2),
    "ocr": _substitute(_OCR, 0.05),
    "spaced": _spaced_words,
    "line_breaks": _line_breaks,
    "numbers": _numbers,
    "names": _names,
    "debris": _debris,
}


def augment(
    text: str, spans: tuple[GoldSpan, ...], names: list[str], rng: random.Random
) -> tuple[str, tuple[GoldSpan, ...], list[int]]:
    """Apply augmentations one after the other.

    Args:
        text: A document.
        spans: Its spans.
        names: Keys of :data:`AUGMENTATIONS`, in order.
        rng: Source of randomness.

    Returns:
        The new text, the spans where they belong (those that lost every character are dropped), and for each new
        character the offset of the one in ``text`` that it stands for, or -1 where there was none.
    """
    sources = list(range(len(text)))
    for name in names:
        rewrite = AUGMENTATIONS[name](text, rng)
        text, spans = "".join(char for char, _ in rewrite), _move(spans, rewrite, len(text))
        sources = [sources[source] if source >= 0 else -1 for _, source in rewrite]
    return text, spans, sources


def _move(spans: tuple[GoldSpan, ...], rewrite: Rewrite, length: int) -> tuple[GoldSpan, ...]:
    first = [-1] * (length + 1)
    last = [-1] * (length + 1)
    for position, (_, source) in enumerate(rewrite):
        if source < 0:
            continue
        if first[source] < 0:
            first[source] = position
        last[source] = position
    moved = []
    for span in spans:
        starts = [first[i] for i in range(span.start, span.end) if first[i] >= 0]
        ends = [last[i] for i in range(span.end - 1, span.start - 1, -1) if last[i] >= 0]
        if starts and ends:
            moved.append(GoldSpan(starts[0], ends[0] + 1, span.label))
    return tuple(moved)
