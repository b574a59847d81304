"""The texts that are measured: documents of the corpus, as they are; none that a model was trained on."""

from __future__ import annotations

import random

from scamlint_training.corpus import Document, load_split


def mixed_documents(characters: int) -> list[str]:
    """Return documents of all genres and lengths, in random order, of about that many characters in all."""
    return _until([document.text for document in _held_out()], characters)


def mostly_clean_documents(characters: int, flagged_share: float = 0.02) -> list[str]:
    """Return documents of which all but a share have no gold span.

    Args:
        characters: About how many in all.
        flagged_share: Share of documents that have spans.
    """
    documents = _held_out()
    clean = [document.text for document in documents if not document.spans]
    flagged = [document.text for document in documents if document.spans]
    rng = random.Random(0)
    rng.shuffle(flagged)
    return _until(clean + flagged[: round(len(clean) * flagged_share / (1 - flagged_share))], characters)


def page_of(characters: int) -> str:
    """Return one page of exactly that many characters, made of whole documents and the beginning of one."""
    return "\n\n".join(mixed_documents(2 * characters))[:characters]


def _held_out() -> list[Document]:
    return [*load_split("dev"), *load_split("test")]


def _until(texts: list[str], characters: int) -> list[str]:
    shuffled = list(texts)
    random.Random(1).shuffle(shuffled)
    chosen: list[str] = []
    total = 0
    while total < characters:
        text = shuffled[len(chosen) % len(shuffled)]
        chosen.append(text)
        total += len(text)
    return chosen
