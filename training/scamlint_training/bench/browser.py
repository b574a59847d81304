"""The extension and the page in Chromium: how soon a 50 kB article is marked, how smooth a page stays meanwhile."""

from __future__ import annotations

import html
import logging
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scamlint_training.bench import Options, Row
from scamlint_training.browser.chromium import MARKED_WORDS, ExtensionBrowser, find_chromium, until, with_extension
from scamlint_training.browser.extension import pack, unpack
from scamlint_training.browser.server import ServerProcess, running_server
from scamlint_training.browser.sites import Sites, serving
from scamlint_training.corpus import load_split

if TYPE_CHECKING:
    from playwright.sync_api import Page

_log = logging.getLogger(__name__)
_ARTICLE_BYTES = 50_000
_POST = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
# Whole offers: beside honest paragraphs the model may take a single promise for a quotation or a warning's example.
# They share no paragraph, since the extension sends none twice.
_OPENING = [
    "Welcome to the official page of our investment platform!",
    f"Our investment plans are open to everyone. {_POST}",
    "Double your money in 30 days: deposit $500 today and withdraw $1,000 next month, guaranteed.",
    "Only 20 places are left, so join now before the offer closes tonight at midnight.",
    "Send your deposit today and receive your first payout tomorrow.",
    "Our trading robot has never had a losing day, so your profit is certain and your capital cannot be lost.",
    "Start with $100 and earn 3% every day; with $5,000 you earn 5% every day for a whole year.",
    "Invite your friends and earn 10% commission on every deposit that they make, down to level seven.",
    "Message our manager on WhatsApp now and send your first deposit before the places are gone.",
]
_CLOSING = [
    "Join our investment club today! Our plans pay a guaranteed profit of 4% every day with no risk to your capital.",
    "Triple your coins in 60 days: deposit 1 ETH now and withdraw 3 ETH in two months, guaranteed.",
    "Hurry, only 10 places remain and the sale closes in two hours.",
    "Send your coins to our wallet now and your first payout arrives tomorrow morning, without any risk.",
    "Bring your friends and earn 12% of everything that they deposit, for life.",
]
_RUNS = 5
# Notes when the first mark of the opening and of the closing came, and tasks over 50 ms, from the page's own world.
_WATCH = """<script>
  window.seen = {};
  window.long = [];
  const note = (list) => long.push(...list.getEntries().map((entry) => entry.duration));
  new PerformanceObserver(note).observe({type: "longtask", buffered: true});
  const look = () => {
    for (const highlight of CSS.highlights.values()) for (const range of highlight) {
      const at = range.startContainer.parentElement;
      if (at.closest("#opening")) seen.first ??= performance.now();
      if (at.closest("#closing")) seen.last ??= performance.now();
    }
    if (!seen.first || !seen.last) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
</script>"""


def paragraphs(size: int = _ARTICLE_BYTES) -> list[str]:
    """Return paragraphs of clean test documents up to a size in bytes."""
    chosen: list[str] = []
    total = 0
    for document in load_split("test"):
        if not document.spans:
            for line in document.text.split("\n"):
                if total >= size:
                    break
                chosen.append(line)
                total += len(line.encode())
    return chosen


def _html(texts: list[str]) -> str:
    return "".join(f"<p>{html.escape(text, quote=False)}</p>\n" for text in texts)


def _wait_for_marks(page: Page) -> None:
    try:
        until(page, "window.seen.first && window.seen.last")
    except TimeoutError:
        seen, marks = page.evaluate("window.seen"), page.evaluate(MARKED_WORDS)
        raise RuntimeError(f"The opening or the closing of the article has no mark: {seen}, {marks}") from None


@contextmanager
def _setting(model: str) -> Iterator[tuple[ExtensionBrowser, Sites, ServerProcess, Path]]:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "site").mkdir()
        extension = unpack(pack(folder / "extension.zip"), folder / "extension")
        with (
            running_server(folder, model=model, settings={"CACHE_BYTES": "0"}) as server,
            serving(folder / "site") as sites,
            sync_playwright() as playwright,
            with_extension(playwright, extension, folder / "profile") as browser,
        ):
            browser.settings(server=server.url, sites={"127.0.0.1": True})
            yield browser, sites, server, folder / "site"


def _use(page: Page) -> None:
    """Scroll, type and let posts arrive, as a reader's minute in a few seconds."""
    for _ in range(8):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(60)
    page.evaluate("document.querySelector('input').focus()")
    page.keyboard.type("a few words of a reader", delay=20)
    for number in range(8):
        page.evaluate(
            "(text) => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`)", f"Post {number}. {_POST}"
        )
        page.wait_for_timeout(60)
    page.wait_for_timeout(900)


