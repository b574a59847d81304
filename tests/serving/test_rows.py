"""Tables: one span of a label a row, of whole cells."""

import numpy as np
import pytest

from scamlint.decode import DecodeSettings, decode
from scamlint.rows import Rows
from scamlint.scoring import TokenScores

PLANS = "Machine\tPrice\tTerm\tPayback\n4MH\t87\t2190 Days\t214 Days\n40MH\t870\t2190 Days\t198 Days\nAll paid in coins"


def found(text: str, likely: list[str], labels: int = 1) -> list[str]:
    """Decode a text of which some words are likely, and give the spans."""
    starts, ends = [], []
    for word in text.split():
        starts.append(text.index(word, ends[-1] if ends else 0))
        ends.append(starts[-1] + len(word))
    column = np.array([0.9 if word in likely else 0.0 for word in text.split()], dtype=np.float32)
    tokens = TokenScores(np.array(starts), np.array(ends), np.repeat(column[:, None], labels, axis=1), None)
    return [text[each.start : each.end] for each in decode(text, tokens, DecodeSettings(max_gap=1, shortest=3))]


def test_no_span_runs_from_one_row_into_the_next():
    words = ["214", "Days", "40MH", "870"]
    assert found(PLANS, words) == ["2190 Days\t214 Days", "40MH\t870\t2190 Days\t198 Days"]


def test_what_lies_in_one_row_is_one_span():
    assert found(PLANS, ["4MH", "214"]) == ["4MH\t87\t2190 Days\t214 Days"]
    assert found(PLANS, ["4MH", "214"], labels=2) == ["4MH\t87\t2190 Days\t214 Days"] * 2


def test_a_span_of_several_cells_has_the_whole_of_them():
    table = "| Flex | 9% a year | paid each week |\n| Term | 12% a year | paid at the end |"
    assert found(table, ["12%", "paid"]) == ["paid", "12% a year | paid at the end"]


def test_spans_of_several_labels_come_in_order():
    table = "| Flex | 9% a year | paid weekly |\n| Term | our 12% rate | paid yearly |"
    words = table.split()
    starts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
    ends = starts + [len(word) for word in words]
    inside = np.zeros((len(words), 2), dtype=np.float32)
    inside[[words.index("rate"), words.index("yearly")], 0] = 0.9  # one span, which grows back to "our"
    inside[words.index("12%"), 1] = 0.9
    spans = decode(table, TokenScores(starts, ends, inside, None), DecodeSettings())
    assert [(each.label, table[each.start : each.end]) for each in spans] == [
        (0, "our 12% rate | paid yearly"),
        (1, "12%"),
    ]


def test_a_span_within_a_cell_stays_as_it_is():
    table = "| Flex | we promise 9 % a year |\n| Term | we promise 12 % a year |"
    assert found(table, ["9", "12", "%"]) == ["9 %", "12 %"]


@pytest.mark.parametrize(
    "text",
    [
        "Free mining 2026 | earn 2% daily | live proof\nA text about it",
        "earn 2% daily | or | not\nlive | earn 2% daily\nno bars here",
        "earn 2% daily\nor not",
    ],
)
def test_a_title_with_bars_and_lines_of_prose_are_no_rows(text: str):
    assert not Rows.of(text)
    assert found(text, ["earn", "2%", "daily"])[0] == "earn 2% daily"


def test_rows_and_what_lies_outside_them():
    text = "Plan\nb\tc\td\ne\tf\tg\n\nEnd"
    rows = Rows.of(text)
    assert [text[start:end] for start, end in zip(rows.starts, rows.ends, strict=True)] == ["b\tc\td", "e\tf\tg"]
    places = np.array([text.index(what) for what in ("Plan", "b", "d", "\ne", "e", "g", "End")])
    assert rows.numbers(places).tolist() == [-1, 0, 0, -1, 1, 1, -1]
    assert rows.whole_cells(text, text.index("c"), text.index("d")) == (text.index("c"), text.index("d") + 1)
