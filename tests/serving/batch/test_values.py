"""Ids and kept values: bytes that are no UTF-8, numbers that JSON does not have, decimals."""

import csv
import io
import json
import math
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet
from running import read_rows

from scamlint import Detector
from scamlint.batch import scan_table
from scamlint.batch.encoders import csv_header, encode_rows
from scamlint.batch.options import BatchOptions
from scamlint.batch.records import Document
from scamlint.batch.score import score_documents

BAD = b"caf\xe9"


def strings(*values):
    """Return a column of strings that may hold bytes that are no UTF-8, as other programs write them."""
    plain = pa.array(values, pa.binary())
    return pa.Array.from_buffers(pa.string(), len(plain), plain.buffers())


def test_one_cell_of_parquet_that_is_not_utf_8_costs_its_own_row_only(batch, tmp_path):
    table = pa.table(
        {
            "id": strings(b"a", b"b", BAD, b"d"),
            "text": strings(b"Words.", BAD, b"Words.", None),
            "note": strings(b"x", b"y", b"z", BAD),
            "tags": pa.ListArray.from_arrays(pa.array([0, 1, 1, 2, 2]), strings(BAD, b"t")),
        }
    )
    parquet.write_table(table, tmp_path / "in.parquet")
    batch("in.parquet", "--output", "out.jsonl", "--keep", "note", "--keep", "tags")
    found = read_rows(tmp_path / "out.jsonl")
    assert [(row["id"], row["status"], row["note"], row["tags"]) for row in found] == [
        ("a", "ok", "x", ["caf\ufffd"]),
        ("b", "invalid", "y", []),
        ("caf\ufffd", "ok", "z", ["t"]),
        ("d", "invalid", "caf\ufffd", []),
    ]
    assert [row["error"] for row in found if row["error"]] == [
        "The text is not valid UTF-8.",
        "The column 'text' holds nothing, not a string.",
    ]


