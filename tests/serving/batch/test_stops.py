"""When readers die at a place of a file, the run goes on after it: no document is without a row that tells of it."""

import os
import signal

import pytest
from running import children_of, read_rows, wait_for_parts
from soak import run, start

WORDS = "Earn guaranteed returns of 2% daily with zero risk."
CHUNK = 128


@pytest.fixture
def documents(tmp_path):
    """Two files of many documents; a chunk of the second one takes a while to score."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, count, length in (("a", 2_000, 10), ("b", 200, 150)):
        lines = (f'{{"id": "{name}{n}", "text": "{WORDS * length} Number {n}."}}\n' for n in range(count))
        (folder / f"{name}.jsonl").write_text("".join(lines))
    return folder


def ids(name, count):
    return [f"{name}{n}" for n in range(count)]


def kill_readers(process, count, reader, worker):
    """Kill a reader and each one that takes its place, before it reads anything, until so many are dead."""
    for number in range(count):
        if number:
            reader = next(child for child in iter_children(process) if child not in (reader, worker))
        os.kill(reader, signal.SIGKILL)


def iter_children(process):
    while True:
        yield from children_of(process)


def test_a_file_that_was_given_up_before_a_run_was_killed_has_one_row_after_a_resume(documents, tmp_path):
    more = ("--part-rows", "1", "--workers", "1")
    process = start(documents, tmp_path / "out", *more)
    kill_readers(process, 2, *children_of(process, 2))
    wait_for_parts(tmp_path / "out", 1, process)
    process.kill()
    process.communicate()
    assert len(read_rows(tmp_path / "out")) == 1, "the run was killed in time"
    run(documents, tmp_path / "out", "--resume", *more)
    first, *others = read_rows(tmp_path / "out")
    assert (first["id"], first["status"]) == (str(documents / "a.jsonl"), "crashed")
    assert [row["id"] for row in others] == ids("b", 200)


def test_two_deaths_at_different_places_of_a_file_cost_nothing(documents, tmp_path):
    process = start(documents, tmp_path / "out", "--part-rows", "1", "--workers", "1")
    wait_for_parts(tmp_path / "out", 1, process)
    reader, worker = children_of(process, 2)
    os.kill(reader, signal.SIGKILL)
    wait_for_parts(tmp_path / "out", 8, process)
    (reader,) = (child for child in children_of(process, 2) if child != worker)
    os.kill(reader, signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()
    rows = read_rows(tmp_path / "out")
    assert [row["id"] for row in rows] == [*ids("a", 2_000), *ids("b", 200)]
    assert {row["status"] for row in rows} == {"ok"}


def test_readers_that_die_before_they_get_as_far_as_an_earlier_one_leave_a_row_for_the_rest(documents, tmp_path):
    process = start(documents, tmp_path / "out", "--part-rows", "1", "--workers", "1")
    wait_for_parts(tmp_path / "out", 2, process)
    kill_readers(process, 3, *children_of(process, 2))
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said.decode()
    rows = read_rows(tmp_path / "out")
    rest = next(place for place, row in enumerate(rows) if row["id"].endswith(":rest"))
    assert rest % CHUNK == 0
    assert 0 < rest < 2_000
    assert (rows[rest]["source"], rows[rest]["status"]) == (str(documents / "a.jsonl"), "crashed")
    assert [row["id"] for row in rows if row["status"] == "ok"] == [*ids("a", rest), *ids("b", 200)]


def test_a_reader_that_finds_other_inputs_than_the_one_before_ends_the_run(documents, tmp_path):
    process = start(documents, tmp_path / "out", "--part-rows", "1", "--workers", "1")
    wait_for_parts(tmp_path / "out", 1, process)
    (documents / "0.jsonl").write_text((documents / "b.jsonl").read_text())  # it comes first from now on
    os.kill(children_of(process, 2)[0], signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 2, said.decode()
    assert b"added, removed or changed" in said
