"""Joining the pieces of a page and giving each its spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamlint.api.segments import JoinedDocument
from scamlint.spans import Span


@pytest.mark.parametrize(
    ("texts", "join", "joined"),
    [
        (["Earn a ", "guaranteed", " profit."], "auto", "Earn a guaranteed profit."),
        (["Title", "First line."], "auto", "Title\nFirst line."),
        (["Title\n", "First line."], "auto", "Title\nFirst line."),
        (["a", "", "b"], "auto", "a\nb"),
        (["", "b"], "auto", "b"),
        (["a", "b"], "none", "ab"),
        (["a", "b"], "space", "a b"),
        (["a ", "b"], "line", "a \nb"),
    ],
)
def test_segments_are_joined_as_a_reader_sees_them(texts, join, joined):
    assert JoinedDocument(texts, [join] * len(texts)).text == joined


@given(st.lists(st.text("ab 🚀\n", max_size=6), min_size=1, max_size=6), st.data())
def test_parts_cover_exactly_the_span_but_for_white_space(texts, data):
    document = JoinedDocument(texts, [data.draw(st.sampled_from(["auto", "none", "space", "line"])) for _ in texts])
    if not document.text:
        return
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    span = Span(start, end, "price_hype", 0.5, document.text[start:end])
    words = []
    for text, parts in zip(texts, document.split([span]), strict=True):
        for part in parts:
            words.append(text[part.start : part.end])
            assert words[-1] == words[-1].strip() != ""
    assert "".join("".join(words).split()) == "".join(span.text.split())
