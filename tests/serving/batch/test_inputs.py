"""Finding the inputs: globs of folders, and storage where a file cannot be opened."""

import importlib.util
import os
import sys
import tarfile
import threading

import pytest
from running import read_rows

from scamlint.batch.inputs import check_inputs, find_inputs, form_of_input
from scamlint.batch.options import BatchOptions
from scamlint.batch.progress import Meter
from scamlint.errors import OptionError


@pytest.fixture
def sources_of(batch, tmp_path):
    """Score inputs; return the end of each source, and the status of its row."""

    def run(*inputs):
        batch(*inputs, "--output", "out.jsonl", "--rows", "full", "--overwrite")
        return [(row["source"].split("/in/")[-1], row["status"]) for row in read_rows(tmp_path / "out.jsonl")]

    return run


@pytest.fixture
def days(tmp_path):
    for name in ("day1/a.txt", "day1/day1.txt", "day1/deep/day.txt", "more/day2/b.txt", "more/night/c.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Words.")
    return tmp_path / "in"


BY_DAY = ["day1/a.txt", "day1/day1.txt", "day1/deep/day.txt", "more/day2/b.txt"]
ALL = [*BY_DAY, "more/night/c.txt"]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_folders_that_a_glob_matches_are_read_and_no_file_comes_twice(sources_of, days, scheme):
    expected = {
        "day*": BY_DAY[:3],
        "**/day*": BY_DAY,
        "**/*": ALL,
        "**": ALL,
        "*/day2": BY_DAY[3:],
        "**/*.txt": ALL,
    }
    found = sources_of(*(f"{scheme}{days}/{pattern}" for pattern in expected))
    assert found == [(name, "ok") for names in expected.values() for name in names]


def test_a_file_that_comes_by_a_link_and_in_a_folder_comes_once(sources_of, days):
    (days / "aday.txt").symlink_to(days / "day1/a.txt")
    (days / "bday").symlink_to(days / "more/day2")
    found = [name for name, _ in sources_of(f"{days}/**/*day*")]
    assert found == ["aday.txt", "bday/b.txt", "day1/day1.txt", "day1/deep/day.txt"]


def test_one_file_of_a_url_that_cannot_be_opened_does_not_hide_the_others(sources_of, days):
    (days / "day1/b.txt").symlink_to("nowhere")
    expected = [("day1/a.txt", "ok"), ("day1/b.txt", "unreadable"), *((name, "ok") for name in ALL[1:])]
    assert sources_of(f"file://{days}") == expected
    assert sources_of(f"file://{days}/**/*.txt") == expected


def files_of(*inputs, **more):
    """Return the sources of the files that a run would read."""
    return [item.source for item in find_inputs(BatchOptions(inputs, "out", **more))]


@pytest.mark.parametrize("pattern", ["**/*.txt", "**", "**/*", "*/../**/x*", "**/**/*.txt"])
def test_a_glob_goes_into_no_linked_folder(tmp_path, monkeypatch, pattern):
    """Two links to a folder above them lead to a number of paths that no run would get to the end of."""
    for name in ("x.txt", "deep/.hidden/y.txt", "deep/er/x.txt"):
        (tmp_path / "gl" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "gl" / name).write_text("Words.")
    (tmp_path / "gl/deep/loop").symlink_to(tmp_path / "gl")
    (tmp_path / "gl/deep/er/again").symlink_to(tmp_path / "gl")
    monkeypatch.chdir(tmp_path)
    for start in ("gl/", f"{tmp_path}/gl/"):
        check_inputs(BatchOptions((start + pattern,), "out"))
        found = [os.path.realpath(name) for name in files_of(start + pattern)]
        assert sorted(found) == [str(tmp_path / "gl" / name) for name in ("deep/er/x.txt", "x.txt")]
    monkeypatch.chdir(tmp_path / "gl")
    assert sorted(os.path.realpath(name) for name in files_of(pattern)) == sorted(found)


