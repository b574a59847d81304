"""Windows: pieces that a model can read, without losing a character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamlint.windows import owned_range, sentence_units, token_windows


@given(st.integers(0, 3000), st.integers(1, 300), st.data())
def test_every_token_is_in_some_window_and_owned_by_exactly_one(count: int, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    windows = token_windows(count, size, overlap)
    assert all(end - start <= size for start, end in windows)
    owned = [token for index in range(len(windows)) for token in range(*owned_range(windows, index))]
    assert owned == list(range(count))
    for index, (start, end) in enumerate(windows):
        owned_start, owned_end = owned_range(windows, index)
        assert start <= owned_start <= owned_end <= end


@given(st.text(max_size=500), st.integers(2, 80))
def test_units_tile_the_text(text: str, longest: int) -> None:
    units = sentence_units(text, longest)
    assert "".join(text[start:end] for start, end in units) == text
    assert all(0 < end - start <= longest for start, end in units)


def test_sentences_and_lines_are_units() -> None:
    text = "We cannot promise returns. Ask us!\nNew line"
    assert [text[start:end] for start, end in sentence_units(text)] == [
        "We cannot promise returns. ",
        "Ask us!\n",
        "New line",
    ]


def test_an_overlap_as_long_as_the_window_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        token_windows(10, 5, 5)
