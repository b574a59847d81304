"""The command line, run as a user runs it."""

import gzip
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = "Earn a guaranteed 2% daily profit, principal returned after 30 days."
PITCH = f"Line one.\n{WORDS}\n"
PAGE = WORDS.replace("guaranteed 2%", "<b>guaran</b>teed <i>2</i>%").replace("principal", "<u>princi</u>pal")
# What steers a terminal or hides: escape, C1, writing direction, zero width, tag, line separator, filler.
HIDDEN = "\x1b \x9b \u202a \u202e \u2066 \u2069 \u200b \u2060 \ufeff \U000e0041 \u2028 \u3164".split(" ")


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "scamlint", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, env=os.environ | environment, check=False)


def refused(*arguments: str, stdin: bytes = b"", **environment: str) -> str:
    """Run a command that is to end with status 2 and one sentence, and return the sentence."""
    done = run(*arguments, stdin=stdin, **environment)
    said = done.stderr.decode()
    assert (done.returncode, done.stdout) == (2, b""), said
    assert "Traceback" not in said
    return said.splitlines()[-1]


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
    path.write_text(PITCH + "\n\n<script>alert(1)</script>")
    page = run("scan", str(path), "--format", "html").stdout.decode()
    assert '<mark class="guaranteed_return"' in page
    assert "<script>" not in page


def document(kind: str) -> bytes:
    """Return the pitch as a document of a kind, its words cut by markup."""
    if kind == ".docx":
        import docx

        made = docx.Document()
        paragraph = made.add_paragraph()
        for piece in re.split(r"(?<=guaran)|(?<=princi)", WORDS):
            paragraph.add_run(piece).bold = True
        made.save(file := io.BytesIO())
        return file.getvalue()
    if kind == ".eml":
        message = EmailMessage()
        message["Subject"] = "News"
        message.set_content(f"<html><body><p>{PAGE}</p></body></html>", subtype="html", cte="base64")
        return message.as_bytes()
    if kind == ".pdf":
        drawn = f"BT /F1 12 Tf 9 700 Td ({WORDS}) Tj ET".encode()
        font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
        return (
            b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 900 800]/Contents 4 0 R/Resources<</Font<</F1 %b>>>>>>\n"
            b"endobj\n4 0 obj<</Length %d>>stream\n%b\nendstream endobj\ntrailer<</Root 1 0 R>>\n"
        ) % (font, len(drawn), drawn)
    page = f"<!-- kept --><!DOCTYPE html><html><body><p>{PAGE}</p></body></html>".encode()
    return gzip.compress(page) if kind == ".html.gz" else page


