"""A run that is killed and resumed gives the rows of an undisturbed one; a resume that cannot be right is refused."""

import json
import os
import random
import signal
import subprocess

import psutil
import pytest
from running import SCAMLINT, read_rows, wait_for_parts
from soak import compare, run, run_with_kills, start

WORDS = "Earn guaranteed returns of 2% daily with zero risk."


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for part in range(3):
        lines = [json.dumps({"id": f"{part}-{n}", "text": f"{WORDS} Number {n}." * 20}) for n in range(700)]
        lines.insert(350, "broken")
        (folder / f"{part}.jsonl").write_text("\n".join(lines))
    for n in range(70):
        (folder / f"note{n:02d}.txt").write_text(f"{WORDS} {n}")
    return folder


def test_kills_at_random_moments_change_no_row(documents, tmp_path):
    _, seconds, _ = run(documents, tmp_path / "clean")
    rng = random.Random(5)
    delays = [rng.uniform(0.3, seconds) for _ in range(3)]
    run_with_kills(documents, tmp_path / "killed", delays, "--part-rows", "100")
    compare(tmp_path / "clean", tmp_path / "killed")
    assert len(read_rows(tmp_path / "clean")) == 3 * 701 + 70


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_leaves_a_state_to_resume_and_no_process(documents, tmp_path):
    process = start(documents, tmp_path / "out", "--part-rows", "100")
    wait_for_parts(tmp_path / "out", 2, process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"--resume" in said
    assert b"Traceback" not in said
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    assert len(read_rows(tmp_path / "out")) < 3 * 701 + 70
    run(documents, tmp_path / "out", "--resume", "--part-rows", "100")
    assert len(read_rows(tmp_path / "out")) == 3 * 701 + 70


def test_a_killed_run_leaves_no_process_and_a_killed_worker_loses_nothing(documents, tmp_path):
    process = start(documents, tmp_path / "out", "--part-rows", "100", "--workers", "1")
    wait_for_parts(tmp_path / "out", 1, process)
    children = psutil.Process(process.pid).children(recursive=True)
    for child in children:  # the reader and the worker, as the system does when memory runs out
        if "spawn_main" in " ".join(child.cmdline()):
            child.kill()
    wait_for_parts(tmp_path / "out", 2, process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    run(documents, tmp_path / "out", "--resume", "--part-rows", "100", "--workers", "1")
    rows = read_rows(tmp_path / "out")
    assert len(rows) == 3 * 701 + 70
    assert {row["status"] for row in rows} == {"ok", "invalid"}


def resume(documents, output, *more):
    command = [*SCAMLINT, "batch", str(documents), "--output", str(output), "--resume", "--workers", "1", *more]
    return subprocess.run(command, capture_output=True, timeout=300)


def test_a_resume_with_other_options_or_inputs_is_refused(documents, tmp_path):
    process = start(documents, tmp_path / "out", "--part-rows", "100")
    wait_for_parts(tmp_path / "out", 2, process)
    process.kill()
    process.communicate()
    same = ["--model", "baseline", "--timeout", "5", "--memory", "512"]
    other = resume(documents, tmp_path / "out", *same, "--text-column", "body")
    assert other.returncode == 2
    assert b"text_column was 'text' and is now 'body'" in other.stderr
    before = (documents / "0.jsonl").read_bytes()
    (documents / "0.jsonl").write_bytes(before + b"\n{}")
    changed = resume(documents, tmp_path / "out", *same)
    assert changed.returncode == 2
    assert b"added, removed or changed" in changed.stderr
    fresh = subprocess.run(
        [*SCAMLINT, "batch", str(documents), "--output", str(tmp_path / "out")], capture_output=True, timeout=300
    )
    assert fresh.returncode == 2
    assert b"--resume" in fresh.stderr


def test_a_single_file_appears_only_when_it_is_whole(documents, tmp_path):
    output = tmp_path / "out.jsonl"
    process = start(documents, output, "--part-rows", "100")
    wait_for_parts(tmp_path / "out.jsonl.parts", 1, process)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not output.exists()
    run(documents, output, "--resume", "--part-rows", "100")
    assert len(read_rows(output)) == 3 * 701 + 70
    assert not (tmp_path / "out.jsonl.parts").exists()


@pytest.fixture
def finished(batch, tmp_path):
    """A finished run over two files, and a function that resumes it."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.jsonl").write_text("".join(f'{{"id": "{name}{n}", "text": "{WORDS}"}}\n' for n in range(3)))

    def run(*more, expect=0, output="res"):
        return batch("in", "--output", output, "--output-format", "jsonl", *more, expect=expect)

    run()
    return run


def test_a_finished_run_is_counted_again_from_its_files(finished, tmp_path):
    before = (tmp_path / "res/part-00000.jsonl").read_bytes()
    assert b"6 documents in, 6 rows out" in finished("--resume").stderr
    assert (tmp_path / "res/part-00000.jsonl").read_bytes() == before


@pytest.mark.parametrize("change", ["appended", "added", "removed"])
def test_a_finished_run_is_not_resumed_over_changed_inputs(finished, tmp_path, change):
    if change == "appended":
        with (tmp_path / "in/b.jsonl").open("a") as file:
            file.write(f'{{"id": "new", "text": "{WORDS}"}}\n')
    elif change == "added":
        (tmp_path / "in/c.jsonl").write_text("")
    else:
        (tmp_path / "in/b.jsonl").unlink()
    done = finished("--resume", expect=2)
    assert b"added, removed or changed" in done.stderr
    assert b"--overwrite" in done.stderr
    finished("--overwrite")
    finished("--resume")


def test_parts_that_are_missing_or_changed_are_told(finished, tmp_path):
    part = tmp_path / "res/part-00000.jsonl"
    rows = part.read_bytes()
    part.unlink()
    done = finished("--resume", expect=2)
    assert b"lacks part-00000.jsonl" in done.stderr
    part.write_bytes(rows[: rows.rindex(b"{")])
    done = finished("--resume", expect=2)
    assert b"was changed since" in done.stderr
    assert b"--overwrite" in done.stderr
    finished("--overwrite")
    assert part.read_bytes() == rows


def test_a_single_file_is_made_again_from_the_parts_that_a_crash_left(finished, tmp_path):
    """The parts of a single file are those of a folder; here they are all that a crash at the end left."""
    finished(output="all.jsonl")
    rows = (tmp_path / "all.jsonl").read_bytes()
    (tmp_path / "all.jsonl").unlink()
    (tmp_path / "res").rename(tmp_path / "all.jsonl.parts")
    assert b"6 documents in, 6 rows out" in finished("--resume", output="all.jsonl").stderr
    assert (tmp_path / "all.jsonl").read_bytes() == rows
    assert not (tmp_path / "all.jsonl.parts").exists()


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_finished_single_file_is_counted_again_and_checked(finished, tmp_path, form):
    name = f"all.{form}"
    again = ("--output-format", form)
    finished(*again, output=name)
    result = tmp_path / name
    before, made = result.read_bytes(), result.stat().st_mtime_ns
    assert b"6 documents in, 6 rows out" in finished("--resume", *again, output=name).stderr
    assert (result.read_bytes(), result.stat().st_mtime_ns) == (before, made), "nothing was scored again"
    other = finished("--resume", *again, "--context", "5", output=name, expect=2)
    assert b"context was 60 and is now 5" in other.stderr
    assert b"give --resume to go on, or --overwrite" in finished(*again, output=name, expect=2).stderr
    (tmp_path / "in/c.jsonl").write_text(f'{{"id": "new", "text": "{WORDS}"}}\n')
    changed = finished("--resume", *again, output=name, expect=2)
    assert f"The run in {name} is finished, and files among the inputs were added".encode() in changed.stderr
    assert result.read_bytes() == before
    assert b"7 documents in, 7 rows out" in finished("--overwrite", *again, output=name).stderr
    assert b"7 documents in, 7 rows out" in finished("--resume", *again, output=name).stderr
    assert not (tmp_path / f"{name}.parts").exists()


def test_a_single_file_that_was_changed_or_lost_its_manifest_is_told(finished, tmp_path):
    finished(output="all.jsonl")
    with (tmp_path / "all.jsonl").open("a") as file:
        file.write("{}\n")
    assert b"all.jsonl was changed since" in finished("--resume", output="all.jsonl", expect=2).stderr
    (tmp_path / ".all.jsonl_manifest.jsonl").unlink()
    assert b"has lost its manifest" in finished("--resume", output="all.jsonl", expect=2).stderr
    (tmp_path / "all.jsonl").unlink()
    assert b"6 documents in, 6 rows out" in finished(output="all.jsonl").stderr, "a removed result is made anew"
