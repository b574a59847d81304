"""The report of a dump of 100,000 documents in Chromium: how soon it can be read."""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from pathlib import Path

from scamlint_training.bench import Options, Row
from scamlint_training.browser.chromium import find_chromium, launched, until
from scamlint_training.browser.dump_report import write_dump_report

_log = logging.getLogger(__name__)
_RUNS = 5


def measure(options: Options) -> list[Row]:
    """Measure how soon the report stands there with its table, and how soon a search is answered."""
    if find_chromium() is None:
        _log.warning("Chromium is not installed; the report is not measured.")
        return []
    from playwright.sync_api import sync_playwright

    documents = 2_000 if options.quick else 100_000
    opened, searched = [], []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright, launched(playwright) as browser:
        report = write_dump_report(Path(scratch), documents)
        for _ in range(_RUNS):
            page = browser.new_page()
            started = time.perf_counter()
            page.goto(report.as_uri())
            until(page, "document.documentElement.dataset.ready === 'true'")
            page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
            opened.append(time.perf_counter() - started)
            count = page.inner_text("#count")
            started = time.perf_counter()
            page.fill("#search", "post-0012")
            until(page, f"document.querySelector('#count').textContent !== {count!r}")
            searched.append(time.perf_counter() - started)
            page.close()
        size = report.stat().st_size / 1e6
    many = f"median of {_RUNS}"
    return [
        Row(f"report of {documents:,} documents: size", size, "MB"),
        Row(f"report of {documents:,} documents: opened and painted", statistics.median(opened), "s", "<= 2", many),
        Row(f"report of {documents:,} documents: a search answered", statistics.median(searched), "s", "", many),
    ]
