"""SARIF: an editor is sent to a place in a file only where the offsets are those of the file."""

import gzip
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PITCH = "🚀 Earn guaranteed returns of 2% daily with zero risk. Invite friends and earn a 10% referral bonus."
PAGE = f"<html><body><p>Hello.</p><p>{PITCH}</p></body></html>"


def scamlint(*arguments: str | Path, stdin: str | None = None) -> None:
    command = [sys.executable, "-m", "scamlint", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


def regions(
    given: str | Path, folder: Path, *options: str, form: str = "jsonl", stdin: str | None = None
) -> list[tuple[str, str] | None]:
    """Score an input and return for each passage the words that its region points at and those it should, or None."""
    rows = folder / f"rows.{form}"
    command = ("batch", given, "-o", rows, "--rows", "full", "--model", "baseline", "--workers", "1", *options)
    scamlint(*command, stdin=stdin)
    scamlint("report", rows, "-o", folder / "r.sarif")
    (run,) = json.loads((folder / "r.sarif").read_text(encoding="utf-8"))["runs"]
    assert run["results"]
    return [region(result, given) for result in run["results"]]


def region(result: dict, file: str | Path) -> tuple[str, str] | None:
    place = result["locations"][0]["physicalLocation"].get("region")
    if place is None:
        return None
    text = Path(file).read_text(encoding="utf-8-sig")
    return text[place["charOffset"] : place["charOffset"] + place["charLength"]], place["snippet"]["text"]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def test_a_page_with_the_name_of_a_text_has_no_regions(given: Path, tmp_path: Path) -> None:
    (given / "page.txt").write_text(PAGE, encoding="utf-8")
    assert set(regions(given / "page.txt", tmp_path, "--input-format", "html")) == {None}


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_a_text_by_another_name_has_regions(form: str, given: Path, tmp_path: Path) -> None:
    (given / "page.html").write_text(f"Hello.\n{PITCH}\n", encoding="utf-8-sig")
    found = regions(given / "page.html", tmp_path, "--input-format", "txt", form=form)
    assert None not in found
    assert all(pointed == words for pointed, words in found)


def test_what_is_no_file_by_itself_has_no_regions(given: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(given / "many.data", "w") as archive:
        archive.writestr("inner.txt", PITCH)
    (given / "packed.txt.gz").write_bytes(gzip.compress(PITCH.encode()))
    assert set(regions(given / "many.data", tmp_path, "--input-format", "zip")) == {None}
    (tmp_path / "second").mkdir()
    assert set(regions(given / "packed.txt.gz", tmp_path / "second")) == {None}
    (tmp_path / "third").mkdir()
    assert set(regions("-", tmp_path / "third", "--input-format", "txt", stdin=PITCH)) == {None}
