"""A small corpus for the tests."""

import pytest

from scamlint_training.corpus.documents import Document, GoldSpan, split_of, write_jsonl

TEXTS = {
    "a-1": "🚀 Join today and earn 2% a day. Those who joined today last year earned 2% a day.",
    "a-2": "Backed by Harvard,\n  Stanford and the IMF — a sure 10x, s\u200bure as gold.",
    "a-3": "Nothing here is promised to anybody.",
    "a-4": "שלום! Get 5% a week (paid in ₿) and bring 3 friends for $40 each.",
}


def mark(identifier, words, label, nth=1):
    """Return the span of the nth occurrence of some words."""
    text, at = TEXTS[identifier], -1
    for _ in range(nth):
        at = text.index(words, at + 1)
    return GoldSpan(at, at + len(words), label)


SPANS = {
    "a-1": (mark("a-1", "earn 2% a day", "guaranteed_return"), mark("a-1", "Join today", "urgency_pressure")),
    "a-2": (
        mark("a-2", "Backed by Harvard,\n  Stanford and the IMF", "authority_borrowing"),
        mark("a-2", "a sure 10x", "guaranteed_return"),
        mark("a-2", "a sure 10x", "price_hype"),
    ),
    "a-3": (),
    "a-4": (
        mark("a-4", "5% a week (paid in ₿)", "guaranteed_return"),
        mark("a-4", "bring 3 friends for $40 each", "recruitment_reward"),
    ),
}


def family(split):
    """Return the name of a family that belongs to a split."""
    return next(name for name in (f"fam{number}" for number in range(1000)) if split_of(name) == split)


@pytest.fixture
def documents():
    splits = {"a-1": "train", "a-2": "dev", "a-3": "test", "a-4": "train"}
    return [
        Document(
            key,
            text,
            tuple(sorted(SPANS[key])),
            "news",
            "neutral",
            family(splits[key]),
            ("sober", "mixed")[: len(key) % 3],
        )
        for key, text in TEXTS.items()
    ]


@pytest.fixture
def corpus(tmp_path, documents):
    """The documents as a corpus folder."""
    folder = tmp_path / "corpus"
    for document in documents:
        split = split_of(document.family)
        write_jsonl(folder / split / "b.jsonl", [d for d in documents if split_of(d.family) == split])
    return folder
