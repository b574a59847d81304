import time
import uuid

import pytest

from scamlint_training.browser.chromium import MARKED_WORDS, find_chromium, with_extension
from scamlint_training.browser.extension import pack, unpack
from scamlint_training.browser.recorder import recording
from scamlint_training.browser.server import running_server
from scamlint_training.browser.sites import serving

NO_CHROMIUM = "Chromium is not installed (Debian: apt-get install chromium, or name it in SCAMLINT_CHROMIUM)."
DEFAULTS = {
    "on": True,
    "paused": False,
    "key": "",
    "everywhere": False,
    "sites": {"127.0.0.1": True},
    "privateSites": [],
    "labelsOff": [],
}


# Whether the card is in sight, wherever on the page it is.
_SHOWS_CARD = """() => {
  const find = (root) => root.querySelector("scamlint-card")
    ?? [...root.querySelectorAll("*")].map(({ shadowRoot }) => shadowRoot && find(shadowRoot)).find(Boolean);
  return Boolean(find(document)?.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
}"""


def until(condition, what="", seconds=30.0):
    """Wait until a condition holds and return what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"Not within {seconds} s: {what}"
        time.sleep(0.05)


class CardNodes:
    """The card in its closed shadow root, which only the debugger can look into."""

    def __init__(self, page):
        self._session = page.context.new_cdp_session(page)
        self._page = page

    def _root(self):
        document = self._session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        return next((node for node in _walk(document) if node["nodeName"] == "SCAMLINT-CARD"), None)

    @property
    def is_closed(self):
        return self._root()["shadowRoots"][0]["shadowRootType"] == "closed"

    def text(self):
        """The words of the card; empty when it is not shown."""
        if not self._page.evaluate(_SHOWS_CARD):
            return ""
        return " ".join(node["nodeValue"] for node in _walk(self._root()) if node["nodeName"] == "#text")

    def wait(self, words):
        until(lambda: words in self.text(), f"{words!r} in the card {self.text()!r}")

    def wait_closed(self):
        until(lambda: not self.text(), "the card is closed")

    def press(self, name, label=""):
        """Click an element of the card that has a tag name and, if given, a text."""
        for node in _walk(self._root()):
            text = "".join(child.get("nodeValue", "") for child in _walk(node) if child["nodeName"] == "#text")
            if node["nodeName"] == name and label in text:
                quads = self._session.send("DOM.getContentQuads", {"nodeId": node["nodeId"]})["quads"][0]
                self._page.mouse.click((quads[0] + quads[2]) / 2, (quads[1] + quads[5]) / 2)
                return
        raise AssertionError(f"The card has no {name} {label!r}.")


def _walk(node):
    yield node
    for child in [*node.get("children", []), *node.get("shadowRoots", [])]:
        yield from _walk(child)
    if "contentDocument" in node:
        yield from _walk(node["contentDocument"])


class Reader:
    """A person with the extension: opens pages and looks at what is marked.

    Attributes:
        server: The real server.
        recorder: What goes between the extension and the server.
    """

    until = staticmethod(until)

    def __init__(self, browser, folder, sites, server, recorder):
        self.browser = browser
        self.sites = sites
        self.server = server
        self.recorder = recorder
        self._folder = folder

    def write(self, body, head=""):
        """Put a page on the web and return its address."""
        name = f"{uuid.uuid4().hex}.html"
        head = f'<meta charset="utf-8"><title>t</title><link rel="icon" href="data:,">{head}'
        html = f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'
        (self._folder / name).write_text(html, encoding="utf-8")
        return f"{self.sites.url}/{name}"

    def open(self, body, head=""):
        """Put a page on the web and open it."""
        page = self.browser.context.new_page()
        page.goto(self.write(body, head))
        return page

    def marks(self, page):
        """Words of the marks of a page in reading order, white space made plain."""
        return [" ".join(mark["words"].split()) for mark in page.evaluate(MARKED_WORDS)]

    def wait(self, page, count):
        """Wait for a number of marks and return their words."""
        until(lambda: len(self.marks(page)) == count, f"{count} marks, there are {self.marks(page)}")
        return self.marks(page)

    def wait_for_words(self, page, words):
        """Wait until exactly these words are marked and nothing is asked any more."""
        self.wait(page, len(words))
        self.settle(page)
        assert self.marks(page) == words

    def settle(self, page, quiet=0.8):
        """Wait until nothing has been asked for a while."""
        seen, since = -1, time.monotonic()
        deadline = since + 20
        while time.monotonic() - since < quiet and time.monotonic() < deadline:
            if len(self.recorder.exchanges) != seen:
                seen, since = len(self.recorder.exchanges), time.monotonic()
            page.wait_for_timeout(50)

    def wait_for_badge(self, page, text):
        until(lambda: self.browser.badge(page) == text, f"badge {text!r}, it is {self.browser.badge(page)!r}")

    def answered(self):
        """The words that the server flagged, as it cut them out of the text itself."""
        return [" ".join(words.split()) for exchange in self.recorder.scans for words in exchange.words]

    def card(self, page):
        return CardNodes(page)

    def shows_card(self, frame):
        """Whether the card is in sight in a page or in a frame of one."""
        return frame.evaluate(_SHOWS_CARD)

    def step(self, page, by):
        """Go to the next mark, or with -1 to the one before; the shortcuts are the browser's own and call this."""
        call = "async ([tab, by]) => (await import('/lib/steps.js')).step(tab, by)"
        self.browser.desk.evaluate(call, [self.browser.tab_id(page), by])

    def hover_mark(self, page, index=0):
        box = page.evaluate(
            """(index) => {
              const ranges = [...CSS.highlights.values()].flatMap((highlight) => [...highlight]);
              const boxes = ranges.map((range) => range.getClientRects()[0]).sort((a, b) => a.top - b.top);
              const { left, top, height } = boxes[index];
              return { left, middle: top + height / 2 };
            }""",
            index,
        )
        page.mouse.move(box["left"] + 20, box["middle"])
        page.wait_for_timeout(80)
        page.mouse.move(box["left"] + 24, box["middle"])

    def popup(self, page):
        return self.browser.open(f"pages/popup.html?tab={self.browser.tab_id(page)}")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="session")
