"""The card, the popup and the options: explaining, going to marks, feedback; accessible."""

import pytest

from scamlint_training.browser.axe import findings

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."
QUIET = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer."


def test_hovering_a_mark_explains_it_in_a_closed_shadow_root(reader):
    page = reader.open(f"<p>{QUIET}</p><p>{PROMISE}</p>")
    reader.wait(page, 1)
    card = reader.card(page)
    reader.hover_mark(page)
    card.wait("nobody honest can promise otherwise")
    assert "Guaranteed return" in card.text()
    assert "% sure" in card.text()
    assert card.is_closed
    page.mouse.move(900, 500)
    card.wait_closed()
    reader.hover_mark(page)
    card.wait("Guaranteed return")
    page.keyboard.press("Escape")
    card.wait_closed()


def test_a_pointer_that_only_flies_over_a_mark_leaves_no_card(reader):
    page = reader.open(f"<p>{QUIET}</p><p>{PROMISE}</p>")
    reader.wait(page, 1)
    reader.hover_mark(page)
    page.mouse.move(900, 500)
    page.wait_for_timeout(1_000)
    assert not page.query_selector("scamlint-card") or reader.card(page).text() == ""


def test_hovering_the_first_mark_of_a_very_long_text_explains_it(reader):
    quiet = (QUIET + " ") * 200
    page = reader.open(f"<p>{PROMISE} {quiet}{URGENCY} {quiet}{URGENCY}</p>")
    reader.wait(page, 3)
    reader.hover_mark(page)
    reader.card(page).wait("Guaranteed return")


def test_words_beside_a_mark_have_no_card(reader):
    page = reader.open(f"<p>{QUIET}</p><p>{PROMISE}</p>")
    reader.wait(page, 1)
    page.mouse.move(60, 25)
    page.wait_for_timeout(60)
    page.mouse.move(64, 25)
    page.wait_for_timeout(500)
    assert reader.card(page).text() == "" if page.query_selector("scamlint-card") else True


def test_the_popup_lists_the_marks_and_goes_to_them(reader):
    page = reader.open(f"<p>{PROMISE}</p>{f'<p>{QUIET}</p>' * 80}<p>{URGENCY}</p>")
    reader.wait(page, 2)
    popup = reader.popup(page)
    popup.locator("#marks li").nth(1).wait_for()
    assert popup.locator("#marks .words").all_text_contents() == [PROMISE.rstrip("."), URGENCY.rstrip(".")]
    assert popup.locator("#found-title").text_content() == "2 marks on this page"
    popup.locator("#marks button").nth(1).click()
    page.bring_to_front()
    card = reader.card(page)
    card.wait("Urgency pressure")
    assert "Mark 2 of 2" in card.text()
    last = page.locator("p").last.bounding_box()
    assert 0 < last["y"] < 720, "The page has scrolled to the mark."
    assert page.evaluate("document.activeElement.nodeName") == "SCAMLINT-CARD", "The keyboard is in the card."
    page.keyboard.press("Escape")
    card.wait_closed()
    assert page.evaluate("document.activeElement.nodeName") == "BODY"


def test_the_keyboard_steps_through_the_marks(reader):
    """The shortcuts are the browser's own and reach the page as this message."""
    page = reader.open(f"<p>{PROMISE}</p><p>{URGENCY}</p>")
    reader.wait(page, 2)
    card = reader.card(page)
    tab = reader.browser.tab_id(page)
    for by, title in (
        (1, "Guaranteed return"),
        (1, "Urgency pressure"),
        (1, "Guaranteed return"),
        (-1, "Urgency pressure"),
    ):
        reader.browser.call(f"chrome.tabs.sendMessage({tab}, {{type: 'step', by: {by}}})")
        page.bring_to_front()
        card.wait(title)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_extension_pages(reader, scheme):
    page = reader.open(f"<p>{PROMISE}</p><p>{URGENCY}</p>")
    reader.wait(page, 2)
    popup = reader.popup(page)
    popup.emulate_media(color_scheme=scheme)
    popup.locator("#marks li").first.wait_for()
    popup.get_by_text("What is marked").click()
    assert findings(popup) == []
    for path in ("pages/options.html", "pages/privacy.html"):
        other = reader.browser.open(path)
        other.emulate_media(color_scheme=scheme)
        other.wait_for_timeout(200)
        assert findings(other) == [], path


def test_the_options_refuse_plain_http_to_another_computer(reader):
    options = reader.browser.open("pages/options.html")
    for address, words in (
        ("http://198.51.100.7:8000", "Use https"),
        ("server", "in full"),
        ("https://a@b.example", "user name"),
    ):
        options.get_by_label("Address").fill(address)
        options.get_by_role("button", name="Save and test").click()
        options.get_by_text(words).wait_for()


def test_the_options_refuse_a_key_with_an_invisible_character(reader):
    options = reader.browser.open("pages/options.html")
    options.get_by_label("API key").fill("scamlint_\u200babc")
    options.get_by_role("button", name="Save and test").click()
    options.get_by_text("The API key holds a space, an invisible character").wait_for()
    options.get_by_label("API key").fill(" scamlint_abc\n")
    options.get_by_role("button", name="Save and test").click()
    options.get_by_text("Saved. The server answers").wait_for()
    assert reader.recorder.exchanges[-1].headers["authorization"] == "Bearer scamlint_abc"


def test_the_popup_does_not_call_a_page_clean_that_is_still_being_read(reader):
    reader.recorder.delay = 2.0
    page = reader.open(f"<p>{PROMISE}</p>")
    popup = reader.popup(page)
    popup.locator("#found-title", has_text="Reading").wait_for()
    popup.locator("#found-title", has_text="1 mark on this page").wait_for()


def test_a_switch_in_the_popup_keeps_the_keyboard(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    popup = reader.popup(page)
    popup.locator("#label-box summary").click()
    switch = popup.locator("#labels input").first
    switch.press("Space")
    popup.wait_for_timeout(500)
    assert switch.evaluate("(box) => box === document.activeElement")
    assert not switch.is_checked()
