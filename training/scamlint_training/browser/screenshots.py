"""Pictures of the page, the report and the extension, and the icons: drawn by Chromium."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scamlint.bundle import DEFAULT_MODEL
from scamlint_training.browser.chromium import ExtensionBrowser, launched, until, with_extension
from scamlint_training.browser.dump_report import write_dump_report
from scamlint_training.browser.extension import EXTENSION, pack, unpack
from scamlint_training.browser.server import ServerProcess, running_server
from scamlint_training.browser.sites import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright, ViewportSize

_WEB = EXTENSION.parent / "scamlint" / "web"
_ICON_SIZES = (16, 32, 48, 128)
_DESK: ViewportSize = {"width": 1280, "height": 860}
_DUMP = 100_000
_PHONE: ViewportSize = {"width": 390, "height": 844}


def draw_icons() -> list[Path]:
    """Draw the extension's icons from the page's SVG.

    Returns:
        Paths of the PNG files.
    """
    from playwright.sync_api import sync_playwright

    svg = (_WEB / "icon.svg").read_text(encoding="utf-8")
    written = []
    with sync_playwright() as playwright, launched(playwright) as browser:
        for size in _ICON_SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{svg}")
            path = EXTENSION / "icons" / f"{size}.png"
            page.screenshot(path=path, omit_background=True)
            page.close()
            written.append(path)
    return written


def take(folder: Path, model: str = "") -> list[Path]:
    """Take every picture.

    Args:
        folder: Where the pictures go.
        model: Model to show; scamlint's default when empty.

    Returns:
        Paths of the PNG files.
    """
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        running_server(Path(scratch), model=model or DEFAULT_MODEL) as server,
        sync_playwright() as playwright,
    ):
        with launched(playwright) as browser:
            written = [
                _page(browser, server, folder / "page-light.png", viewport=_DESK, color_scheme="light"),
                _page(browser, server, folder / "page-dark.png", viewport=_DESK, color_scheme="dark"),
                _page(browser, server, folder / "page-phone.png", viewport=_PHONE, device_scale_factor=2),
                _report(browser, server, Path(scratch), folder / "report.png"),
                _dump(browser, Path(scratch), folder / "report-dump.png"),
            ]
        return written + _extension(playwright, server, Path(scratch), folder)


def _page(browser: Browser, server: ServerProcess, path: Path, **options: Any) -> Path:
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("button", name="A pitch").click()
    page.wait_for_selector("mark")
    if options["viewport"] == _PHONE:
        page.evaluate("document.querySelector('#sheet').scrollIntoView({behavior: 'instant'})")
    else:
        page.locator("mark").first.hover()
        page.wait_for_selector("#card section")
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    context.close()
    return path


def _report(browser: Browser, server: ServerProcess, scratch: Path, path: Path) -> Path:
    page = browser.new_page(viewport=_DESK)
    page.goto(server.url)
    page.get_by_role("button", name="A pitch").click()
    page.wait_for_selector("mark")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save HTML report").click()
    download.value.save_as(scratch / "page.html")
    page.goto((scratch / "page.html").as_uri())
    page.screenshot(path=path)
    page.close()
    return path


def _dump(browser: Browser, scratch: Path, path: Path) -> Path:
    page = browser.new_page(viewport=_DESK)
    page.goto(write_dump_report(scratch, _DUMP).as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    page.screenshot(path=path)
    page.close()
    return path


def _extension(playwright: Playwright, server: ServerProcess, scratch: Path, folder: Path) -> list[Path]:
    archive = pack(scratch / "extension.zip")
    loaded = unpack(archive, scratch / "extension")
    with (
        serving() as site,
        with_extension(playwright, loaded, scratch / "profile", viewport=_DESK) as browser,
    ):
        browser.settings(on=True, server=server.url, sites={"127.0.0.1": True})
        page = browser.context.new_page()
        page.goto(f"{site.url}/article.html")
        until(page, "[...CSS.highlights.values()].some((highlight) => highlight.size)")
        page.wait_for_timeout(500)
        _hover_first_mark(page)
        page.wait_for_timeout(600)
        page.screenshot(path=folder / "extension-page.png")
        return [folder / "extension-page.png", _popup(browser, page, folder / "extension-popup.png")]


def _hover_first_mark(page: Any) -> None:
    box = page.evaluate(
        """() => {
          const ranges = [...CSS.highlights.values()].flatMap((highlight) => [...highlight]);
          const boxes = ranges.map((range) => range.getClientRects()[0]).sort((a, b) => a.top - b.top);
          const { left, top } = boxes[0];
          return { left, top };
        }"""
    )
    page.mouse.move(box["left"] + 30, box["top"] + 6)
    page.wait_for_timeout(100)
    page.mouse.move(box["left"] + 34, box["top"] + 8)


def _popup(browser: ExtensionBrowser, page: Any, path: Path) -> Path:
    popup = browser.open(f"pages/popup.html?tab={browser.tab_id(page)}")
    popup.wait_for_selector("#marks li")
    popup.set_viewport_size({"width": 350, "height": 520})
    popup.screenshot(path=path)
    return path
