import pytest

from scamlint.labels import label_names
from scamlint_training.evaluate.document_scores import clean_flagged, counter_speech_penalty, ranking
from scamlint_training.evaluate.systems import Prediction
from scamlint_training.metrics import Mark

QUIET = Prediction((), (), dict.fromkeys(label_names(), 0.1))
LOUD = Prediction(
    (Mark(0, 4, "guaranteed_return"),), (), {**dict.fromkeys(label_names(), 0.1), "guaranteed_return": 0.9}
)


def test_a_flag_on_a_warning_counts_against_the_system_a_flag_on_a_pitch_does_not(document):
    docs = [
        document("2% a day", ("guaranteed_return", "2% a day")),
        document("beware", stance="warning"),
        document("a fact", stance="neutral"),
    ]
    found = clean_flagged(docs, [LOUD, LOUD, QUIET])
    assert (found["flagged"], found["documents"], found["share"]) == (1, 2, 0.5)
    assert found["by_stance"]["warning"]["share"] == 1.0
    assert counter_speech_penalty(docs, [LOUD, LOUD, QUIET])["penalty"] == 1.0


def test_no_flags_in_a_hundred_documents_still_leave_doubt(document):
    found = clean_flagged([document("a fact", stance="neutral")] * 100, [QUIET] * 100)
    assert found["share"] == 0.0
    assert 0.02 < found["interval"][1] < 0.05


def test_ranking_of_documents(document):
    docs = [document("2% a day", ("guaranteed_return", "2% a day")), document("a fact", stance="neutral")]
    right = ranking(docs, [LOUD, QUIET])
    assert right["labels"]["guaranteed_return"] == {"auroc": 1.0, "f1": 1.0}
    assert right["labels"]["price_hype"]["auroc"] is None
    assert ranking(docs, [QUIET, LOUD])["any"]["auroc"] == pytest.approx(0.0)
