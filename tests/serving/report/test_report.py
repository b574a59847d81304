"""Reports: the page works in a real browser and runs nothing that a document says; SARIF and CSV hold every span."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

PITCH = "🚀 Earn guaranteed returns of 2% daily with zero risk. Invite friends and earn a 10% referral bonus."
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\"> {{data}} "
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


def test_sarif_points_at_every_span(results):
    scamlint("report", results / "out", "-o", results / "report.sarif")
    log = json.loads((results / "report.sarif").read_text())
    (run,) = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    documents = [json.loads(line) for line in (results / "in.jsonl").read_text().splitlines()[:-1]]
    by_id = {document["id"]: document["text"] for document in documents}
    assert len(run["results"]) > 100
    for result in run["results"]:
        location = result["locations"][0]
        region = location["physicalLocation"]["region"]
        text = by_id[location["logicalLocations"][0]["name"]]
        start = region["charOffset"]
        assert text[start : start + region["charLength"]] == region["snippet"]["text"]
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 1


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
    assert "<script>" in page.locator("#view-passages").inner_text(), "context is shown as text"
    page.click("#view form button")
