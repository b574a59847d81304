"""How the command line ends: its status when nobody reads on, after Ctrl-C and after errors, and any encoding."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scamlint.bundle import resolve

SCAN = ["scan", "--model", "baseline", "--threshold", "guaranteed_return:0.1"]
WORDS = "Earn a guaranteed 2% 🚀 daily profit."


def run(*arguments: str, stdout: int = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scamlint", *arguments]
    return subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, env=os.environ | environment, check=False)


@pytest.fixture
def pitch(tmp_path: Path) -> str:
    path = tmp_path / "pitch.txt"
    path.write_text(f"{WORDS}\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def clean(tmp_path: Path) -> str:
    path = tmp_path / "clean.txt"
    path.write_text("The library opens at nine.\n")
    return str(path)


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_a_scan_that_nobody_reads_is_no_finding(form: str, clean: str) -> None:
    assert ended_unread(*SCAN, "--fail-on", "guaranteed_return", "--format", form, clean) == (141, b"")


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["labels"], ["labels", "--format", "json"]])
def test_what_nobody_reads_ends_quietly_with_the_status_of_a_broken_pipe(arguments: list[str]) -> None:
    assert ended_unread(*arguments) == (141, b"")


def ended_unread(*arguments: str) -> tuple[int, bytes]:
    """Run a command into a pipe whose reader is gone, and return its status and what it said."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = run(*arguments, stdout=writer)
    finally:
        os.close(writer)
    return done.returncode, done.stderr


@pytest.fixture
def heeds_ctrl_c():
    """Tests that were started in the background ignore Ctrl-C, and so would the command that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_ends_with_the_status_that_shells_give_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "scamlint", *SCAN, "--fail-on", "guaranteed_return", str(pipe)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with pipe.open("wb"):  # opens when the command has opened it, and waits for its words
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)
    assert (process.returncode, printed, said.strip()) == (130, b"", b"scamlint: stopped.")


def test_a_full_disk_is_said_and_is_no_finding(pitch: str) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    for form in ("text", "json", "html"):
        done = run(*SCAN, "--fail-on", "guaranteed_return", "--format", form, pitch, stdout=full)
        assert done.returncode == 70
        assert done.stderr.startswith(b"scamlint: ")
        assert b"No space left" in done.stderr
        assert done.stderr.count(b"\n") == 1
    os.close(full)


def test_an_error_that_should_not_happen_is_one_sentence_without_words_of_the_document(
    pitch: str, tmp_path: Path
) -> None:
    model = shutil.copytree(resolve("minilm"), tmp_path / "model")
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    config["settings"]["overlap"] = config["settings"]["window"]
    (model / "config.json").write_text(json.dumps(config), encoding="utf-8")
    done = run("scan", "--model", str(model), "--fail-on", "guaranteed_return", pitch)
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (70, b"")
    assert "ValueError, windows.py, line" in said
    assert said.count("\n") == 1
    assert "guaranteed" not in said


def test_a_terminal_that_cannot_show_a_character_gets_another_one(pitch: str) -> None:
    for encoding in ("cp1252", "ascii", "latin-1"):
        done = run(*SCAN, pitch, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert "guaranteed 2% ? daily" in done.stdout.decode(encoding)
    assert run("labels", PYTHONIOENCODING="ascii").returncode == 0


def test_json_and_pages_are_utf_8_whatever_the_terminal_takes(pitch: str) -> None:
    report = json.loads(run(*SCAN, "--format", "json", pitch, PYTHONIOENCODING="cp1252").stdout.decode("utf-8"))
    assert report["spans"]
    assert all(WORDS[span["start"] : span["end"]] == span["text"] for span in report["spans"])
    page = run(*SCAN, "--format", "html", pitch, PYTHONIOENCODING="latin-1")
    assert page.returncode == 0
    assert '<meta charset="utf-8">' in page.stdout.decode("utf-8")
    assert "🚀" in page.stdout.decode("utf-8")


def test_an_output_that_cannot_be_opened_is_no_finding(tmp_path: Path) -> None:
    database = tmp_path / "feedback.sqlite"
    database.write_bytes(b"")
    ended = run(
        "feedback", "export", "--database", f"sqlite:///{database}", "--output", str(tmp_path / "no" / "x.jsonl")
    )
    assert ended.returncode == 2
    assert b"no/x.jsonl" in ended.stderr
