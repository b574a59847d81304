"""Reports: the page works in a real browser and runs nothing that a document says; SARIF and CSV hold every span."""

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest

from scamlint.report.summary import source_group

PITCH = "🚀 Earn guaranteed returns of 2% daily with zero risk. Invite friends and earn a 10% referral bonus."
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> {{data}}. "
CHROMIUM = Path("/usr/bin/chromium")


def scamlint(*arguments, expect=0):
    done = subprocess.run([sys.executable, "-m", "scamlint", *map(str, arguments)], capture_output=True, timeout=600)
    assert done.returncode == expect, done.stderr.decode()
    return done.stderr.decode()


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    rows = [{"id": f"row {n}", "text": f"{HOSTILE}{PITCH} {HOSTILE}" if n % 3 == 0 else "Words."} for n in range(300)]
    rows.append({"id": "=1+1", "text": PITCH})
    lines = [json.dumps(row) for row in rows]
    (folder / "in.jsonl").write_text("\n".join([*lines, "broken"]))
    scamlint("batch", folder / "in.jsonl", "-o", folder / "out", "--model", "baseline", "--workers", "1")
    return folder


def test_sarif_has_every_span_of_rows_by_its_words_and_its_row(results):
    scamlint("report", results / "out", "-o", results / "report.sarif")
    log = json.loads((results / "report.sarif").read_text())
    (run,) = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    documents = [json.loads(line) for line in (results / "in.jsonl").read_text().splitlines()[:-1]]
    by_id = {document["id"]: document["text"] for document in documents}
    assert len(run["results"]) > 100
    for result in run["results"]:
        (location,) = result["locations"]
        assert "region" not in location["physicalLocation"], "the offsets are not those of the JSONL file"
        text = by_id[location["logicalLocations"][0]["name"]]
        found = result["properties"]
        assert text[found["text_start"] : found["text_end"]] == found["words"]
        assert found["words"] in result["message"]["text"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        placeholders = result["message"]["text"].replace("{{", "").replace("}}", "")
        assert "{" not in placeholders, "braces are doubled, or a viewer takes them for placeholders"
    assert any("ata}}}}. 🚀 Earn" in result["message"]["text"] for result in run["results"]), (
        "the message has the context"
    )
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 1


def test_sarif_has_regions_in_text_files_and_nowhere_else(tmp_path):
    """A region is where an editor jumps to; in a page or an archive the offsets of the text lead anywhere."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "wow! plain.txt").write_text(f"Hello.\n{PITCH}\n")
    (folder / "page.html").write_text(
        f"<html><body><p>Hello.</p><p>{PITCH} [more](https://evil.example)</p></body></html>"
    )
    with zipfile.ZipFile(folder / "many.zip", "w") as archive:
        archive.writestr("inner.txt", PITCH)
    with gzip.open(folder / "packed.txt.gz", "wb") as file:
        file.write(PITCH.encode())
    scamlint("batch", folder, "-o", tmp_path / "out.jsonl", "--model", "baseline", "--workers", "1")
    scamlint("report", tmp_path / "out.jsonl", "-o", tmp_path / "report.sarif")
    (run,) = json.loads((tmp_path / "report.sarif").read_text())["runs"]
    by_file = {}
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        by_file.setdefault(Path(unquote(uri)).relative_to(folder).name, []).append(result)
    assert by_file.keys() == {"wow! plain.txt", "page.html", "many.zip", "packed.txt.gz"}
    for name, found in by_file.items():
        for result in found:
            region = result["locations"][0]["physicalLocation"].get("region")
            assert (region is not None) == (name == "wow! plain.txt")
            if region is not None:
                text = (folder / name).read_text()
                start = region["charOffset"]
                assert text[start : start + region["charLength"]] == region["snippet"]["text"]
                assert region["snippet"]["text"] in result["message"]["text"]
            else:
                assert result["properties"]["words"] in result["message"]["text"]
            assert "](" not in result["message"]["text"], "a document cannot put a link into the message"
    logical = by_file["many.zip"][0]["locations"][0]["logicalLocations"][0]
    assert logical["fullyQualifiedName"] == f"{folder / 'many.zip'}!inner.txt"


def test_csv_has_a_line_for_each_span_and_no_formula(results):
    scamlint("report", results / "out", "-o", results / "report.csv")
    scamlint("report", results / "out", "-o", results / "report.sarif")
    with (results / "report.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    log_spans = json.loads((results / "report.sarif").read_text())["runs"][0]["results"]
    assert len(rows) == len(log_spans)
    assert {row["id"] for row in rows if "1+1" in row["id"]} == {"'=1+1"}


def test_misuse_is_said_in_one_sentence(results, tmp_path):
    assert "does not say its format" in scamlint("report", results / "out", "-o", tmp_path / "x.doc", expect=2)
    assert "is no result" in scamlint("report", tmp_path / "none", "-o", tmp_path / "x.html", expect=2)
    (tmp_path / "short.jsonl").write_text('{"id": 1, "spans": [], "scores": {}, "model": "m", "error": null}\n')
    assert "--rows full" in scamlint("report", tmp_path / "short.jsonl", "-o", tmp_path / "x.html", expect=2)
    assert not (tmp_path / "x.html").exists()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A result with flagged rows in every format, with letters outside ASCII."""
    folder = tmp_path_factory.mktemp("full")
    lines = [json.dumps({"id": f"é{n}", "text": PITCH}) for n in range(3)]
    (folder / "in.jsonl").write_text("\n".join(lines))
    for form in ("jsonl", "csv", "parquet"):
        command = ("batch", folder / "in.jsonl", "-o", folder / f"full.{form}", "--rows", "full")
        scamlint(*command, "--model", "baseline", "--workers", "1")
    return folder


def test_a_report_never_takes_the_place_of_its_result(full, results, tmp_path):
    shutil.copy(full / "full.csv", tmp_path / "full.csv")
    (tmp_path / "other.csv").symlink_to(tmp_path / "full.csv")
    (tmp_path / "link.csv").symlink_to("out/_manifest.jsonl")
    shutil.copytree(results / "out", tmp_path / "out")
    shutil.copy(full / "full.csv", tmp_path / "out/part-00007.csv")
    before = {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()}
    for result, output in (("full.csv", "full.csv"), ("full.csv", "other.csv"), ("out", "out/part-00007.csv"),
                           ("out", "out/part-00099.csv"), ("out", "out/_manifest.jsonl"),
                           ("out", "link.csv")):  # fmt: skip
        said = scamlint("report", tmp_path / result, "-o", tmp_path / output, "--format", "csv", expect=2)
        assert "give --output another name" in said
    assert {path: path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()} == before
    (tmp_path / "folder.html").mkdir()
    assert "cannot be written" in scamlint("report", full / "full.csv", "-o", tmp_path / "folder.html", expect=2)


def test_a_report_goes_through_a_pipe_and_a_link_and_takes_the_place_of_neither(full, tmp_path):
    scamlint("report", full / "full.csv", "-o", tmp_path / "report.csv")
    report = (tmp_path / "report.csv").read_bytes()
    os.mkfifo(tmp_path / "pipe.csv")
    reader = os.open(tmp_path / "pipe.csv", os.O_RDONLY | os.O_NONBLOCK)
    scamlint("report", full / "full.csv", "-o", tmp_path / "pipe.csv")
    assert (tmp_path / "pipe.csv").is_fifo()
    assert os.read(reader, 1 << 16) == report
    os.close(reader)
    command = [sys.executable, "-m", "scamlint", "report", full / "full.csv", "--format", "csv", "-o", "/dev/fd/1"]
    assert subprocess.run(command, capture_output=True, timeout=600).stdout == report
    (tmp_path / "old.csv").write_text("An older report.")
    for link, target in (("link.csv", "old.csv"), ("ahead.csv", "deep/new.csv")):
        (tmp_path / link).symlink_to(target)
        scamlint("report", full / "full.csv", "-o", tmp_path / link)
        assert (tmp_path / link).is_symlink()
        assert (tmp_path / target).read_bytes() == report


def test_a_run_that_is_not_finished_has_no_report_whatever_its_options_are(results, tmp_path):
    shutil.copytree(results / "out", tmp_path / "out")
    manifest = tmp_path / "out/_manifest.jsonl"
    run, *parts, end = manifest.read_text().splitlines(keepends=True)
    words = json.loads(run)
    words["run"]["inputs"] = ["finished"]
    lines = "".join([json.dumps(words) + "\n", *parts])
    for cut in (lines, lines + end[:20]):
        manifest.write_text(cut)
        said = scamlint("report", tmp_path / "out", "-o", tmp_path / "report.csv", expect=2)
        assert "is not finished; go on with scamlint batch --resume" in said
    manifest.write_text(lines + end)
    scamlint("report", tmp_path / "out", "-o", tmp_path / "report.csv")


def test_a_result_that_an_editor_wrote_anew_is_read(full, tmp_path):
    """JSONL with real letters in place of escapes, with a byte order mark, line ends of Windows and an empty line."""
    lines = [json.loads(line) for line in (full / "full.jsonl").read_text().splitlines()]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\r\n" for row in lines) + "\r\n"
    (tmp_path / "new.jsonl").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "new.csv").write_bytes((full / "full.csv").read_text(encoding="utf-8").encode("utf-8-sig"))
    for name in ("new.jsonl", "new.csv"):
        scamlint("report", tmp_path / name, "-o", tmp_path / "new-report.csv")
        scamlint("report", full / "full.parquet", "-o", tmp_path / "report.csv")
        assert (tmp_path / "new-report.csv").read_bytes() == (tmp_path / "report.csv").read_bytes()
        assert "é2" in (tmp_path / "report.csv").read_text(encoding="utf-8")