def _read(browser: ExtensionBrowser, address: str, *, marked: bool) -> dict[str, Any]:
    page = browser.context.new_page()
    page.goto(address)
    if marked:
        _wait_for_marks(page)
    _use(page)
    result: dict[str, Any] = page.evaluate(
        "() => ({ ...seen, load: performance.getEntriesByType('navigation')[0].loadEventEnd, long: window.long })"
    )
    page.close()
    return result


def longest_stretch(profile: dict[str, Any], origin: str) -> float:
    """Return the longest time that scripts of one origin ran without a pause that a sample can see.

    Args:
        profile: What Chromium's ``Profiler.stop`` gives: samples of the main thread, one a millisecond.
        origin: What the addresses of the scripts begin with.

    Returns:
        Milliseconds.
    """
    parents = {child: node["id"] for node in profile["nodes"] for child in node.get("children", ())}
    frames = {node["id"]: node["callFrame"] for node in profile["nodes"]}
    ours: dict[int, bool] = {}
    for number in frames:
        at: int | None = number
        while at is not None and not frames[at]["url"].startswith(origin):
            at = parents.get(at)
        ours[number] = at is not None
    longest = stretch = since = 0
    for node, delta in zip(profile["samples"], profile["timeDeltas"], strict=True):
        since += delta
        if ours[node]:
            stretch, since = stretch + since, 0
            longest = max(longest, stretch)
        elif frames[node]["functionName"] != "(garbage collector)":
            stretch = since = 0
    return longest / 1000


def _profiled(browser: ExtensionBrowser, address: str) -> float:
    """Read the article while its main thread is sampled; the longest stretch of the content script in milliseconds."""
    page = browser.context.new_page()
    session = browser.context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": 1000})
    session.send("Profiler.start")
    page.goto(address)
    _wait_for_marks(page)
    _use(page)
    profile = session.send("Profiler.stop")["profile"]
    page.close()
    return longest_stretch(profile, "chrome-extension://")


def _paste(page: Page, server: ServerProcess, text: str) -> float:
    """Return the seconds from pasting a text into the web page to its marks."""
    page.goto(server.url)
    page.wait_for_selector("#legend li")
    return float(
        page.evaluate(
            """(text) => new Promise((resolve) => {
              const area = document.querySelector("#text");
              area.value = text;
              const start = performance.now();
              new MutationObserver(() => document.querySelector("#paper mark") && resolve(performance.now() - start))
                .observe(document.querySelector("#paper"), { childList: true, subtree: true });
              area.dispatchEvent(new InputEvent("input", { inputType: "insertFromPaste", bubbles: true }));
            })""",
            text,
        )
        / 1000
    )


def measure(options: Options) -> list[Row]:
    """Measure the extension on a long article and the page on a pasted text; nothing without Chromium."""
    if find_chromium() is None:
        _log.warning("Chromium is not installed; the browser part is left out.")
        return []
    runs = 2 if options.quick else _RUNS
    with _setting(options.model) as (browser, sites, server, folder):
        article = paragraphs()
        opening, closing = f'<section id="opening">{_html(_OPENING)}', f'<section id="closing">{_html(_CLOSING)}'
        body = f"{opening}</section>{_html(article)}{closing}</section>"
        document = f'<!doctype html><meta charset="utf-8"><title>t</title>{_WATCH}<input>{body}'
        (folder / "article.html").write_text(document, encoding="utf-8")
        address = f"{sites.url}/article.html"
        without = [_read(browser, address, marked=False) for _ in range(runs)]
        browser.settings(on=True)
        browser.desk.wait_for_timeout(500)
        results = [_read(browser, address, marked=True) for _ in range(runs)]
        stretch = max(_profiled(browser, address) for _ in range(runs))
        page = browser.context.new_page()
        pasted = [_paste(page, server, "\n".join([*_OPENING, *article, *_CLOSING])) for _ in range(runs)]
    middle = [(result["last"] - result["load"]) / 1000 for result in results]
    first = [(result["first"] - result["load"]) / 1000 for result in results]
    longest = max((task for result in results for task in result["long"]), default=0.0)
    longest_without = max((task for result in without for task in result["long"]), default=0.0)
    many = f"median of {runs}"
    return [
        Row("extension: 50 kB article, load to last mark", statistics.median(middle), "s", "<= 1", many),
        Row(
            "extension: 50 kB article, load to the first paragraph's mark", statistics.median(first), "s", "<= 1", many
        ),
        Row("extension: longest task of the page meanwhile", longest, "ms", "<= 50", "0: none over 50 ms"),
        Row("extension: longest stretch of its script, short pauses included", stretch, "ms", "", "sampled"),
        Row("the same page without the extension", longest_without, "ms", "", "0: none over 50 ms"),
        Row("page: 50 kB pasted to first mark", statistics.median(pasted), "s", "<= 1", many),
    ]