def extension_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("extension")
    return unpack(pack(folder / "extension.zip"), folder / "unpacked")


@pytest.fixture(scope="module")
def playwright_():
    if find_chromium() is None:
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright_, extension_folder, tmp_path_factory):
    with with_extension(playwright_, extension_folder, tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def reader(chromium, server, tmp_path):
    """The extension switched on for 127.0.0.1, with nothing marked or sent yet."""
    with serving(tmp_path) as sites, recording(server.url) as recorder:
        chromium.settings(**DEFAULTS, server=recorder.url)
        yield Reader(chromium, tmp_path, sites, server, recorder)
        for page in chromium.context.pages:
            if page is not chromium.desk:
                page.close()


@pytest.fixture
def reader_with_cache(playwright_, extension_folder, server, tmp_path):
    """The same in a browser with its back/forward cache, which Playwright otherwise switches off."""
    pages = tmp_path / "pages"
    pages.mkdir()
    with (
        serving(pages) as sites,
        recording(server.url) as recorder,
        with_extension(_Cached(playwright_), extension_folder, tmp_path / "profile") as browser,
    ):
        browser.settings(**DEFAULTS, server=recorder.url)
        yield Reader(browser, pages, sites, server, recorder)


class _Cached:
    """Playwright, starting Chromium with its back/forward cache."""

    def __init__(self, playwright):
        self.chromium = self
        self._launch = playwright.chromium.launch_persistent_context

    def launch_persistent_context(self, *args, ignore_default_args=(), **options):
        kept = [*ignore_default_args, "--disable-back-forward-cache"]
        return self._launch(*args, ignore_default_args=kept, **options)
