import pytest

from scamlint_training.corpus import Document, GoldSpan


@pytest.fixture
def document():
    def build(text, *spans, stance="promoting", genre="social_post", name="x", tags=()):
        gold = tuple(GoldSpan(text.index(words), text.index(words) + len(words), label) for label, words in spans)
        return Document(name, text, gold, genre, stance, f"family-{name}", tags)

    return build