def test_the_apostrophe_of_csv_is_taken_off_again(tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "=1+1", "text": PITCH}))
    scamlint("batch", tmp_path / "in.jsonl", "-o", tmp_path / "full.csv", "--rows", "full", "--model", "baseline")
    assert "'=1+1" in (tmp_path / "full.csv").read_text()
    scamlint("report", tmp_path / "full.csv", "-o", tmp_path / "report.sarif")
    log = json.loads((tmp_path / "report.sarif").read_text())
    names = {result["locations"][0]["logicalLocations"][0]["name"] for result in log["runs"][0]["results"]}
    assert names == {"=1+1"}


def test_an_id_with_a_line_end_stays_one_cell(tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a\rb", "text": PITCH}))
    scamlint("batch", tmp_path / "in.jsonl", "-o", tmp_path / "full.csv", "--rows", "full", "--model", "baseline")
    scamlint("report", tmp_path / "full.csv", "-o", tmp_path / "report.csv")
    with (tmp_path / "report.csv").open(newline="", encoding="utf-8") as file:
        assert {row["id"] for row in csv.DictReader(file)} == {"a\rb"}


def test_sources_are_grouped_by_host_archive_or_folder():
    for source, group in [
        ("crawl.warc.gz!https://example.org/a!b", "example.org"),
        ("crawl.warc!http://[x/page", "http://[x/page"),
        ("crawl.dat!http://example.org/", "example.org"),
        ("dumps/a!.zip!docs/b!.txt", "dumps/a!.zip"),
        ("dumps/wow!.txt", "dumps/"),
        ("dumps/rows!.jsonl", "dumps/rows!.jsonl"),
        ("wow!.txt", "wow!.txt"),
    ]:
        assert source_group(source) == group


def test_a_report_shows_a_page_whose_address_is_none(full, tmp_path):
    row = json.loads((full / "full.jsonl").read_text().splitlines()[0]) | {"source": "crawl.warc!http://[x/page"}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    scamlint("report", tmp_path / "rows.jsonl", "--output", tmp_path / "report.html")
    assert "http://[x/page" in (tmp_path / "report.html").read_text()


def test_damaged_and_foreign_results_are_refused_in_one_sentence(full, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    whole = {form: (full / f"full.{form}").read_bytes() for form in ("jsonl", "csv", "parquet")}
    rows = whole["jsonl"].splitlines(keepends=True)
    row = json.loads(rows[0])
    label, score = row["spans"][0] | {"label": "moon"}, row["spans"][0] | {"score": float("nan")}
    damaged = {
        "cut.jsonl": whole["jsonl"][:-40],
        "cut.csv": whole["csv"][:-300],
        "cut.parquet": whole["parquet"][:-200],
        "middle.parquet": whole["parquet"][:200] + b"x" * 400 + whole["parquet"][600:],
        "latin.jsonl": rows[0] + b'{"id": "caf\xe9"}\n',
        "latin.csv": whole["csv"].replace("é1".encode(), b"\xe91"),
        "binary.csv": bytes(range(256)) * 20,
        "deep.jsonl": rows[0] + b"[" * 100_000,
        "number.jsonl": b"7\n",
        "spans.jsonl": json.dumps(row | {"spans": [7]}).encode(),
        "score.jsonl": json.dumps(row | {"spans": [score]}).encode(),
        "label.jsonl": json.dumps(row | {"spans": [label]}).encode(),
        "level.jsonl": json.dumps(row | {"level": "extreme"}).encode(),
        "source.jsonl": json.dumps(row | {"source": 7}).encode(),
        "foreign.csv": b"name,age\nAda,36\n",
        "foreign.jsonl": b'{"name": "Ada"}\n',
        "empty.parquet": b"",
    }
    for name, raw in damaged.items():
        (tmp_path / name).write_bytes(raw)
    parquet.write_table(pa.table({"name": ["Ada"]}), tmp_path / "foreign.parquet")
    for path in sorted(tmp_path.glob("*.*")):
        said = scamlint("report", path, "-o", tmp_path / "out/report.html", expect=2)
        assert said.startswith(f"scamlint: {path} "), said
        assert said.count("\n") == 1, said
        assert ("--rows full" in said) == path.name.startswith("foreign"), said
    assert not (tmp_path / "out").exists()
    for output in ("report.sarif", "report.csv"):  # written as the rows come
        said = scamlint("report", tmp_path / "cut.jsonl", "-o", tmp_path / "out" / output, expect=2)
        assert "cut.jsonl is damaged at row 3" in said
    assert not list((tmp_path / "out").iterdir()), "nothing half written is left"


@pytest.fixture(scope="module")
def page(results):
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("There is no Chromium at /usr/bin/chromium")
    scamlint("report", results / "out", "-o", results / "report.html", "--title", "A <b>dump</b>")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page()
        problems, requests = [], []
        opened.on("console", lambda message: problems.append(message.text))
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("request", lambda request: requests.append(request.url))
        opened.goto((results / "report.html").as_uri())
        opened.wait_for_selector("html[data-ready]", state="attached")
        yield opened
        assert problems == []
        assert len(requests) == 1, "the page loads nothing but itself"
        browser.close()


def test_the_page_shows_the_counts_and_runs_nothing_of_a_document(page):
    assert page.title() == "scamlint report: A <b>dump</b>"
    assert page.locator("h1").inner_text() == "A <b>dump</b>"
    assert page.locator("dl.facts dd").all_inner_texts()[0] == "302"
    assert page.locator("img").count() == 0


def test_the_table_filters_sorts_and_turns_pages(page):
    from playwright.sync_api import expect

    assert page.locator("#table tbody tr").count() == 100
    page.fill("#search", "row 29")
    expect(page.locator("#count")).to_have_text("11 documents", timeout=60_000)
    page.fill("#search", "")
    expect(page.locator("#count")).to_have_text("302 documents", timeout=60_000)
    page.select_option("#level", "-1")
    assert page.locator("#table tbody tr").count() == 1
    page.select_option("#level", "")
    page.click("th button[data-by=id]")
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Document")
    page.click("#on")
    assert page.locator("#place").inner_text() == "Page 2 of 4"


def test_a_document_opens_with_its_words_marked(page):
    from playwright.sync_api import expect

    page.fill("#search", "row 297")
    expect(page.locator("#table tbody tr")).to_have_count(1, timeout=60_000)
    page.locator("button.open").first.click()
    marks = page.locator("#view mark").all_inner_texts()
    assert marks
    assert all(words in PITCH for words in marks)
    assert 'onerror="document' in page.locator("#view-passages").inner_text(), "context is shown as text"
    page.click("#view form button")
