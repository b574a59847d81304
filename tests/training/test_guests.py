"""Short documents put into dull ones: both stay as they were, and the marks stay on their words."""

import random

import numpy as np
import pytest

from scamlint.encode import encode
from scamlint.text import normalize
from scamlint_training.corpus import Document, GoldSpan, load_split
from scamlint_training.examples import prepare
from scamlint_training.finetune import plain_tokenizer
from scamlint_training.guests import Guests, is_host, seat
from scamlint_training.tagger import DEFAULT_BASE

MINUTES = Document(
    "minutes",
    "The ferry timetable was read and agreed.\nTwo members asked about the slipway, which is closed. "
    "The harbour master will write to the county about the crane. The treasurer had nothing to report. "
    "The next meeting is on the ninth, in the hall, after the children's choir.",
    (),
    "other",
    "neutral",
    "minutes",
)
PROMISE = "Put in 100 and 140 comes back on Friday."
OFFER = Document("offer", PROMISE, (GoldSpan(0, 39, "guaranteed_return"),), "social_post", "promoting", "offer")
WARNING = Document("warning", "Nobody can promise you 40 a week.", (), "social_post", "warning", "warning")


def test_a_guest_stands_whole_in_a_host_that_loses_nothing_but_white_space():
    guests = Guests.among([MINUTES, OFFER, WARNING])
    seen = set()
    for seed in range(200):
        text, spans, sources = seat(MINUTES, guests, random.Random(seed))
        guest = OFFER if spans else WARNING
        assert guest.text in text
        assert [text[span.start : span.end] for span in spans] == [PROMISE[:39]] * len(spans)
        assert "".join(text.replace(guest.text, " ").split()) == "".join(MINUTES.text.split())
        assert [text[at] for at, source in enumerate(sources) if source >= 0] == [
            MINUTES.text[source] for source in sources if source >= 0
        ]
        seen.add((guest.id, text.index(guest.text)))
    assert {guest for guest, _ in seen} == {"offer", "warning"}
    assert len({place for _, place in seen}) > 4


def test_only_long_neutral_documents_without_a_span_are_hosts():
    assert is_host(MINUTES)
    assert not is_host(OFFER)
    assert not is_host(WARNING)


def test_a_host_without_guests_stays_as_it_is():
    text, spans, sources = seat(MINUTES, Guests.among([]), random.Random(1))
    assert (text, spans, sources) == (MINUTES.text, (), list(range(len(MINUTES.text))))


@pytest.mark.parametrize("noise", [0.0, 0.9])
def test_pieces_of_a_host_stand_for_those_of_its_plain_text_and_pieces_of_the_guest_for_none(noise):
    documents = load_split("dev")
    host = next(document for document in documents if is_host(document))
    tokenizer = plain_tokenizer(DEFAULT_BASE)
    prepared = prepare([host, OFFER], tokenizer, passes=3, window=64, augmented_share=noise, guest_share=1.0, seed=2)
    plain = encode(tokenizer, normalize(host.text).text)
    starts = np.concatenate([[0], prepared.ends[:-1]])
    ours = np.concatenate(
        [np.arange(a, b) for a, b, d in zip(starts, prepared.ends, prepared.documents, strict=True) if d == 0]
    )
    marked = prepared.targets[ours].any(axis=1)
    assert marked.any()
    assert (prepared.clean[ours][marked] == -1).all()
    behind = prepared.clean[ours][prepared.clean[ours] >= 0]
    if not noise:
        same = prepared.ids[ours][prepared.clean[ours] >= 0] == plain.ids[behind]
        assert same.all()
    assert len(set(behind.tolist())) > 0.6 * len(plain.ids)
