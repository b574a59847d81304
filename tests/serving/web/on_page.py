"""What a reader does on the page, and what there is to be seen."""

import json
import sqlite3
import time
import urllib.request
from contextlib import closing, contextmanager

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."


@contextmanager
def opened(browser, url):
    """Open the page of a server in a browser window of its own, which may use the clipboard."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def scan(server, text):
    """What the API says about a text, in code points: independent of the page's JavaScript."""
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(f"{server.url}/v1/scan", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)


def paste(page, text):
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.locator("#text").focus()
    page.keyboard.press("Control+V")


def marked(page):
    """The words of each mark; a mark over two spans shows as pieces, which are joined here."""
    return page.evaluate(
        """() => {
          const stops = [];
          for (const mark of document.querySelectorAll("#paper mark")) {
            if (mark.tabIndex === 0) stops.push("");
            stops[stops.length - 1] += mark.textContent;
          }
          return stops;
        }"""
    )


def until(page, expression):
    """Wait until an expression holds; Playwright's own way needs `eval`, which the page forbids."""
    deadline = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def wait_for_marks(page):
    page.wait_for_selector("#paper mark", timeout=10_000)


def drop(page, name, content):
    """Drop a file on the page as a pointer does."""
    page.evaluate(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], name));
          const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
          document.querySelector("#sheet").dispatchEvent(event);
        }""",
        [name, list(content)],
    )


def select(page, words):
    """Select words on the paper, as a pointer does."""
    page.evaluate(
        """(words) => {
          const walker = document.createTreeWalker(document.querySelector("#paper"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const node = walker.currentNode;
            const at = node.data.indexOf(words);
            if (at >= 0) document.getSelection().setBaseAndExtent(node, at, node, at + words.length);
          }
        }""",
        words,
    )


def newest_report(server):
    """The report that the server stored last, by column; None when it has stored none."""
    with closing(sqlite3.connect(server.log.parent / "feedback.db")) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("select * from feedback order by rowid desc limit 1").fetchone()
    return row and dict(row)
