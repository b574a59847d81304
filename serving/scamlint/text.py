"""Normalisation with an exact offset map.

What a model reads is not what the author typed: letters come full-width, mathematical, in look-alike
scripts, cut by invisible characters. :func:`normalize` undoes that and keeps, for every character it
returns, the stretch of the original that it came from, so that spans always point into the original.

Sources: NFKC, Unicode Standard Annex 15; look-alike letters, Unicode Technical Standard 39.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NORMALIZER_VERSION = 2

# Invisible: soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, zero-width and bidi controls,
# variation selectors, tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# No script stacks more marks on a letter; without an end, a document of marks alone would cost its length squared.
_LONGEST_CLUSTER = 32
_LINE_BREAKS = frozenset("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_HALF_WIDTH_VOICE_MARKS = frozenset("\uff9e\uff9f")

_PUNCTUATION = {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"'}
_PUNCTUATION |= dict.fromkeys("‐‑‒–—―−﹣", "-")
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_SQUARED = {chr(base + i): chr(97 + i) for base in (0x1F130, 0x1F150, 0x1F170) for i in range(26)}
_SIMPLE = _PUNCTUATION | _SMALL_CAPITALS | _SQUARED

# Letters of Cyrillic and Greek that pass for a Latin one (UTS 39), replaced only inside words that have Latin letters.
_CONFUSABLE = dict(
    zip(
        "аАВвсСеЕНіІјЈкКМоОрРѕЅТтуУхХһԁԛԝѵгпЬьԍӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεγικνορτυχωϲ",
        "aABbcCeEHiIjJkKMoOpPsSTtyYxXhdqwvrnbbgLABEZHIKMNOPTYXaeyiKvoptuxwc".replace("K", "k").replace("L", "l"),
        strict=True,
    )
)
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}

_NON_ASCII_RUN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+|[\x00-\x08\x0b-\x1f\x7f]+")
_MIXED_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")
_LOOK_ALIKE = re.compile("[" + "".join(_CONFUSABLE) + "]")
_LEET_WORD = re.compile(r"(?<![\w@$.,])[A-Za-z][A-Za-z013457@$]{3,}(?![\w@$])")
_LEET_INSIDE = re.compile(r"[A-Za-z][013457@$]+[A-Za-z]")
_LEET_SIGN = re.compile(r"[013457@$]")
_SPACED = re.compile(r"(?<!\w)[A-Za-z](?:([ .\-_*·])[A-Za-z])(?:\1[A-Za-z]){2,}(?!\w)")


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """A normalised document and the way back.

    Attributes:
        text: What the model reads.
        starts: For each character of ``text``, the offset in the original where its source begins;
            shape ``(len(text),)``, never decreasing.
        ends: The offset after its source; same shape, never decreasing.
        source_length: Length of the original, in code points.
    """

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    source_length: int

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """Map ``text[start:end]`` to offsets in the original.

        Args:
            start: First character, in code points of ``text``.
            end: After the last character; ``start < end <= len(text)``.

        Returns:
            Start and end in the original, in code points; the stretch is never empty.

        Raises:
            ValueError: The range is empty or out of bounds.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"No characters {start} to {end} in a text of {len(self.text)}.")
        return int(self.starts[start]), int(self.ends[end - 1])


def normalize(source: str) -> NormalizedText:
    r"""Normalise a document for the models and keep the map back.

    Applied in this order: line ends to ``\n``, control characters to spaces, lone surrogates to U+FFFD;
    invisible characters dropped; NFKC by cluster (a character with its combining marks, Hangul jamo, half-width
    voice marks); typographic quotes and dashes to ASCII; small and squared capitals to letters; look-alike letters
    of Cyrillic and Greek inside Latin words to Latin; digits used as letters inside words; letters spaced out one
    by one are joined. Case is kept.

    Args:
        source: Any string, lone surrogates included.

    Returns:
        The normalised text with its offset map.
    """
    pieces: list[str] = []
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    position = 0
    for match in _NON_ASCII_RUN.finditer(source):
        run_start = match.start()
        _append_plain(source, position, run_start, pieces, starts, ends)
        _append_run(source, run_start, match.end(), pieces, starts, ends)
        position = match.end()
    _append_plain(source, position, len(source), pieces, starts, ends)
    empty = np.zeros(0, dtype=np.int64)
    return _fold_disguises(
        NormalizedText("".join(pieces), np.concatenate([*starts, empty]), np.concatenate([*ends, empty]), len(source))
    )


