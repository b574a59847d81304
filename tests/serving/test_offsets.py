"""Offsets in code points, UTF-16 units and UTF-8 bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamlint.errors import OptionError
from scamlint.offsets import OFFSET_UNITS, from_codepoints, length_in, to_codepoints

any_text = st.text(st.characters(exclude_categories=()), max_size=60)


@given(any_text, st.data())
def test_there_and_back_is_the_same_offset(text, data):
    offsets = data.draw(st.lists(st.integers(0, len(text)), max_size=8))
    for unit in OFFSET_UNITS:
        there = from_codepoints(text, offsets, unit)
        back = to_codepoints(text, there.values(), unit)
        assert [back[there[offset]] for offset in offsets] == offsets


@given(any_text)
def test_the_end_of_the_text_is_its_length(text):
    assert from_codepoints(text, [len(text)], "utf16")[len(text)] == len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert from_codepoints(text, [len(text)], "utf8")[len(text)] == len(text.encode("utf-8", "surrogatepass"))
    assert length_in(text, "codepoint") == len(text)


def test_an_emoji_counts_one_two_or_four():
    assert from_codepoints("🚀a", [1, 2], "codepoint") == {1: 1, 2: 2}
    assert from_codepoints("🚀a", [1, 2], "utf16") == {1: 2, 2: 3}
    assert from_codepoints("🚀a", [1, 2], "utf8") == {1: 4, 2: 5}


@pytest.mark.parametrize(("offset", "unit"), [(1, "utf16"), (2, "utf8"), (4, "utf16"), (-1, "utf8"), (3, "codepoint")])
def test_an_offset_inside_a_character_or_outside_the_text_is_refused(offset, unit):
    with pytest.raises(ValueError, match="Offset"):
        to_codepoints("🚀a", [offset], unit)


def test_an_unknown_unit_is_refused_with_the_known_ones():
    with pytest.raises(OptionError, match="codepoint, utf16, utf8"):
        length_in("é", "bytes")
    with pytest.raises(OptionError, match="codepoint, utf16, utf8"):
        to_codepoints("é", [0], "bytes")
    with pytest.raises(ValueError, match="outside"):
        from_codepoints("é", [2], "utf8")
