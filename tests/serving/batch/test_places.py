"""Where a result may go: no run writes over its inputs, or over a file that is no result."""

import json
import os

import pytest
from running import read_rows

LINE = '{"id": "a", "text": "Earn guaranteed returns of 2% daily with zero risk."}\n'


def files_under(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("more", [(), ("--overwrite",)])
def test_the_input_is_never_the_output(batch, tmp_path, more):
    (tmp_path / "data.jsonl").write_text(LINE)
    (tmp_path / "self").mkdir()
    (tmp_path / "self/note.txt").write_text("Words.")
    (tmp_path / "link.jsonl").symlink_to("data.jsonl")
    before = files_under(tmp_path)
    for inputs, output in [
        ("data.jsonl", "data.jsonl"),
        ("data.jsonl", "./self/../data.jsonl"),
        ("link.jsonl", "data.jsonl"),
        (f"file://{tmp_path}/data.jsonl", "data.jsonl"),
        ("self", "self"),
        ("self/note.txt", "self"),
    ]:
        done = batch(inputs, "--output", output, *more, expect=2)
        assert b"name another output" in done.stderr
        assert b"Traceback" not in done.stderr
    assert files_under(tmp_path) == before


@pytest.mark.parametrize("more", [(), ("--overwrite",), ("--resume",)])
def test_a_file_that_is_no_result_is_not_replaced(batch, tmp_path, more):
    (tmp_path / "data.jsonl").write_text(LINE)
    notes = {
        "notes.jsonl": LINE,
        "words.jsonl": "no JSON at all",
        "list.csv": "id,name\n1,Ann\n",
        "table.parquet": "no Parquet either",
    }
    for name, words in notes.items():
        (tmp_path / name).write_text(words)
    before = files_under(tmp_path)
    for name in notes:
        done = batch("data.jsonl", "--output", name, *more, expect=2)
        assert b"is no result of scamlint batch" in done.stderr
    assert files_under(tmp_path) == before


def test_a_folder_of_other_files_is_no_place_for_a_result(batch, tmp_path):
    (tmp_path / "data.jsonl").write_text(LINE)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/part-of-a-letter.txt").write_text("Dear all")
    before = files_under(tmp_path)
    for more in [(), ("--overwrite",), ("--resume",)]:
        done = batch("data.jsonl", "--output", "mine", *more, expect=2)
        assert b"such as part-of-a-letter.txt" in done.stderr
    assert files_under(tmp_path) == before


def test_an_earlier_result_is_replaced_and_what_lies_beside_it_stays(batch, tmp_path):
    (tmp_path / "data.jsonl").write_text(LINE)
    for name in ("out.jsonl", "full.jsonl", "out.csv", "out.parquet"):
        rows = ["--rows", "full"] if name == "full.jsonl" else []
        batch("data.jsonl", "--output", name, *rows)
        assert b"--overwrite" in batch("data.jsonl", "--output", name, *rows, expect=2).stderr
        batch("data.jsonl", "--output", name, *rows, "--overwrite")
    batch("data.jsonl", "--output", "results")
    (tmp_path / "results/report.html").write_text("<p>A report.</p>")
    (tmp_path / "results/part-of-a-letter.txt").write_text("Dear all")
    batch("data.jsonl", "--output", "results", expect=2)
    batch("data.jsonl", "--output", "results", "--overwrite")
    assert (tmp_path / "results/report.html").read_text() == "<p>A report.</p>"
    assert (tmp_path / "results/part-of-a-letter.txt").read_text() == "Dear all"


def test_a_result_inside_the_folder_that_is_read_is_left_out(batch, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/data.jsonl").write_text(LINE)
    (tmp_path / "in/out.parts").mkdir()
    (tmp_path / "in/out.parts/note.txt").write_text("A document like others.")
    for arguments in [
        ("in", "--output", "in/out"),
        ("in", "--output", "in/out", "--overwrite"),
        ("in/**/*.*", "--output", "in/out", "--overwrite"),
        (f"file://{tmp_path}/in", "--output", "in/out", "--overwrite"),
    ]:
        done = batch(*arguments, "--output-format", "jsonl")
        assert b"2 documents in, 2 rows out" in done.stderr
    rows = [json.loads(line) for line in (tmp_path / "in/out/part-00000.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["a", f"file://{tmp_path}/in/out.parts/note.txt"]
    (tmp_path / "in/out/part-00000.jsonl").rename(tmp_path / "in/more.jsonl")
    batch("in/*.jsonl", "--output", "in/all.jsonl")
    batch("in/*.jsonl", "--output", "in/all.jsonl", "--overwrite")
    assert len(read_rows(tmp_path / "in/all.jsonl")) == 3


def test_the_ray_engine_deletes_only_what_it_wrote(batch, tmp_path):
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'scamlint[ray]'")
    (tmp_path / "data.jsonl").write_text(LINE)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/note.txt").write_text("Dear all")
    for arguments in [("data.jsonl", "--output", "mine"), ("mine", "--output", "mine")]:
        batch(*arguments, "--engine", "ray", "--overwrite", expect=2)
    assert files_under(tmp_path / "mine") == {"note.txt": b"Dear all"}


@pytest.mark.parametrize("name", ["out.xlsx", "out.json", "OUT.TSV", "out.jsonl.gz"])
def test_no_folder_is_made_under_the_name_of_another_kind_of_file(batch, tmp_path, name):
    (tmp_path / "data.jsonl").write_text(LINE)
    assert b"looks like a file" in batch("data.jsonl", "--output", name, expect=2).stderr
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("more", [(), ("--overwrite",), ("--resume",)])
def test_a_pipe_is_no_place_for_a_result(batch, tmp_path, more):
    (tmp_path / "data.jsonl").write_text(LINE)
    os.mkfifo(tmp_path / "out.jsonl")
    assert b"no regular file; name another output" in batch("data.jsonl", "-o", "out.jsonl", *more, expect=2).stderr
    assert (tmp_path / "out.jsonl").is_fifo()