def _append_plain(
    source: str, start: int, end: int, pieces: list[str], starts: list[NDArray[np.int64]], ends: list[NDArray[np.int64]]
) -> None:
    """Copy plain ASCII as it is."""
    if start < end:
        pieces.append(source[start:end])
        offsets = np.arange(start, end, dtype=np.int64)
        starts.append(offsets)
        ends.append(offsets + 1)


def _append_run(
    source: str, start: int, end: int, pieces: list[str], starts: list[NDArray[np.int64]], ends: list[NDArray[np.int64]]
) -> None:
    """Normalise a run of non-ASCII or control characters, cluster by cluster."""
    run_starts: list[int] = []
    run_ends: list[int] = []
    position = start
    while position < end:
        cluster_end = _cluster_end(source, position, end)
        replacement = _normalize_cluster(source, position, cluster_end)
        pieces.append(replacement)
        run_starts += [position] * len(replacement)
        run_ends += [cluster_end] * len(replacement)
        position = cluster_end
    starts.append(np.array(run_starts, dtype=np.int64))
    ends.append(np.array(run_ends, dtype=np.int64))


def _cluster_end(source: str, start: int, limit: int) -> int:
    """Return where the cluster that begins at ``start`` ends."""
    position = start + 1
    limit = min(limit, start + _LONGEST_CLUSTER)
    while position < limit and _joins(source[position - 1], source[position]):
        position += 1
    return position


def _joins(before: str, char: str) -> bool:
    """Whether NFKC may compose ``char`` with what stands before it."""
    if char in _HALF_WIDTH_VOICE_MARKS or unicodedata.category(char) in ("Mn", "Mc", "Me"):
        return not _INVISIBLE.match(char)
    code = ord(char)
    if 0x1160 <= code <= 0x11FF:  # Hangul vowel and final consonant jamo
        return 0x1100 <= ord(before) <= 0x11FF or 0xAC00 <= ord(before) <= 0xD7A3
    if 0xFFC2 <= code <= 0xFFDC or 0xFFA1 <= code <= 0xFFBE:  # half-width jamo
        return 0xFFA1 <= ord(before) <= 0xFFDC
    return False


def _normalize_cluster(source: str, start: int, end: int) -> str:
    """Return what one cluster becomes; empty when it is invisible."""
    char = source[start]
    if char in _LINE_BREAKS:
        return "" if source[start : start + 2] == "\r\n" else "\n"
    if end - start == 1:
        if char == "\n":
            return char
        if char in _SIMPLE:
            return _SIMPLE[char]
        if "\ud800" <= char <= "\udfff":
            return "\ufffd"
        if unicodedata.category(char) == "Cc":
            return " "
    visible = _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", source[start:end]))
    return unicodedata.normalize("NFKC", visible)


def _fold_disguises(norm: NormalizedText) -> NormalizedText:
    """Replace look-alike letters and digits used as letters, and join spaced-out letters."""
    text = norm.text
    if _LOOK_ALIKE.search(text):
        text = "\n".join(_fold_line(line) for line in text.split("\n"))
    text = _LEET_WORD.sub(_fold_leet, text)
    keep: NDArray[np.bool_] | None = None
    for match in _SPACED.finditer(text):
        if keep is None:
            keep = np.ones(len(text), dtype=bool)
        keep[match.start() + 1 : match.end() : 2] = False
    if keep is None:
        return NormalizedText(text, norm.starts, norm.ends, norm.source_length)
    joined = "".join(char for char, kept in zip(text, keep, strict=True) if kept)
    return NormalizedText(joined, norm.starts[keep], norm.ends[keep], norm.source_length)


def _fold_line(line: str) -> str:
    """Replace look-alikes in words with Latin letters, and in words made of nothing else when the line is Latin."""
    if not _LOOK_ALIKE.search(line):
        return line
    latin = len(_LATIN.findall(line))
    letters = sum(map(len, _MIXED_WORD.findall(line)))

    def fold(match: re.Match[str]) -> str:
        word = match.group()
        if not _LOOK_ALIKE.search(word):
            return word
        disguised = all(char in _CONFUSABLE for char in word) and latin * 3 > letters * 2
        if disguised or _LATIN.search(word):
            return "".join(_CONFUSABLE.get(char, char) for char in word)
        return word

    return _MIXED_WORD.sub(fold, line)


def _fold_leet(match: re.Match[str]) -> str:
    """Replace digits in a word that is mostly letters and has one between letters (``gu4r4nt33d``); length is kept."""
    word = match.group()
    signs = len(_LEET_SIGN.findall(word))
    if not _LEET_INSIDE.search(word) or signs > len(word) - signs:
        return word
    return "".join(_LEET.get(char, char) for char in word)
