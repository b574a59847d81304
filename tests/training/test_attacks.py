import pytest

from scamlint.text import normalize
from scamlint_training.attacks import ATTACKS, attack, kept
from scamlint_training.corpus import load_split
from scamlint_training.metrics import Mark

PITCH = "Join today.\nEarn a guaranteed 2% every day, backed by Northwind Capital."
MARK = Mark(PITCH.index("guaranteed"), PITCH.index(", backed"), "guaranteed_return")


@pytest.mark.parametrize("name", ATTACKS)
def test_the_marked_words_are_found_again_in_the_attacked_text(name):
    attacked = attack(name, PITCH, [MARK], seed=3)
    moved = attacked.moved[0]
    assert attacked.text != PITCH
    seen = normalize(attacked.text[moved.start : moved.end]).text.lower()
    assert len(seen) == pytest.approx(len("guaranteed 2% every day"), abs=8)
    assert "2" in seen


@pytest.mark.parametrize("name", ["zero-width characters", "full width", "fancy alphabets", "letters spaced out"])
def test_disguises_that_the_normaliser_undoes_leave_the_words(name):
    attacked = attack(name, PITCH, [MARK], seed=3)
    assert "guaranteed" in normalize(attacked.text).text


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_the_same_every_time(name):
    assert attack(name, PITCH, [MARK], seed=5) == attack(name, PITCH, [MARK], seed=5)


@pytest.mark.parametrize("name", ATTACKS)
def test_every_gold_span_of_the_corpus_has_a_place_after_an_attack(name):
    for seed, document in enumerate(load_split("dev")[:40]):
        marks = [Mark(span.start, span.end, span.label) for span in document.spans]
        attacked = attack(name, document.text, marks, seed)
        assert all(mark is not None and mark.end <= len(attacked.text) for mark in attacked.moved)


def test_half_of_a_span_with_its_label_is_enough():
    assert kept(MARK, [Mark(MARK.start, MARK.start + 12, "guaranteed_return")])
    assert not kept(MARK, [Mark(MARK.start, MARK.start + 8, "guaranteed_return")])
    assert not kept(MARK, [Mark(MARK.start, MARK.end, "price_hype")])
    assert not kept(None, [MARK])
