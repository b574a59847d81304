"""CSV and TSV: no row and no cell is lost, whatever is wrong with quotes and commas."""

import csv
import io
import json

import pytest
from running import read_rows

from scamlint.batch.options import BatchOptions
from scamlint.batch.records import DocumentError
from scamlint.batch.separated import read_separated

PITCH = "Earn guaranteed returns of 2% daily with zero risk."


@pytest.fixture
def rows_of(batch, tmp_path):
    """Score a table and return its rows."""

    def run(text, name="in.csv", *more):
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        batch(name, "--output", "out.jsonl", "--overwrite", *more)
        return read_rows(tmp_path / "out.jsonl")

    return run


@pytest.fixture
def table():
    """Read a table with a limit of 1,000 bytes; return id and status of its rows."""
    options = BatchOptions(("in.csv",), "out", max_bytes=1_000)

    def run(text):
        return [(row.id, row.status) for row in read_separated(io.BytesIO(text.encode()), "in.csv", options)]

    before = csv.field_size_limit()  # the reader's own process sets it; here it is that of all tests
    yield run
    csv.field_size_limit(before)


def seen(rows):
    return [(row["id"], row["status"], row["characters"]) for row in rows]


def test_an_unclosed_quote_costs_its_own_row_only(rows_of):
    for end in ('c,"the third"\n', "c,the third", 'c,the third""\n', 'c,"the ""third"""\n'):
        rows = rows_of(f'id,text\na,"{PITCH}\nb,{PITCH}\n{end}')
        assert [(row["id"], row["status"]) for row in rows] == [("a", "invalid"), ("b", "ok"), ("c", "ok")]
        assert rows[0]["error"].startswith("The quotes in line 2 do not match")
        assert rows[1]["spans"]


def test_rows_between_two_stray_quotes_are_rows(rows_of):
    rows = rows_of('id,text\na,"first\n' + "".join(f"b{n},words {n}\n" for n in range(20)) + 'c,a screen of 27"\n')
    assert [row["id"] for row in rows] == ["a", *(f"b{n}" for n in range(20)), "c"]
    assert [row["status"] for row in rows] == ["invalid"] + ["ok"] * 21


def test_a_row_with_other_cells_than_the_header_is_an_error(rows_of):
    rows = rows_of("id,text\ne1,one, two, three\ne2,one\ne3\n\ne4,one,,\n")
    assert seen(rows) == [("e1", "invalid", None), ("e2", "ok", 3), ("e3", "invalid", None), ("e4", "ok", 3)]
    assert rows[0]["error"] == (
        "The row in line 2 has 4 cells and the header has 2; put cells that hold a comma or a line break into quotes."
    )
    rows = rows_of('text,id\none, two,e1\n"one\ntwo",e2,x\n')
    assert [row["id"] for row in rows] == ["in.csv:1", "in.csv:2"], "the comma may stand before the id"
    assert "in lines 3 to 4" in rows[1]["error"]


def test_quoted_cells_hold_commas_quotes_and_line_breaks(rows_of, tmp_path):
    texts = [
        'one, "two"',
        "first\r\nsecond, third\n\nfourth",
        '"',
        "",
        " \n",
        *(f"{n}, {n}\n{n}, {n}" for n in range(30)),
    ]
    with (tmp_path / "good.csv").open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("id", "text"), *enumerate(texts)])
    rows = rows_of((tmp_path / "good.csv").read_bytes().decode())
    assert seen(rows) == [(str(number), "ok", len(text)) for number, text in enumerate(texts)]


def test_words_behind_a_closing_quote_are_read(rows_of):
    assert seen(rows_of('id,text\na,"one" two\n')) == [("a", "ok", len("one two"))]


def test_one_column_of_plain_lines_is_read_whole(rows_of):
    assert seen(rows_of("text\none, two, three\n")) == [("in.csv:1", "ok", len("one, two, three"))]


def test_tsv_without_quoting_is_read_as_it_stands(rows_of):
    rows = rows_of('id\ttext\na\t"one" two\nb\t"open\nc\tthree"\nd\t"quoted\tcell"\n', "in.tsv")
    assert seen(rows) == [("a", "ok", 9), ("b", "ok", 5), ("c", "ok", 6), ("d", "ok", 11)]


def test_a_header_that_cannot_be_right_is_one_error(rows_of):
    for text, words in [
        ('id,"text\na,b\n', "quotes of the header"),
        ("id,text,text\na,b,c\n", "two columns 'text'"),
        ("id,body\na,b\n", "no column 'text'"),
    ]:
        (row,) = rows_of(text)
        assert row["status"] == "invalid"
        assert words in row["error"]


