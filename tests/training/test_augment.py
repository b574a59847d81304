"""Noise of training: whatever is put between or into the words, the spans stay on theirs."""

import random

import pytest

from scamlint_training.augment import AUGMENTATIONS, augment
from scamlint_training.corpus import GoldSpan, load_split

TEXT = "Join us. You earn 2% a day for 30 days, and nothing can go wrong. See you there."
CLAIM = "earn 2% a day for 30 days"
SPANS = (GoldSpan(TEXT.index(CLAIM), TEXT.index(CLAIM) + len(CLAIM), "guaranteed_return"),)


@pytest.mark.parametrize("seed", range(40))
def test_debris_stands_beside_a_claim_or_within_it_and_moves_no_bound(seed):
    text, (span,), _ = augment(TEXT, SPANS, ["debris"], random.Random(seed))
    assert len(text) > len(TEXT)
    marked = text[span.start : span.end]
    assert marked.startswith("earn ")
    assert marked.endswith(" days") or marked.endswith("days")
    kept = iter(text)
    assert all(char in kept for char in TEXT), "nothing of the document is lost or moved"


@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
def test_spans_stay_in_order_inside_the_text(name):
    for number, document in enumerate(load_split("dev")[:60]):
        text, spans, sources = augment(document.text, document.spans, [name], random.Random(number))
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        assert [span.label for span in spans] == [span.label for span in document.spans]
        assert len(sources) == len(text)
        assert all(-1 <= source < len(document.text) for source in sources)


def test_each_new_character_knows_the_one_it_stands_for_through_several_rewrites():
    text, _, sources = augment(TEXT, SPANS, ["debris", "zero_width", "spaced"], random.Random(3))
    letters = [(char, source) for char, source in zip(text, sources, strict=True) if source >= 0 and char.isalpha()]
    assert all(TEXT[source] == char for char, source in letters)
    assert {source for _, source in letters} == {index for index, char in enumerate(TEXT) if char.isalpha()}


def test_headlines_are_among_the_noise():
    headings = {augment("earn 2% daily, don't wait", (), ["case"], random.Random(seed))[0] for seed in range(30)}
    assert headings == {"earn 2% daily, don't wait", "EARN 2% DAILY, DON'T WAIT", "Earn 2% Daily, Don't Wait"}
