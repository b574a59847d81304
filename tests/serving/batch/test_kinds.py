"""Every kind of input, and what broken and hostile files cost: their own row."""

import json
import subprocess
from collections import Counter

import pytest
from dump import make_dump, pdf
from running import SCAMLINT, read_rows

from scamlint import Detector
from scamlint.batch.table import result_schema

LIMITS = ["--timeout", "3", "--memory", "512", "--model", "baseline"]


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """A small dump of every kind, run to the end."""
    folder = tmp_path_factory.mktemp("kinds")
    dump = make_dump(folder / "in", 600)
    command = [*SCAMLINT, "batch", "in", "--output", "out", *LIMITS]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=900)
    assert done.returncode == 0, done.stderr.decode()
    return dump, folder, read_rows(folder / "out"), done.stderr.decode()


def test_as_many_rows_come_out_as_documents_went_in(result):
    dump, _, rows, said = result
    assert len(rows) == dump.documents
    assert sum(row["status"] != "ok" for row in rows) == dump.broken
    assert f"{dump.documents:,} documents in, {dump.documents:,} rows out" in said


def test_no_two_rows_stand_for_the_same_document(result):
    _, _, rows, _ = result
    counts = Counter((row["source"], row["id"]) for row in rows)
    repeated = {key for key, count in counts.items() if count > 1}
    assert {id_ for _, id_ in repeated} <= {"no-text", "latin", "number"}, "only ids that the dump itself repeats"


def test_hostile_files_cost_their_own_row(result):
    _, _, rows, _ = result
    status = {row["source"].rsplit("/", 1)[-1]: row["status"] for row in rows if "hostile/" in row["source"]}
    assert status.keys() == {"hangs.pdf", "hangs.html", "crashes.pdf", "memory.pdf"}
    assert status["hangs.pdf"] == status["hangs.html"] == "timeout"
    assert {status["crashes.pdf"], status["memory.pdf"]} <= {"crashed", "memory"}


def test_broken_files_say_what_is_wrong(result):
    _, _, rows, _ = result
    by_name = {row["source"].rsplit("/", 1)[-1]: row for row in rows if "broken/" in row["source"]}
    expected = {
        "blank.pdf": "no_text",
        "bomb.txt.gz": "too_large",
        "cut.txt.gz": "unreadable",
        "cut.txt.zst": "unreadable",
        "cut.docx": "unreadable",
        "cut.parquet": "unreadable",
        "cut.warc": "unreadable",
        "no-columns.csv": "invalid",
        "picture.png": "unsupported",
        "nested.html": "ok",
    }
    assert {name: by_name[name]["status"] for name in expected} == expected
    assert all(row["error"] for row in rows if row["status"] != "ok")
    rest = next(row for row in rows if row["id"].endswith("rest.json:rest"))
    assert rest["error"].startswith("Only the first 200 documents could be read")


def test_flags_come_from_every_kind_of_input(result):
    _, _, rows, _ = result
    flagged = [row["source"] for row in rows if row["spans"]]
    for kind in (".jsonl", ".gz", ".zst", ".parquet", ".csv", ".tsv", ".json", ".zip!", ".tar.gz!", ".warc.gz!", ".pdf",
                 ".html", ".md"):  # fmt: skip
        assert any(kind in source for source in flagged), f"nothing is flagged in {kind}"


def test_spans_point_at_their_words_and_carry_their_context(result):
    _, folder, rows, _ = result
    texts = {}
    for line in (folder / "in/lines/plain.jsonl").read_bytes().split(b"\n"):
        try:
            row = json.loads(line, strict=False)
            texts[row["id"]] = row["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
    checked = 0
    for row in rows:
        if row["id"] not in texts or not row["source"].endswith("plain.jsonl"):
            continue
        text = texts[row["id"]]
        for span in row["spans"]:
            start, end = span["start"], span["end"]
            if row["id"] != "lone":
                assert text[start:end] == span["words"]
                assert text[max(0, start - 60) : start] == span["before"]
                assert text[end : end + 60] == span["after"]
                checked += 1
        assert sum((row["counts"] or {}).values()) == len(row["spans"])
    assert checked > 10


def test_pdf_spans_carry_their_page(batch, tmp_path):
    pitch = "Earn a guaranteed 2 percent every day with zero risk. Guaranteed returns of 2 percent daily."
    (tmp_path / "in").mkdir()
    (tmp_path / "in/two.pdf").write_bytes(pdf(["Nothing to see on this page.", pitch]))
    batch("in", "-o", "out.jsonl")
    (row,) = read_rows(tmp_path / "out.jsonl")
    assert row["spans"]
    assert {span["page"] for span in row["spans"]} == {2}


def test_the_parquet_schema_is_the_documented_one(result):
    from pyarrow import parquet

    _, folder, _, _ = result
    for path in sorted((folder / "out").glob("part-*.parquet")):
        assert parquet.read_schema(path).equals(result_schema())


def test_csv_and_jsonl_hold_the_same_rows_as_parquet(batch, result, tmp_path):
    import csv

    _, folder, rows, _ = result
    table = folder / "in/tables/rows.csv"
    batch(table, "-o", "out.csv")
    batch(table, "-o", "out-full.jsonl")
    expected = [row for row in rows if row["source"].endswith("tables/rows.csv")]
    lines = read_rows(tmp_path / "out-full.jsonl")
    assert [(row["id"], row["level"], row["spans"], row["scores"]) for row in lines] == [
        (row["id"], row["level"], row["spans"], row["scores"]) for row in expected
    ]
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    assert [row["id"] for row in cells] == [row["id"] for row in expected]
    assert [json.loads(row["spans"]) for row in cells] == [row["spans"] for row in expected]


def test_globs_and_urls_are_inputs(batch, tmp_path):
    for name in ("a.txt", "b.txt", "c.md"):
        (tmp_path / name).write_text("Words.")
    batch("*.txt", f"file://{tmp_path}/c.md", "-o", "out.jsonl")
    assert [row["source"].rsplit("/", 1)[-1] for row in read_rows(tmp_path / "out.jsonl")] == ["a.txt", "b.txt", "c.md"]


def test_a_pipe_in_a_folder_does_not_hang_the_run(batch, tmp_path):
    import os

    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in/pipe.txt")
    batch("in", "-o", "out.jsonl")
    (row,) = read_rows(tmp_path / "out.jsonl")
    assert (row["status"], row["error"]) == ("unreadable", "This is no regular file.")


def test_scan_table_gives_a_row_for_each_row():
    import pyarrow as pa

    from scamlint.batch import scan_table

    pitch = "Earn guaranteed returns of 2% daily with zero risk. Invite friends and earn a 10% referral bonus."
    texts = [pitch, None, ""]
    table = pa.table({"key": [1, 2, 3], "text": texts, "lang": ["en", "de", None]})
    found = scan_table(table, Detector.load("baseline"), id_column="key", keep=["lang"])
    assert found.schema.equals(result_schema(["lang"]))
    assert found.column("id").to_pylist() == ["1", "2", "3"]
    assert found.column("status").to_pylist() == ["ok", "invalid", "ok"]
    assert found.column("lang").to_pylist() == ["en", "de", None]
    assert found.column("spans").to_pylist()[0][0]["words"] in pitch


def test_no_row_and_no_message_quotes_a_document_that_failed(result):
    _, _, rows, said = result
    quoted = [row["error"] for row in rows if row["error"] and ("guaranteed" in row["error"] or "caf" in row["error"])]
    assert not quoted
    assert "guaranteed" not in said