def test_an_earlier_result_is_left_out_of_folders_that_are_walked(tmp_path):
    for name in ("a.txt", "old/_manifest.jsonl", "old/part-00000.jsonl", "old/note.txt", "z/b.txt"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text("{}")
    for folder in (str(tmp_path / "in"), f"file://{tmp_path}/in"):
        documents = [f"{folder}/a.txt", f"{folder}/z/b.txt"]
        for name in (folder, f"{folder}/", f"{folder}/*"):
            assert files_of(name) == documents, name
    for name in ("in/**", "in/**/*", "in/**/*.*"):
        assert files_of(str(tmp_path / name)) == [f"{tmp_path}/in/a.txt", f"{tmp_path}/in/z/b.txt"], name
    for folder in (str(tmp_path / "in/old"), f"file://{tmp_path}/in/old"):  # it was named
        assert f"{folder}/note.txt" in files_of(folder)


@pytest.mark.parametrize("name", ["r[1].txt", "what?.txt", "a*b.txt"])
def test_a_url_with_letters_of_patterns_in_a_name_that_exists_is_that_file(sources_of, tmp_path, name):
    (tmp_path / "in").mkdir()
    for other in (name, "r1.txt", "whatx.txt", "axb.txt"):
        (tmp_path / "in" / other).write_text("Words.")
    assert sources_of(f"file://{tmp_path}/in/{name}") == [(name, "ok")]


def test_a_url_that_matches_nothing_has_a_row_that_says_so(batch, tmp_path, days):
    batch(f"file://{days}/*.pdf", f"file://{days}/day1/a.txt", "--output", "out.jsonl")
    first, second = read_rows(tmp_path / "out.jsonl")
    assert (first["id"], first["status"]) == (f"file://{days}/*.pdf", "unreadable")
    assert first["error"] == "There is no file of this name, and none that it matches as a pattern."
    assert second["status"] == "ok"


def test_the_query_of_a_web_address_is_no_part_of_its_name():
    """An address that was signed for a while ends with its signature."""
    assert form_of_input("https://bucket.example/day/rows.jsonl.gz?Expires=9&Signature=a.b") == (".jsonl", "gz")
    assert form_of_input("https://bucket.example/get?file=rows.csv") == ("", "")
    assert form_of_input("https://bucket.example/get?file=rows", "csv") == (".csv", "")
    assert form_of_input("s3://bucket/what?.txt") == (".txt", "")


@pytest.fixture
def web(monkeypatch):
    """Pages as fsspec takes them (its own reader needs aiohttp): each is a file, and one with links a folder, too."""
    fsspec = pytest.importorskip("fsspec")
    site = "https://site.example"
    links = {f"{site}/offer.html": [f"{site}/offer.html/more.html"], f"{site}/day/": [f"{site}/day/a.txt"]}

    class Web(fsspec.AbstractFileSystem):
        protocol = ("http", "https")
        cachable = False

        @classmethod
        def _strip_protocol(cls, path):
            return path

        def unstrip_protocol(self, name):
            return name

        def ls(self, path, detail=True, **_):
            found = [{"name": name, "size": None, "type": "file"} for name in links.get(path.partition("?")[0], [])]
            return found if detail else [info["name"] for info in found]

        def find(self, path, **_):
            return self.ls(path, detail=False)

        def isdir(self, path):
            return bool(self.ls(path))

        def exists(self, path, **_):
            return True

        def info(self, path, **_):
            return {"name": path, "size": 1, "type": "file"}

    monkeypatch.setitem(sys.modules["fsspec.registry"]._registry, "https", Web)
    return site


def test_a_web_page_with_links_is_a_page_and_an_address_with_a_slash_a_folder(web):
    assert files_of(f"{web}/offer.html") == [f"{web}/offer.html"]
    assert files_of(f"{web}/offer.html?page=2") == [f"{web}/offer.html?page=2"]
    assert files_of(f"{web}/day/") == [f"{web}/day/a.txt"]


def test_standard_input_that_is_one_document_over_the_limit_has_a_row_that_says_so(batch, tmp_path):
    batch("-", "--input-format", "txt", "--max-bytes", "10", "--output", "out.jsonl", stdin=b"Words. " * 10)
    (row,) = read_rows(tmp_path / "out.jsonl")
    assert row["error"] == "The document is longer than 10 bytes; raise --max-bytes to read it."


@pytest.mark.parametrize("name", ["in.tgz", "in.tar.gz", "in.bin", "-"])
def test_tgz_as_the_input_format_is_decompressed_under_any_name(batch, tmp_path, name):
    (tmp_path / "note.txt").write_text("Words.")
    path = tmp_path / ("stdin.bin" if name == "-" else name)
    with tarfile.open(path, "w:gz") as tar:
        tar.add(tmp_path / "note.txt", "note.txt")
    stdin = path.read_bytes() if name == "-" else None
    batch(name, "--input-format", "tgz", "--output", "out.jsonl", "--rows", "full", stdin=stdin)
    source = "stdin" if name == "-" else name
    found = [(row["id"], row["status"]) for row in read_rows(tmp_path / "out.jsonl")]
    assert found == [(f"{source}!note.txt", "ok")]


def test_inputs_that_cannot_be_listed_are_told_by_the_run_and_not_by_the_measuring_of_its_progress(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)  # as if it were not installed
    options = BatchOptions(("memory://dump/",), "out")
    before = set(threading.enumerate())
    Meter(options)  # an error in its thread fails the test
    for thread in set(threading.enumerate()) - before:
        thread.join()
    with pytest.raises(OptionError, match="Reading a URL needs"):
        check_inputs(options)


def test_the_first_error_of_a_run_is_said_at_its_end(batch, tmp_path):
    (tmp_path / "a.csv").write_text("body\nWords.\n")
    said = batch("a.csv", "--output", "out.jsonl").stderr.decode()
    assert "1 with an error" in said
    assert "The first error: a.csv: There is no column 'text'" in said
    said = batch("a.csv", "--text-column", "body", "--output", "out.jsonl", "--overwrite").stderr.decode()
    assert "first error" not in said


def test_an_address_whose_library_is_missing_names_it(batch, tmp_path):
    pytest.importorskip("fsspec")
    if importlib.util.find_spec("s3fs"):
        pytest.skip("s3fs is installed here")
    assert "Install s3fs" in batch("s3://bucket/dump/", "--output", "out.jsonl").stderr.decode()
