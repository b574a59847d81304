"""The audits find a giveaway that is there, and none where there is none."""

import random

import pytest

from scamlint_training.corpus.audit import giveaway_words, shallow_features, shortcuts, transfer
from scamlint_training.corpus.diversity import diversity
from scamlint_training.corpus.documents import Document, GoldSpan
from scamlint_training.corpus.stats import goals, tuples
from scamlint_training.corpus.stock import usage

VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "nprst"]


def corpus(trick=lambda text, marked: text, size=240):
    """Return random documents, every second one with a span, each through a trick that may give it away."""
    draw = random.Random(5)
    documents = []
    for number in range(size):
        marked = number % 2 == 0
        text = trick(" ".join(draw.choices(VOCABULARY, k=draw.randint(20, 60))), marked)
        spans = (GoldSpan(0, 3, "price_hype"),) if marked else ()
        documents.append(Document(f"d{number}", text, spans, "news", "neutral", f"fam{number // 4}"))
    return documents


def auc(documents, name):
    return next(one.auc for one in shortcuts(documents)[0] if one.features == name)


def test_nothing_gives_random_documents_away():
    for one in shortcuts(corpus())[0]:
        assert 0.35 < one.auc < 0.65, one


def test_an_emoji_in_every_marked_document_is_found():
    documents = corpus(lambda text, marked: f"🚀 {text}" if marked else text)
    assert auc(documents, "shallow features") > 0.95
    assert "emoji and symbols" in {one.features for one in shortcuts(documents)[1][:3]}


def test_a_habit_of_the_corpus_that_real_texts_lack_is_shown():
    ours = corpus(lambda text, marked: f"🚀 {text}" if marked else text)
    others = corpus(lambda text, marked: f"{text}!!" if marked else text)
    found = transfer(ours, others)
    assert found.inside > 0.95
    assert found.learned < 0.65
    assert {name for name, _, _ in found.features[:10]} >= {"emoji and symbols", "sign !"}


def test_a_favourite_word_of_one_side_is_found():
    documents = corpus(lambda text, marked: f"{text} zap" if marked else f"{text} zip")
    assert auc(documents, "single words") > 0.95
    assert auc(documents, "shallow features") < 0.7
    guilty, innocent = giveaway_words(documents, 1)
    assert (guilty[0][0], innocent[0][0]) == ("zap", "zip")


def test_stock_keywords_are_kept_apart_from_chance_words():
    documents = corpus(lambda text, marked: f"{text} profits" if marked else text)
    assert auc(documents, "single words") > 0.95
    assert auc(documents, "single words but no stock keywords") < 0.65


def test_an_empty_looking_document_has_features_too():
    assert set(shallow_features(Document("d", "\n", (), "faq", "neutral", "f")).values()) >= {0.0}


def document(text, *words, label="guaranteed_return", **fields):
    spans = tuple(GoldSpan(text.index(part), text.index(part) + len(part), label) for part in words)
    given = {"genre": "news", "stance": "neutral", "family": "f", "tags": ()} | fields
    return Document("d", text, spans, **given)


def test_stock_keywords_are_counted_where_they_stand():
    counts = usage(
        [
            document("A gu\u200baranteed 9% daily. Profits vary, of course.", "gu\u200baranteed 9% daily"),
            document("You gain nine every week. Profit!", "gain nine every week"),
            document("Nobody can guarantee profits."),
        ]
    )["guaranteed_return"]
    assert (dict(counts.inside), counts.spans, counts.without) == ({"guaranteed": 1, "daily": 1}, 2, 1)
    assert (counts.beside.total(), dict(counts.clean)) == (2, {"guarantee": 1, "profits": 1})
    assert counts.innocent == pytest.approx(4 / 6)


def test_repeated_texts_are_less_varied_than_different_ones():
    draw = random.Random(1)
    different = [" ".join(draw.choices(VOCABULARY, k=40)) for _ in range(30)]
    same = [f"{different[0]} {number}" for number in range(30)]
    groups = [str(number) for number in range(30)]
    varied, dull = diversity(different, groups, 500, 30), diversity(same, groups, 500, 30)
    assert dull.nearest > 0.8 > varied.nearest
    assert dull.distinct[1] < varied.distinct[1]
    assert dull.repeated > 0.5
    assert varied.repeated == 0.0


def test_neighbours_in_the_same_family_do_not_count():
    texts = ["one two three four five six", "one two three four five six", "seven eight nine ten eleven twelve"]
    assert diversity(texts, ["a", "a", "b"], 100, 3).nearest == 0.0


def test_a_tuple_needs_four_ways_of_telling():
    told = [("promoting", "news"), ("warning", "news"), ("reporting", "news"), ("reporting", "review")]
    members = [document("x", stance=stance, genre=genre, tags=("tuple",)) for stance, genre in told]
    assert set(tuples(members)) == {"f"}
    assert tuples(members[:3]) == {}


def test_goals_say_what_is_missing():
    have = {goal.name: goal for goal in goals({"train": [document("a b", tags=("sober",))], "dev": [], "test": []})}
    assert (have["documents"].have, have["documents"].reached) == (1, False)
    assert have["sober pitches"].have == 1
    assert not have["documents without a span"].reached