@pytest.mark.parametrize("kind", [".html", ".html.gz", ".docx", ".pdf", ".eml"])
def test_documents_are_read_and_not_their_bytes(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"pitch{kind}"
    path.write_bytes(document(kind))
    done = run("scan", str(path), "--format", "json", "--fail-on", "guaranteed_return")
    assert done.returncode == 1, done.stderr.decode()
    report = json.loads(done.stdout)
    assert report["characters"] < len(PITCH) + 20, "offsets count in the extracted text"
    assert all(" ".join(span["text"].split()) in WORDS for span in report["spans"])


@pytest.mark.parametrize("kind", [".html", ".pdf"])
def test_a_page_without_its_ending_is_known_by_its_beginning(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "download"
    path.write_bytes(document(kind))
    assert run("scan", str(path), "--fail-on", "guaranteed_return").returncode == 1
    assert run("scan", "-", "--fail-on", "guaranteed_return", stdin=document(kind)).returncode == 1


def test_text_that_is_not_utf_8_is_still_scanned(tmp_path: Path) -> None:
    path = tmp_path / "pitch.txt"
    for raw in (
        b"caf\xe9 " + PITCH.encode(),
        PITCH.encode("utf-16"),
        PITCH.encode("utf-8-sig"),
        b"\0" + PITCH.encode(),
    ):
        path.write_bytes(raw)
        assert run("scan", str(path), "--fail-on", "guaranteed_return").returncode == 1


@pytest.mark.parametrize(
    "raw",
    [
        random.Random(7).randbytes(5_000),
        document(".docx"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01",
        b"words " * 20_000 + bytes(50_000),
        "Гарантированный доход каждый день".encode("cp1251"),
        b"{\\rtf1 Earn a guaran{\\b teed} 2% daily profit.}",
    ],
    ids=["noise", "zip", "png", "late", "cp1251", "rtf"],
)
def test_what_is_no_text_is_refused(raw: bytes, tmp_path: Path) -> None:
    for name in ("thing.txt", "thing", "thing.doc"):
        path = tmp_path / name
        path.write_bytes(raw)
        assert f"{path} is not text" in refused("scan", str(path))
    assert "Standard input is not text" in refused("scan", "-", stdin=raw)


def test_files_of_many_documents_and_folders_are_sent_to_batch(tmp_path: Path) -> None:
    for name in ("rows.jsonl", "rows.csv.gz", "pages.zip", "rows.parquet"):
        (tmp_path / name).write_bytes(b"any")
        assert "scamlint batch" in refused("scan", str(tmp_path / name))
    assert "scamlint batch" in refused("scan", str(tmp_path))


def test_a_damaged_document_is_refused(tmp_path: Path) -> None:
    for name, raw in {
        "a.pdf": b"%PDF-1.4 no more",
        "a.docx": b"no zip",
        "a.html.gz": document(".html.gz")[:60],
    }.items():
        (tmp_path / name).write_bytes(raw)
        assert f"{name} cannot be read" in refused("scan", str(tmp_path / name))
    os.mkfifo(tmp_path / "pipe.html")
    assert "no regular file" in refused("scan", str(tmp_path / "pipe.html"))


def test_a_hostile_page_does_not_hang_the_command(tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_bytes(b"<div>" * 3_000_000 + b"x")
    assert f"{path} cannot be read" in refused("scan", str(path))


def test_a_missing_extra_is_named_with_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "resiliparse.py").write_text("")  # hides the package of that name
    (tmp_path / "pitch.html").write_bytes(document(".html"))
    said = refused("scan", str(tmp_path / "pitch.html"), PYTHONPATH=str(tmp_path))
    assert "Reading HTML needs resiliparse" in said
    assert "pip install" in said


@pytest.mark.parametrize(
    ("option", "status"),
    [("guaranteed_return", 1), ("guaranteed_return:1.0", 0), ("asset_request", 0)],
)
def test_fail_on_sets_the_exit_status(pitch: str, option: str, status: int) -> None:
    assert run("scan", pitch, "--fail-on", option).returncode == status


def test_fail_on_tests_its_own_score_whatever_is_reported(pitch: str) -> None:
    less = ["scan", pitch, "--threshold", "guaranteed_return:1"]
    done = run(*less, "--fail-on", "guaranteed_return:0.3")
    assert done.returncode == 1
    assert b"Nothing flagged" in done.stdout
    assert "pitch.txt: " in done.stderr.decode(), "the passage is named, since the report does not show it"
    assert "guaranteed 2%" in done.stderr.decode()
    assert run(*less, "--fail-on", "guaranteed_return").returncode == 0, "without a score, what is reported counts"


def test_fail_on_tests_labels_that_are_not_reported(pitch: str) -> None:
    done = run("scan", pitch, "--label", "price_hype", "--fail-on", "guaranteed_return", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["spans"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "no-such-file"],
        ["scan", "no-such-page.html"],
        ["scan"],
        ["scan", "-", "--label", "scam"],
        ["scan", "-", "--fail-on", "scam"],
        ["scan", "-", "--fail-on", "price_hype:high"],
        ["scan", "-", "--fail-on", "price_hype:7"],
        ["scan", "-", "--threshold", "price_hype"],
        ["scan", "-", "--threshold", "price_hype=0.5"],
        ["scan", "-", "--model", "no-such-model"],
        ["no-such-command"],
    ],
)
def test_misuse_ends_with_status_2_and_one_sentence(arguments: list[str]) -> None:
    assert refused(*arguments)


def test_nothing_of_a_document_or_a_file_name_steers_the_terminal(tmp_path: Path) -> None:
    text = PITCH.replace(" daily", "".join(f"{char} " for char in HIDDEN) + "daily").replace(".\n", ".\r\n")
    path = tmp_path / "a\x1b]0;owned\x07\u202e\x9b.txt"
    path.write_bytes(text.encode())
    for form in ("text", "json"):
        printed = run("scan", str(path), "--format", form, "--threshold", "guaranteed_return:0.1").stdout.decode()
        assert "guaranteed" in printed
        assert not [char for char in [*HIDDEN, "\x07", "\r"] if char in printed]
    report = json.loads(printed)
    assert report["file"] == str(path), "in JSON they are escaped"
    assert all(text[span["start"] : span["end"]] == span["text"] for span in report["spans"])
    for command in (["scan", f"{path}x"], ["scan", str(path), "--fail-on", "guaranteed_return:0.1"],
                    ["report", "a", str(path), "-o", "x.html"], ["report", str(path), "-o", "x.html"]):  # fmt: skip
        said = run(*command).stderr.decode()
        assert "owned" in said
        assert not [char for char in [*HIDDEN, "\x07"] if char in said]


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


def test_the_readme_installs_what_exists_and_shows_commands_that_run() -> None:
    start = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Start")[2].partition("## Use")[0]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    extras = {name for names in re.findall(r"\[([a-z,]+)\]'", start) for name in names.split(",")}
    assert extras == {"api", "files"}
    assert all(f"\n{name} = [" in project for name in extras)
    commands = re.findall(r"^ {4}\.venv/bin/scamlint (.+)$", start, re.MULTILINE)
    assert commands
    for command in commands:
        command = [sys.executable, "-m", "scamlint", *command.split()]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_demo_ends_with_the_commands_of_the_readme() -> None:
    shown = subprocess.run(["make", "-n", "demo"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    install = ".venv/bin/pip install --editable '.[api,files]'"
    assert install in shown
    assert install in (ROOT / "README.md").read_text(encoding="utf-8")
    assert ".venv/bin/scamlint scan YOUR-FILE" in shown