@pytest.mark.parametrize("long", ["b,{}", 'b,"{}"', '"b ""x""",{}', "{},b"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_of_one_very_long_line_costs_itself_only(table, long, end):
    long = long.format("x" * 3_000_000)
    lines = ["id,text", "a,Words.", long, "c,Words.", 'd,"two', 'lines"', long, "f,x,y", long]
    assert table(end.join([*lines, ""])) == [
        ("a", "ok"),
        ("in.csv:2", "too_large"),
        ("c", "ok"),
        ("d", "ok"),
        ("in.csv:5", "too_large"),
        ("f", "invalid"),
        ("in.csv:7", "too_large"),
    ]
    assert table(end.join(lines))[-1] == ("in.csv:7", "too_large"), "the last line has no end"


def test_a_very_long_line_that_a_quoted_cell_goes_on_behind_is_told_with_what_is_lost(table):
    message = "A line is longer than 1,000 characters; see --max-bytes."
    for row in (f'b,"{"x" * 2_000}\nmore"', f'b,"more\n{"x" * 2_000}"', f'b,"{"x" * 2_000}'):
        with pytest.raises(DocumentError, match=message):
            table(f"id,text\na,Words.\n{row}\nc,Words.\n")
    with pytest.raises(DocumentError, match=message):
        table(f"id,text,{'x' * 2_000}\na,Words.,\n")


def test_the_line_of_an_error_is_right_behind_a_very_long_line(rows_of):
    rows = rows_of(f"id,text\na,{'x' * 2_000}\nb,one,two\nc,Words.\n", "in.csv", "--max-bytes", "1000")
    assert [(row["id"], row["error"] and row["error"][:40]) for row in rows] == [
        ("in.csv:1", "A line is longer than 1,000 characters; "),
        ("b", "The row in line 3 has 3 cells and the he"),
        ("c", None),
    ]


def test_a_csv_result_holds_no_formulas(batch, tmp_path):
    rows = [
        {"id": "=1+1", "text": "Words.", "note": "@SUM(A1)", "change": "-0.5"},
        {"id": "+49 30", "text": "Words.", "note": "-2+3", "change": -3},
        {"id": "plain", "text": "Words.", "note": "a=b", "change": "+7"},
    ]
    (tmp_path / "=in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    batch("=in.jsonl", "--output", "out.csv", "--keep", "note", "--keep", "change")
    with (tmp_path / "out.csv").open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert [row["id"] for row in cells] == ["'=1+1", "'+49 30", "plain"]
    assert {row["source"] for row in cells} == {"'=in.jsonl"}
    assert [row["note"] for row in cells] == ["'@SUM(A1)", "'-2+3", "a=b"]
    assert [row["change"] for row in cells] == ["-0.5", "-3", "+7"], "numbers are no formulas"
    assert [row["status"] for row in cells] == ["ok"] * 3


def test_semicolons_in_a_quoted_name_are_no_delimiters(rows_of):
    assert seen(rows_of('"id","a;b;c;d","text"\na,x,Words.\n')) == [("a", "ok", 6)]
    assert seen(rows_of('"id";"a,b,c,d";"text"\na;x;Words.\n')) == [("a", "ok", 6)]


@pytest.mark.parametrize("name", ["UTF-8", "utf8", "utf_8"])
def test_the_mark_at_the_start_is_no_letter_under_any_name_of_utf_8(batch, rows_of, tmp_path, name):
    assert seen(rows_of("\ufeffid,text\na,W\u00f6rter.\n", "in.csv", "--encoding", name)) == [("a", "ok", 7)]
    (tmp_path / "note.txt").write_text("\ufeffWords.", encoding="utf-8")
    batch("note.txt", "--output", "note.jsonl", "--encoding", name)
    assert [row["characters"] for row in read_rows(tmp_path / "note.jsonl")] == [6]


def test_a_csv_result_keeps_line_ends_and_marks_lone_surrogates(batch, tmp_path):
    rows = [
        {"id": "a\rb", "text": "Words.", "note": "c\rd\r\ne\n"},
        {"id": "lone \ud83d", "text": f"\ud83d {PITCH}", "note": "x"},
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = batch("in.jsonl", "--output", "out.csv", "--keep", "note")
    assert b"2 documents in, 2 rows out" in done.stderr
    assert b"\r\n" not in (tmp_path / "out.csv").read_bytes().replace(b"\r\ne", b""), "lines end with a line feed"
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    assert [(row["id"], row["note"]) for row in cells] == [("a\rb", "c\rd\r\ne\n"), ("lone \ufffd", "x")]
    spans = json.loads(cells[1]["spans"])
    assert spans
    assert not any("\ud83d" in words for span in spans for words in map(str, span.values()))


def test_times_of_parquet_that_python_does_not_have_are_kept(batch, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table(
        {
            "id": pa.array([4_000_000, 0], pa.date32()),
            "text": ["Words.", "Words."],
            "seen": pa.array([1234567890123456789, None], pa.timestamp("ns")),
            "zone": pa.array([0, 1], pa.timestamp("s", "Nowhere/No")),
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    batch("in.parquet", "--output", "out.jsonl", "--keep", "seen", "--keep", "zone")
    assert [(row["id"], row["status"], row["seen"], row["zone"]) for row in read_rows(tmp_path / "out.jsonl")] == [
        ("12921-08-18", "ok", "2009-02-13 23:31:30.123456789", "1970-01-01 00:00:00.000Z"),
        ("1970-01-01", "ok", None, "1970-01-01 00:00:01.000Z"),
    ]
