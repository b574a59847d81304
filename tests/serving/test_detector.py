"""The detector: a document in, a report out."""

import itertools
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scamlint import Detector, OptionError, label_names
from scamlint_training.corpus import load_split

PITCH = (
    "🚀🚀 Our contracts bring a guaranteed 2% daily profit, principal returned after 30 days. "
    "Earn 10% commission from every friend you invite, five levels deep."
)


@pytest.fixture(scope="module", params=["baseline", "minilm"])
def detector(request: pytest.FixtureRequest) -> Detector:
    return Detector.load(request.param)


def test_a_promise_is_found_and_its_words_are_the_document_s(detector: Detector) -> None:
    report = detector.scan(PITCH)
    assert "guaranteed_return" in {span.label for span in report.spans}
    for span in report.spans:
        assert PITCH[span.start : span.end] == span.text
    assert report.level != "none"
    assert set(report.scores) == set(label_names())


def test_an_honest_sentence_is_left_alone(detector: Detector) -> None:
    report = detector.scan("The validator set is rotated every epoch. Blocks are final after two rounds of votes.")
    assert report.spans == ()
    assert report.level == "none"


def test_disguised_letters_are_seen_through(detector: Detector) -> None:
    plain = detector.scan("Guaranteed profit of 2% daily, your capital is always protected.")
    disguised_text = "Gu\u200bаrаntееd prοfit of 2% daily, your c\u00adapital is always protected."
    disguised = detector.scan(disguised_text)
    assert [span.label for span in disguised.spans] == [span.label for span in plain.spans]
    for span in disguised.spans:
        assert disguised_text[span.start : span.end] == span.text


def test_labels_and_thresholds_can_be_chosen(detector: Detector) -> None:
    only = detector.scan(PITCH, labels=["recruitment_reward"])
    assert {span.label for span in only.spans} <= {"recruitment_reward"}
    assert set(only.scores) == {"recruitment_reward"}
    strict = detector.scan(PITCH, thresholds=dict.fromkeys(label_names(), 1.0))
    assert len(strict.spans) <= len(detector.scan(PITCH).spans)
    assert all(span.score >= 1.0 for span in strict.spans)


@pytest.mark.parametrize(
    "options", [{"labels": ["scam"]}, {"thresholds": {"price_hype": 2}}, {"thresholds": {"x": 0.5}}]
)
def test_options_that_do_not_exist_are_refused(detector: Detector, options: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        detector.scan("text", **options)  # type: ignore[arg-type]


def test_a_document_must_be_a_string(detector: Detector) -> None:
    with pytest.raises(TypeError, match="bytes"):
        detector.scan(b"text")  # type: ignore[arg-type]


def test_reports_come_while_documents_are_still_arriving_also_empty_ones(detector: Detector) -> None:
    reports = detector.scan_many("" for _ in itertools.count())
    assert [next(reports).characters for _ in range(3)] == [0, 0, 0]


def test_many_documents_come_back_in_order_and_equal_to_single_scans(detector: Detector) -> None:
    texts = ["", PITCH, "Short.", PITCH * 30, "\ud83d", "Nothing here.", " \n\t", PITCH]
    together = list(detector.scan_many(iter(texts)))
    assert [report.characters for report in together] == [len(text) for text in texts]
    for text, report in zip(texts, together, strict=True):
        assert detector.scan(text) == report


def test_a_document_s_report_does_not_depend_on_what_is_scanned_with_it(detector: Detector) -> None:
    texts = [document.text for document in load_split("dev") if len(document.text) < 400][:60]
    together = list(detector.scan_many(texts))
    alone = [detector.scan(text) for text in texts]
    assert alone == together
    assert list(detector.scan_many(reversed(texts))) == alone[::-1]
    one_thread = Detector.load(detector.model.name, threads=1)
    assert list(one_thread.scan_many(texts)) == alone


def test_the_end_of_a_very_long_document_is_read(detector: Detector) -> None:
    filler = "The library opens at nine and closes at six, except in August. Books may be kept for three weeks. "
    text = filler * 4000 + PITCH
    spans = detector.scan(text).spans
    assert any(span.start >= len(filler) * 4000 and span.label == "guaranteed_return" for span in spans)


@pytest.mark.parametrize("run", [" ", "\t", "\u0301\u0323", "\u3000", " \u200b"], ids=repr)
def test_a_page_that_is_nearly_all_blanks_or_accents_is_read_to_its_end(detector: Detector, run: str) -> None:
    text = PITCH + run * 200_000 + "\n" + PITCH
    spans = detector.scan(text).spans
    assert any(span.start > len(text) - len(PITCH) and span.label == "guaranteed_return" for span in spans)


def test_half_a_surrogate_pair_under_an_accent_is_no_reason_to_fail(detector: Detector) -> None:
    text = "\ud83d\u0301 " + PITCH
    assert any(span.label == "guaranteed_return" for span in detector.scan(text).spans)


def test_threads_may_share_a_detector(detector: Detector) -> None:
    expected = detector.scan(PITCH)
    results: list[object] = []
    threads = [threading.Thread(target=lambda: results.append(detector.scan(PITCH))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 6


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(), max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    report = Detector.load("baseline").scan(text)
    assert report.characters == len(text)
