"""The figures in the data card are those of the corpus."""

import re

import pytest

from scamlint import label_names
from scamlint_training.corpus import load_corpus
from scamlint_training.corpus.card import (
    CARD,
    agreement_section,
    audits_section,
    counts_section,
    fill,
    part,
    read_yardstick,
)
from scamlint_training.corpus.documents import GENRES, STANCES

FIGURE = re.compile(r"-?\d+\.\d+|\d+")


@pytest.fixture(scope="module")
def card():
    return CARD.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def splits():
    return load_corpus()


def test_the_counts_are_current(card, splits):
    assert part(card, "counts") == counts_section(splits), "run: python -m scamlint_training.corpus card"


def test_the_agreement_is_current(card, splits):
    documents = [document for split in splits.values() for document in split]
    assert part(card, "agreement") == agreement_section(documents), "run: python -m scamlint_training.corpus card"


def test_the_audits_are_current(card, splits):
    # Classifiers may differ in the last digits from one machine to another, so figures are compared with a margin.
    documents = [document for split in splits.values() for document in split]
    now = [line for line in audits_section(documents, read_yardstick()).split("\n") if line.startswith("|")]
    then = [line for line in part(card, "audits").split("\n") if line.startswith("|")]
    assert len(now) == len(then)
    for new, old in zip(now, then, strict=True):
        figures = [[float(figure) for figure in FIGURE.findall(line)] for line in (new, old)]
        assert figures[0] == pytest.approx(figures[1], abs=0.02, rel=0.02), (new, old)


def test_every_label_genre_and_stance_is_in_the_card(card):
    for name in (*label_names(), *GENRES, *STANCES):
        assert f"| {name} " in part(card, "counts")


def test_a_card_without_markers_is_refused():
    with pytest.raises(ValueError, match="no place for 'counts'"):
        fill("# A card", {"counts": "x"})


def test_filling_twice_changes_nothing(card):
    parts = {name: part(card, name) for name in ("counts", "agreement", "audits")}
    assert fill(card, parts) == card
