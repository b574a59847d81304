"""The command line, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PITCH = "Line one.\nEarn a guaranteed 2% daily profit, principal returned after 30 days.\n"


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scamlint", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, env=os.environ | environment, check=False)


@pytest.fixture
def pitch(tmp_path: Path) -> str:
    path = tmp_path / "pitch.txt"
    path.write_text(PITCH)
    return str(path)


def test_scan_prints_the_words_with_label_and_line_number(pitch: str) -> None:
    done = run("scan", pitch, COLUMNS="200")
    output = done.stdout.decode()
    assert done.returncode == 0
    assert "guaranteed_return" in output
    line = next(line for line in output.splitlines() if "guaranteed 2%" in line)
    assert line.split()[0] == "2"


def test_scan_reads_standard_input_and_prints_json() -> None:
    done = run("scan", "-", "--format", "json", stdin=PITCH.encode())
    report = json.loads(done.stdout)
    assert report["characters"] == len(PITCH)
    for span in report["spans"]:
        assert PITCH[span["start"] : span["end"]] == span["text"]


def test_scan_prints_a_page_with_the_words_marked_and_everything_escaped(tmp_path: Path) -> None:
    path = tmp_path / "pitch.txt"
    path.write_text("<script>alert(1)</script> " + PITCH)
    page = run("scan", str(path), "--format", "html").stdout.decode()
    assert '<mark class="guaranteed_return"' in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("option", "status"),
    [("guaranteed_return", 1), ("guaranteed_return:1.0", 0), ("asset_request", 0)],
)
def test_fail_on_sets_the_exit_status(pitch: str, option: str, status: int) -> None:
    assert run("scan", pitch, "--fail-on", option).returncode == status


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "no-such-file"],
        ["scan"],
        ["scan", "-", "--fail-on", "scam"],
        ["scan", "-", "--fail-on", "price_hype:high"],
        ["scan", "-", "--fail-on", "price_hype:7"],
        ["scan", "-", "--threshold", "price_hype"],
        ["scan", "-", "--model", "no-such-model"],
        ["no-such-command"],
    ],
)
def test_misuse_ends_with_status_2_and_one_sentence(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert b"Traceback" not in done.stderr


def test_a_file_that_is_not_utf_8_is_still_scanned(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes(b"caf\xe9 " + PITCH.encode())
    assert run("scan", str(path)).returncode == 0


def test_labels_and_version() -> None:
    rows = json.loads(run("labels", "--format", "json").stdout)
    assert [row["name"] for row in rows if row["core"]] == ["guaranteed_return", "authority_borrowing"]
    assert b"guaranteed_return" in run("labels").stdout
    assert run("--version").stdout.startswith(b"scamlint")


def test_a_closed_pipe_is_no_crash(pitch: str) -> None:
    done = subprocess.run(
        f"{sys.executable} -m scamlint labels --format json | true", shell=True, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
