"""Normalisation: what the model reads, and the way back to what the author typed."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scamlint.text import normalize

TRICKY = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from([*"abcGuaranteed 0134.\n\r\t\0-_*", "\u200b", "\u0301", "\u202e", "\ud83d", "ﬁ", "㎏", "İ"]),
        st.characters(min_codepoint=0x1100, max_codepoint=0x11FF),
        st.characters(min_codepoint=0xFF00, max_codepoint=0xFFEF),
        st.characters(min_codepoint=0x1D400, max_codepoint=0x1D7FF),
        st.characters(min_codepoint=0x0400, max_codepoint=0x045F),
    ),
    max_size=80,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("guaranteed returns", "guaranteed returns"),
        ("g\u200bu\u200ba\u200branteed", "guaranteed"),
        ("guar\u00adanteed", "guaranteed"),
        ("\u202eguaranteed\u202c", "guaranteed"),
        ("𝒈𝒖𝒂𝒓𝒂𝒏𝒕𝒆𝒆𝒅 𝟐%", "guaranteed 2%"),
        ("ＧＵＡＲＡＮＴＥＥＤ", "GUARANTEED"),
        ("guаrаntееd", "guaranteed"),  # Cyrillic а and е
        ("prοfit", "profit"),  # Greek omicron
        ("ɢᴜᴀʀᴀɴᴛᴇᴇᴅ", "guaranteed"),
        ("g u a r a n t e e d", "guaranteed"),
        ("g.u.a.r.a.n.t.e.e.d", "guaranteed"),
        ("gu4r4nt33d pr0fit5", "guaranteed profits"),
        ("no risk, сосо for you and me", "no risk, coco for you and me"),
        ("“risk‑free”", '"risk-free"'),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("one\n✅ two\r\n“three”\n２", 'one\n✅ two\n"three"\n2'),  # before other than ASCII too
        ("one\t✅", "one ✅"),
        ("nul\0here", "nul here"),
        ("lone \ud83d surrogate", "lone \ufffd surrogate"),
        ("under a mark \ud83d\u0301", "under a mark \ufffd\u0301"),
        ("cafe\u0301", "café"),
        ("ﾊﾟﾝ", "パン"),
    ],
)
def test_disguises_are_undone(typed: str, read: str) -> None:
    assert normalize(typed).text == read


@pytest.mark.parametrize(
    "honest",
    [
        "доходность гарантирована",
        "η απόδοση",
        "Bitcoin и Ethereum",
        "web3 and P2P on Ed25519",
        "B2B, H100, MP3",
        "0x1a3f",
        "рост и как",
        "area51 covid19",
    ],
)
def test_other_scripts_and_names_stay(honest: str) -> None:
    assert normalize(honest).text == honest


def test_a_span_found_in_disguised_text_points_at_the_disguise() -> None:
    typed = "🚀🚀 Earn 𝒈𝒖𝒂𝒓\u200b𝒂𝒏𝒕𝒆𝒆𝒅 profit"
    norm = normalize(typed)
    start = norm.text.index("guaranteed")
    source_start, source_end = norm.to_source(start, start + len("guaranteed"))
    assert typed[source_start:source_end] == "𝒈𝒖𝒂𝒓\u200b𝒂𝒏𝒕𝒆𝒆𝒅"


@given(TRICKY)
def test_offsets_are_in_range_and_monotone(typed: str) -> None:
    norm = normalize(typed)
    assert len(norm.text) == len(norm.starts) == len(norm.ends)
    assert norm.source_length == len(typed)
    assert np.all(np.diff(norm.starts) >= 0)
    assert np.all(np.diff(norm.ends) >= 0)
    assert np.all(norm.starts < norm.ends)
    if len(norm.text):
        assert norm.starts[0] >= 0
        assert norm.ends[-1] <= len(typed)


@given(TRICKY, st.data())
def test_a_mapped_back_span_renormalises_to_what_the_model_saw(typed: str, data: st.DataObject) -> None:
    norm = normalize(typed)
    lines = [line for line in norm.text.split("\n") if line]
    if not lines:
        return
    # Whole lines: look-alikes and spaced letters are judged with the letters around them.
    line = data.draw(st.sampled_from(lines))
    start = norm.text.index(line)
    source = typed[slice(*norm.to_source(start, start + len(line)))]
    assert line in normalize(source).text


def may_compose(before: str, char: str) -> bool:
    """Combining marks, and Hangul vowels and finals after a syllable's beginning."""
    jamo = "\u1160" <= char <= "\u11ff" and ("\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3")
    return unicodedata.category(char).startswith("M") or jamo


@given(st.text(max_size=60))
@example("0\u093a")
@example("word\u0301s")
def test_plain_text_becomes_its_nfkc_form_but_for_invisible_and_folded_letters(typed: str) -> None:
    norm = normalize(typed)
    if norm.text == typed:
        # Each character stands for itself; what may compose with the one before stands with it.
        carriers: list[int] = []
        for index, char in enumerate(typed):
            carriers.append(carriers[-1] if index and may_compose(typed[index - 1], char) else index)
        assert list(norm.starts) == carriers
    assert unicodedata.is_normalized("NFKC", norm.text) or any(ord(char) > 127 for char in typed)


def test_empty_ranges_cannot_be_mapped() -> None:
    with pytest.raises(ValueError, match="No characters 2 to 2"):
        normalize("abc").to_source(2, 2)
