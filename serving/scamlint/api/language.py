"""Which language a document is in, by the library py3langid (naive Bayes on byte n-grams, Lui and Baldwin 2012).

It was chosen because it is small, knows 139 languages, keeps its model in npz (no pickle) and never downloads.

The question that matters is whether the models were made for the text, so the decision goes by the probability of
English, not by that of the likeliest language: three words of German share theirs with Dutch and Luxembourgish, but
English has almost none of it. Another script says so by itself.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scamlint.text import normalize

# As much of a document as the detection reads, from its beginning, middle and end.
_SAMPLE = 400
# Letters of Latin script below which the language cannot be told.
_FEWEST_LETTERS = 15
# Probability of English below which a text is another language. Of 12,900 sentences of the corpus with 15 letters and
# more, 14 lie below it, names of people and sentences that are not English; of phrases of other languages (messages of
# Django and Vim) 88 % of those with 15 to 20 letters, 98 % from 30 letters on, and all from 90 on.
_NOT_ENGLISH = 0.02
# English and the English of Nigeria, which the library tells apart.
_ENGLISH = ("en", "pcm")
_NO_LANGUAGE = "zxx"  # markup, numbers
UNDETERMINED = "und"

# Addresses, account names and tickers, and words with digits (amounts, wallets, hashes) belong to no language.
_NO_WORD = re.compile(r"[@$]|://|\w\.\w+/")
_ASCII_WORD = re.compile(r"[A-Za-z\d]+")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")  # moooon
_LATIN = re.compile("[A-Za-zªºÀ-ɏɐ-ʯᴀ-ᶿḀ-ỿⱠ-ⱿꜢ-ꟿꬰ-ꭩ]")
# Two letters and more: one alone is a symbol (Ξ, Δ) or part of a drawn face (ツ).
_WORD = re.compile(r"[^\W\d_]{2,}")
# From here on, East Asian scripts, of which one character says as much as two letters or more.
_EAST_ASIAN = "\u2e80"


@dataclass(frozen=True, slots=True)
class Language:
    """A detected language.

    Attributes:
        code: ISO 639 code, or ``und`` when it cannot be told.
        confidence: Probability of ``code``, 0 to 1.
        supported: Whether the models were made for it; None when that cannot be told.
    """

    code: str
    confidence: float
    supported: bool | None


_UNKNOWN = Language(UNDETERMINED, 0.0, None)


def detect_language(text: str) -> Language:
    """Detect the language of a document.

    Args:
        text: The document; a sample of at most 1,200 characters is looked at.

    Returns:
        The language. Text in another script than Latin is not supported at any length from two letters on. Of text in
        Latin script, fewer than 15 letters, or words that English and others share, leave it undetermined.
    """
    sample = _words(_sample(text))
    latin, other = _letters_by_script(sample)
    if other > latin:
        return _another_script(sample)
    if latin < _FEWEST_LETTERS:
        return _UNKNOWN
    return _latin_script(sample)


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = len(text) // 2
    return " ".join((text[:_SAMPLE], text[middle : middle + _SAMPLE], text[-_SAMPLE:]))


def _words(sample: str) -> str:
    """Return what may be words of a language, with disguises undone as the models see them."""
    readable = normalize(sample).text[: 4 * _SAMPLE]  # one character can stand for eighteen
    tokens = [token for token in readable.split() if not (token.isascii() and _NO_WORD.search(token))]
    words = _ASCII_WORD.sub(_without_digits, " ".join(tokens))
    return " ".join(_DRAWN_OUT.sub(r"\1", words).split())


def _without_digits(match: re.Match[str]) -> str:
    word = match.group()
    return word if word.isalpha() else " "


def _letters_by_script(sample: str) -> tuple[int, int]:
    """Return how many letters are Latin, and how many, by weight, of other scripts."""
    if sample.isascii():
        return sum(map(str.isalpha, sample)), 0
    letters = "".join(char for char in sample if not unicodedata.category(char).startswith("M"))
    latin = len(_LATIN.findall(letters))
    others = "".join(_LATIN.sub("", word) for word in _WORD.findall(letters))
    return latin, sum(2 if char >= _EAST_ASIAN else 1 for char in others)


def _another_script(sample: str) -> Language:
    code, confidence = _identifier().classify(sample)
    if code in (*_ENGLISH, _NO_LANGUAGE):
        return Language(UNDETERMINED, 0.0, False)
    return Language(str(code), round(float(confidence), 4), False)


def _latin_script(sample: str) -> Language:
    ranking: dict[str, float] = dict(_identifier().rank(sample))
    code = max(ranking, key=ranking.__getitem__)
    english = sum(ranking[name] for name in _ENGLISH)
    if code == _NO_LANGUAGE:
        return _UNKNOWN
    if english < _NOT_ENGLISH:
        return Language(code, round(ranking[code], 4), False)
    if english >= ranking[code]:
        return Language("en", round(english, 4), True)
    return _UNKNOWN


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
