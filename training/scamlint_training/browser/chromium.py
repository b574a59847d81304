"""Chromium under Playwright's control: for the page alone, or with the extension loaded."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Worker

_ARGUMENTS = (
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--no-default-browser-check",
    "--hide-scrollbars",
    # A tab behind another one works on, as a page that somebody reads does.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


_OPEN_SECONDS = 30.0


def find_chromium() -> str | None:
    """Return the path of Chromium (or what ``SCAMLINT_CHROMIUM`` names), or None when there is none."""
    named = os.environ.get("SCAMLINT_CHROMIUM")
    if named:
        return named
    return next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)


def _arguments() -> list[str]:
    # As root, Chromium starts only without its sandbox.
    return [*_ARGUMENTS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]


def until(page: Page, expression: str, seconds: float = 60.0) -> None:
    """Wait until an expression holds in a page. Playwright's own way needs `eval`, which strict pages forbid.

    Raises:
        TimeoutError: It did not hold in time.
    """
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not within {seconds} s: {expression}")
        page.wait_for_timeout(50)


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Run Chromium for the length of a ``with`` block."""
    browser = playwright.chromium.launch(executable_path=find_chromium(), args=_arguments())
    try:
        yield browser
    finally:
        browser.close()


class ExtensionBrowser:
    """Chromium with the extension in it.

    Attributes:
        context: Playwright's browser context.
        worker: The extension's service worker.
        id: The extension's id.
        options: The page that the extension opens when it is installed.
        desk: Another page of the extension.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        workers = context.service_workers
        self.worker: Worker = workers[0] if workers else context.wait_for_event("serviceworker", timeout=20_000)
        self.id = self.worker.url.split("/")[2]
        # The options open by themselves after installing, if need be in the tab that is empty: not into a page of ours.
        self.options = self._opened("pages/options.html")
        # A page of the extension that stays open: the service worker may sleep, a page does not.
        self.desk = self.open("pages/privacy.html")

    def _opened(self, path: str) -> Page:
        deadline = time.monotonic() + _OPEN_SECONDS
        while time.monotonic() < deadline:
            for page in self.context.pages:
                if page.url == f"chrome-extension://{self.id}/{path}":
                    return page
            self.context.pages[0].wait_for_timeout(50)
        raise RuntimeError(f"The extension did not open {path}.")

    def settings(self, **values: Any) -> None:
        """Change settings of the extension, as its options page does."""
        self.desk.evaluate("async (values) => (await import('/lib/settings.js')).changeSettings(values)", values)

    def open(self, path: str) -> Page:
        """Open a page of the extension."""
        page = self.context.new_page()
        page.goto(f"chrome-extension://{self.id}/{path}")
        return page

    def tab_id(self, page: Page) -> int:
        """Return the browser's number of a tab."""
        tabs = self.call("chrome.tabs.query({})")
        return int(next(tab["id"] for tab in tabs if tab.get("url", "").split("#")[0] == page.url.split("#")[0]))

    def badge(self, page: Page) -> str:
        """Return the text of the badge on a tab."""
        return str(self.call(f"chrome.action.getBadgeText({{tabId: {self.tab_id(page)}}})"))

    def call(self, expression: str) -> Any:
        """Return what an expression of the extension's API gives."""
        return self.desk.evaluate(f"() => {expression}")


@contextmanager
def with_extension(
    playwright: Playwright, extension: Path, profile: Path, **options: Any
) -> Iterator[ExtensionBrowser]:
    """Run Chromium with the extension for the length of a ``with`` block.

    Args:
        playwright: Playwright.
        extension: Folder of the extension.
        profile: An empty folder for the browser's profile.
        options: Further options of Playwright's ``launch_persistent_context``.
    """
    arguments = [*_arguments(), f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=find_chromium(),
        headless=False,
        args=["--headless=new", *arguments],
        ignore_default_args=["--disable-extensions"],
        **options,
    )
    try:
        yield ExtensionBrowser(context)
    finally:
        context.close()


# Words of every mark on a page, in reading order, with the label that each has.
MARKED_WORDS = """() => {
  const found = [];
  for (const [name, highlight] of CSS.highlights) {
    if (!name.startsWith("scamlint-")) continue;
    for (const range of highlight) found.push({ range, label: name.slice(9), words: range.toString() });
  }
  const follows = (a, b) => a.startContainer === b.startContainer ? a.startOffset - b.startOffset
    : a.startContainer.compareDocumentPosition(b.startContainer) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
  found.sort((a, b) => follows(a.range, b.range));
  return found.map(({ label, words }) => ({ label, words }));
}"""
