import numpy as np
import pytest

from scamlint.labels import label_names
from scamlint_training.evaluate.span_scores import by_group, credit_table, intervals, summarise
from scamlint_training.evaluate.systems import Prediction
from scamlint_training.metrics import Mark


def predicted(*marks):
    return Prediction(tuple(marks), tuple((mark, 0.9) for mark in marks), dict.fromkeys(label_names(), 0.0))


def test_half_a_span_earns_half_of_the_recall_and_no_exact_credit(document):
    doc = document("earn 2% a day", ("guaranteed_return", "2% a day"))
    prediction = predicted(Mark(5, 9, "guaranteed_return"))
    row = summarise(credit_table([doc], [prediction], "partial"))["labels"]["guaranteed_return"]
    assert row == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "predicted": 1, "gold": 1}
    assert summarise(credit_table([doc], [prediction], "exact"))["labels"]["all"]["f1"] == 0.0


def test_core_counts_the_two_core_labels_only(document):
    doc = document("2% a day, join now", ("guaranteed_return", "2% a day"), ("urgency_pressure", "join now"))
    summary = summarise(credit_table([doc], [predicted(Mark(0, 8, "guaranteed_return"))], "partial"))
    assert summary["labels"]["core"]["f1"] == 1.0
    assert summary["labels"]["all"]["recall"] == 0.5
    assert summary["macro_f1"] == pytest.approx(1 / len(label_names()))


def test_the_right_words_under_the_wrong_label_earn_nothing(document):
    doc = document("2% a day", ("guaranteed_return", "2% a day"))
    assert summarise(credit_table([doc], [predicted(Mark(0, 8, "price_hype"))], "partial"))["labels"]["all"]["f1"] == 0


def test_intervals_hold_the_figure_and_are_narrower_with_more_documents(document):
    doc = document("2% a day", ("guaranteed_return", "2% a day"))
    hit, miss = predicted(Mark(0, 8, "guaranteed_return")), predicted()
    few = credit_table([doc] * 10, [hit, miss] * 5, "partial")
    many = np.repeat(few, 20, axis=0)
    low, high = intervals(few)["all_f1"]
    narrow_low, narrow_high = intervals(many)["all_f1"]
    assert low < 2 / 3 < high
    assert narrow_high - narrow_low < high - low


def test_groups_show_where_the_system_is_weak(document):
    docs = [
        document("2% a day", ("guaranteed_return", "2% a day"), genre="email"),
        document("2% a day", ("guaranteed_return", "2% a day"), genre="faq"),
        document("nothing here", genre="news"),
    ]
    table = credit_table(docs, [predicted(Mark(0, 8, "guaranteed_return")), predicted(), predicted()], "partial")
    groups = by_group(docs, table, "genre")
    assert {name: row["f1"] for name, row in groups.items()} == {"email": 1.0, "faq": 0.0}
