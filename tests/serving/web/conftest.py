import sys
from pathlib import Path

import pytest

# What a reader does on the page is written once beside the tests; they import it by its name.
sys.path.insert(0, str(Path(__file__).parent))

from scamlint_training.browser.chromium import find_chromium, launched
from scamlint_training.browser.server import running_server

NO_CHROMIUM = "Chromium is not installed (Debian: apt-get install chromium, or name it in SCAMLINT_CHROMIUM)."


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    if find_chromium() is None:
        pytest.skip(NO_CHROMIUM)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def page(browser, server):
    """The page, opened; anything that the browser complains about fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page = context.new_page()
    complaints: list[str] = []
    elsewhere: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if _is_ours(request.url, server.url) else elsewhere.append(request.url))
    page.goto(server.url)
    page.wait_for_selector("#legend li")
    page.complaints = complaints
    yield page
    context.close()
    assert elsewhere == [], "The page loads from its own server only."
    assert complaints == []


def _is_ours(url: str, server: str) -> bool:
    return url.startswith((server, "data:", "blob:"))


@pytest.fixture
def samples() -> dict[str, str]:
    folder = Path(__file__).parents[3] / "serving" / "scamlint" / "web" / "samples"
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.txt")}
