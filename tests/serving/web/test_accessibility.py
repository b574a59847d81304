"""axe-core finds nothing on the page, in each of its states, in light and dark."""

import pytest

from scamlint_training.browser.axe import findings

# Colours that are the only sign of a label, with the ground that each lies on.
SIGNS = """() => {
  const ground = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    return backgroundColor === "rgba(0, 0, 0, 0)" ? ground(element.parentElement) : backgroundColor;
  };
  const signs = (selector, property) => [...document.querySelectorAll(selector)].map((element) =>
    [selector, getComputedStyle(element)[property], ground(element.parentElement)]);
  return [...signs(".legend .name", "borderBottomColor"), ...signs("#paper mark", "borderBottomColor"),
    ...signs("#strip i:not(.here)", "backgroundColor")];
}"""


def contrast(one, other):
    """The contrast of two colours, written as browsers do: rgb(0, 133, 250)."""

    def luminance(colour):
        parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_underlines_and_ticks_can_be_told_from_the_paper(browser, server, scheme):
    """WCAG 1.4.11 asks for 3:1; axe-core does not check it."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(server.url)
    page.wait_for_selector("#legend li")
    page.get_by_role("button", name="A pitch").click()
    page.wait_for_selector("#paper mark")
    signs = page.evaluate(SIGNS)
    assert {selector for selector, _, _ in signs} == {".legend .name", "#paper mark", "#strip i:not(.here)"}
    assert {sign: round(contrast(*sign[1:]), 2) for sign in map(tuple, signs) if contrast(*sign[1:]) < 3} == {}
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