NUMBERS = {
    "int64": pa.array([1, None, 3]),
    "bool": pa.array([True, False, None]),
    "double": pa.array([0.5, math.nan, 1.0]),
    "timestamp[ns]": pa.array([1234567890123456789, None, 1], pa.timestamp("ns")),
    "date32[day]": pa.array([4_000_000, 0, None], pa.date32()),
    "list": pa.array([["Words."], [], None]),
    "binary": pa.array([b"Words.", None, b"x"]),
    "null": pa.nulls(3),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_text_column_that_holds_no_strings_gives_an_error_for_each_row(batch, tmp_path, kind):
    table = pa.table({"id": ["a", "b", "c"], "text": NUMBERS[kind], "note": ["x", "y", "z"]})
    parquet.write_table(table, tmp_path / "in.parquet")
    batch("in.parquet", "--output", "out.jsonl", "--keep", "note")
    error = f"The column 'text' holds {kind}, not a string."
    found = [(row["id"], row["status"], row["error"], row["note"]) for row in read_rows(tmp_path / "out.jsonl")]
    assert found == [("a", "invalid", error, "x"), ("b", "invalid", error, "y"), ("c", "invalid", error, "z")]
    texts = scan_table(table, Detector.load("baseline"))
    assert texts.column("status").to_pylist() == ["invalid"] * 3


def test_one_text_of_parquet_over_the_limit_costs_its_own_row_only(batch, tmp_path):
    texts = ["Words.", "\N{ROCKET}" * 30, "x" * 100, "x" * 101, None]
    parquet.write_table(pa.table({"id": list("abcde"), "text": texts}), tmp_path / "in.parquet")
    batch("in.parquet", "--output", "out.jsonl", "--max-bytes", "100", "--rows", "full")
    rows = read_rows(tmp_path / "out.jsonl")
    assert [(row["id"], row["status"]) for row in rows] == [
        ("a", "ok"),
        ("b", "too_large"),
        ("c", "ok"),
        ("d", "too_large"),
        ("e", "invalid"),
    ]
    assert rows[1]["error"] == "The text is longer than 100 bytes; see --max-bytes."


VALUES = pa.table(
    {
        "id": [1.5, math.nan, math.inf],
        "text": ["Words."] * 3,
        "rate": [math.nan, 0.5, -math.inf],
        "price": [Decimal("1.50"), None, Decimal("-2.00")],
        "past": [[1.0, math.nan], [], None],
        "more": [{"a": math.inf, "b": True}, {"a": 2.0, "b": None}, None],
    }
)
KEPT = ("rate", "price", "past", "more")
STRINGS = [
    (None, "1.50", "[1.0, null]", '{"a": null, "b": true}'),
    ("0.5", None, "[]", '{"a": 2.0, "b": null}'),
    (None, "-2.00", None, None),
]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_numbers_that_json_does_not_have_are_null_in_every_format(batch, tmp_path, form):
    parquet.write_table(VALUES, tmp_path / "in.parquet")
    batch("in.parquet", "--output", f"out.{form}", *(word for name in KEPT for word in ("--keep", name)))
    path = tmp_path / f"out.{form}"
    expected = STRINGS
    if form == "parquet":
        rows = parquet.read_table(path).to_pylist()
    elif form == "csv":
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        expected = [tuple(value or "" for value in row) for row in STRINGS]
    else:
        assert not any(word in path.read_text() for word in ("NaN", "Infinity"))
        rows = read_rows(path)
        expected = [
            (None, "1.50", [1.0, None], {"a": None, "b": True}),
            (0.5, None, [], {"a": 2.0, "b": None}),
            (None, "-2.00", None, None),
        ]
    assert [row["id"] for row in rows] == ["1.5", "in.parquet:2", "in.parquet:3"]
    assert [tuple(row[name] for name in KEPT) for row in rows] == expected


def test_an_id_of_json_that_is_no_number_counts_as_missing(batch, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": NaN, "text": "Words."}\n{"id": [1, Infinity], "text": "Words."}\n')
    batch("in.jsonl", "--output", "out.jsonl")
    assert [row["id"] for row in read_rows(tmp_path / "out.jsonl")] == ["in.jsonl:1", "[1, null]"]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_kept_value_that_is_nested_very_deep_costs_no_row_and_no_score(batch, tmp_path, form):
    deep = "[" * 700 + "1" + "]" * 700
    lines = [f'{{"id": "{id_}", "text": "Words.", "meta": {meta}}}' for id_, meta in (("a", 1), ("b", deep), ("c", 3))]
    (tmp_path / "in.jsonl").write_text("\n".join(lines))
    batch("in.jsonl", "--output", f"out.{form}", "--keep", "meta", "--rows", "full")
    path = tmp_path / f"out.{form}"
    cut = "[" * 200 + "null" + "]" * 200
    if form == "parquet":
        rows = parquet.read_table(path).to_pylist()
    elif form == "csv":
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
    else:
        rows = [row | {"meta": json.dumps(row["meta"])} for row in read_rows(path)]
    assert [(row["id"], row["status"], row["meta"]) for row in rows] == [
        ("a", "ok", "1"),
        ("b", "ok", cut),
        ("c", "ok", "3"),
    ]


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_a_row_that_cannot_be_written_costs_no_other_row(form):
    """No reader makes such a value today: an object whose key is no string."""
    options = BatchOptions(("in.jsonl",), f"out.{form}", keep=("meta",), rows="full")
    values = ({"a": 1}, {("no", "string"): 1}, None)
    documents = [Document(str(n), "in.jsonl", "Words.", keep={"meta": value}) for n, value in enumerate(values)]
    encoded = encode_rows(list(score_documents(Detector.load("baseline"), documents)), options)
    if form == "parquet":
        rows = pa.ipc.open_stream(encoded.payload).read_all().to_pylist()
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO((csv_header(options) + encoded.payload).decode(), newline="")))
    else:
        rows = [json.loads(line) for line in encoded.payload.splitlines()]
    assert (encoded.rows, encoded.errors) == (3, 1)
    assert encoded.first_error == "in.jsonl: The row cannot be written (TypeError); please report this."
    assert [(row["id"], row["status"], bool(row["meta"])) for row in rows] == [
        ("0", "ok", True),
        ("1", "crashed", False),
        ("2", "ok", False),
    ]


def test_scan_table_has_the_same_rules():
    texts = strings(b"Words.", BAD, b"Words.")
    table = VALUES.set_column(1, "text", texts).append_column("note", strings(b"x", b"y", BAD))
    found = scan_table(table, Detector.load("baseline"), keep=[*KEPT, "note"])
    assert found.column("id").to_pylist() == ["1.5", None, None]
    assert found.column("status").to_pylist() == ["ok", "invalid", "ok"]
    assert "not valid UTF-8" in found.column("error").to_pylist()[1]
    assert found.column("note").to_pylist() == ["x", "y", "caf\ufffd"]
    assert [tuple(row[name] for name in KEPT) for row in found.to_pylist()] == STRINGS
