"""Text to token ids for the transformer: the one path that training and serving share."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scamlint.errors import ModelError

# The look-behind tries each run of white space once: without it, a run without a line break costs its length squared.
_LINE_BREAK = re.compile(r"(?<!\s)\s*\n\s*")
# Documents are tokenised in stretches of about this many characters, so that memory stays bounded.
_STRETCH = 100_000
LINE_MARK = "¶"


@dataclass(frozen=True, slots=True)
class Encoded:
    """The word pieces of a document, without special tokens.

    Attributes:
        ids: Vocabulary ids; shape ``(pieces,)``.
        starts: Offset of each piece in the text, in code points; same shape.
        ends: Offset after each piece; same shape.
        words: Running number of the word that each piece belongs to; same shape, never decreasing.
    """

    ids: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: NDArray[np.int64]


def frame_ids(tokenizer: Tokenizer) -> tuple[int, int]:
    """Return the vocabulary ids of the tokens before and after every window: BERT's names for them, or RoBERTa's.

    Raises:
        ModelError: The tokenizer has neither.
    """
    for first, last in (("[CLS]", "[SEP]"), ("<s>", "</s>")):
        ids = tokenizer.token_to_id(first), tokenizer.token_to_id(last)
        if ids[0] is not None and ids[1] is not None:
            return int(ids[0]), int(ids[1])
    raise ModelError("The tokenizer has neither [CLS] and [SEP] nor <s> and </s>; take an encoder that has them.")


def mark_lines(text: str) -> str:
    """Write a visible mark for line breaks, which BERT tokenizers would drop; length is kept.

    Args:
        text: A normalised text.

    Returns:
        The text with each run of white space that holds a line break turned into one mark and spaces.
    """
    return _LINE_BREAK.sub(lambda match: LINE_MARK + " " * (len(match.group()) - 1), text)


def encode(tokenizer: Tokenizer, text: str) -> Encoded:
    """Tokenise a normalised text of any length.

    Args:
        tokenizer: A tokenizer without truncation or padding.
        text: A normalised text.

    Returns:
        Its word pieces; every character that the tokenizer knows is in one of them.
    """
    marked = mark_lines(text)
    parts = []
    word_offset = 0
    for start, end in _stretches(marked):
        encoding = tokenizer.encode(marked[start:end], add_special_tokens=False)
        offsets = np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2) + start
        words = np.array([word if word is not None else -1 for word in encoding.word_ids], dtype=np.int64)
        words += word_offset
        if len(words):
            word_offset = int(words[-1]) + 1
        parts.append((np.array(encoding.ids, dtype=np.int64), offsets[:, 0], offsets[:, 1], words))
    if not parts:
        empty = np.zeros(0, dtype=np.int64)
        return Encoded(empty, empty, empty, empty)
    return Encoded(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _stretches(text: str) -> list[tuple[int, int]]:
    """Cut a long text at white space."""
    cuts = [0]
    while len(text) - cuts[-1] > _STRETCH:
        limit = cuts[-1] + _STRETCH
        cut = max(text.rfind(" ", limit - 1000, limit), text.rfind(LINE_MARK, limit - 1000, limit))
        cuts.append(cut if cut > cuts[-1] else limit)
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True)) if text else []
