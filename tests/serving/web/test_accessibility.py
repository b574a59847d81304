"""axe-core finds nothing on the page, in each of its states, in light and dark."""

import pytest

from scamlint_training.browser.axe import findings


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, server, scheme):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("#legend li")
    assert findings(page) == [], "empty page"
    page.get_by_role("button", name="A pitch").click()
    page.wait_for_selector("#paper mark")
    for button in page.get_by_role("button", name="About ").all():
        button.click()
    assert findings(page) == [], "marked text, legend open"
    page.locator("#paper mark").first.click()
    page.get_by_role("dialog").get_by_text("Was this wrong?").click()
    assert findings(page) == [], "card open"
    context.close()


def test_axe_finds_nothing_on_a_phone_and_in_an_error(browser, server):
    context = browser.new_context(viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("#legend li")
    page.set_input_files("#file", {"name": "a.bin", "mimeType": "application/octet-stream", "buffer": b"\0\1"})
    page.get_by_role("alert").wait_for()
    assert findings(page) == []
    context.close()
