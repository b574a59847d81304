from scamlint.labels import label_names
from scamlint_training.corpus import Document, GoldSpan
from scamlint_training.evaluate.systems import Prediction
from scamlint_training.gallery import false_flags, misses
from scamlint_training.metrics import Mark


def one(text, flagged=None, gold=None, stance="neutral", candidates=()):
    spans = () if gold is None else (GoldSpan(text.index(gold), text.index(gold) + len(gold), "guaranteed_return"),)
    document = Document("d", text, spans, "faq", stance, "f")
    marks = ()
    if flagged:
        marks = (Mark(text.index(flagged), text.index(flagged) + len(flagged), "guaranteed_return"),)
    shown = (*((mark, 0.9) for mark in marks), *candidates)
    return [document], [Prediction(marks, shown, dict.fromkeys(label_names(), 0.0))]


def test_a_false_flag_comes_with_its_words_and_a_reason():
    entry = false_flags(*one("We do not offer 2% a day to anyone.", flagged="2% a day"))[0]
    assert (entry["text"], entry["why"], entry["score"]) == ("2% a day", "a denial nearby", 0.9)
    assert entry["before"].endswith("not offer ")
    assert false_flags(*one("They said 2% a day.", flagged="2% a day", stance="warning"))[0]["why"] == "in a warning"


def test_a_right_flag_is_no_failure():
    case = one("Earn 2% a day.", flagged="2% a day", gold="Earn 2% a day")
    assert false_flags(*case) == []
    assert misses(*case) == []


def test_a_miss_says_whether_the_model_had_seen_it():
    text = "Earn 2% a day."
    assert misses(*one(text, gold="2% a day"))[0]["score"] == 0.0
    near = ((Mark(5, 13, "guaranteed_return"), 0.31),)
    assert "under the threshold (0.31)" in misses(*one(text, gold="2% a day", candidates=near))[0]["why"]


def test_a_plan_table_is_recognised():
    row = "Gold plan | 500 USDT | 3% | 30 days"
    assert false_flags(*one(f"Plans\n{row}\nend", flagged="3% | 30 days"))[0]["why"] == "row of a table"
