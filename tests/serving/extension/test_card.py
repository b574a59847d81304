"""The card does not get in the way, and can be used on every page."""

import pytest

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."

DIALOG = f"<dialog><p>{PROMISE}</p></dialog><script>document.querySelector('dialog').showModal()</script>"
DIALOG_IN_A_SHADOW_TREE = f"""<x-dialog><p>{PROMISE}</p></x-dialog><script>
  const root = document.querySelector("x-dialog").attachShadow({{ mode: "open" }});
  root.innerHTML = "<dialog><slot></slot></dialog>";
  root.querySelector("dialog").showModal();
</script>"""


def explained(reader, page):
    """Point at the mark, and return the card that explains it."""
    card = reader.card(page)
    page.mouse.move(900, 650)
    reader.hover_mark(page)
    card.wait("Guaranteed return")
    return card


def top(page):
    return page.evaluate("document.querySelector('scamlint-card').getBoundingClientRect().top")


def test_a_closed_card_leaves_its_place_to_the_page(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    card = reader.card(page)
    for close in (lambda: card.press("BUTTON", "Close"), lambda: page.keyboard.press("Escape")):
        explained(reader, page)
        x, y = page.evaluate(
            """() => {
              const { left, top, width, height } = document.querySelector("scamlint-card").getBoundingClientRect();
              return [left + width / 2, top + height / 2];
            }"""
        )
        there = f"document.elementFromPoint({x}, {y}).nodeName"
        assert page.evaluate(there) == "SCAMLINT-CARD"
        close()
        card.wait_closed()
        assert page.evaluate(there) == "HTML"


def test_a_page_that_hides_elements_until_they_are_defined_shows_the_card(reader):
    style = "<style>:not(:defined) { visibility: hidden; opacity: 0 }</style>"
    page = reader.open(f"<p>{PROMISE}</p>", style)
    reader.wait(page, 1)
    explained(reader, page)


def test_the_card_stays_while_something_else_scrolls(reader):
    box = '<div id="box" style="height: 90px; overflow: auto"><div style="height: 900px"></div></div>'
    page = reader.open(f"<p>{PROMISE}</p>{box}<div style='height: 3000px'></div>")
    reader.wait(page, 1)
    card = explained(reader, page)
    page.evaluate("document.querySelector('#box').scrollTop = 50")
    page.wait_for_timeout(300)
    assert "Guaranteed return" in card.text()
    page.evaluate("scrollBy(0, 20)")
    card.wait_closed()


def test_a_card_with_a_report_goes_along_with_its_mark(reader):
    page = reader.open(f"<div style='height: 150px'></div><p>{PROMISE}</p><div style='height: 3000px'></div>")
    reader.wait(page, 1)
    card = explained(reader, page)
    card.press("SUMMARY")
    before = top(page)
    page.evaluate("scrollBy(0, 40)")
    reader.until(lambda: abs(top(page) - before + 40) < 1, "it went along")
    card.press("BUTTON", "Send")
    card.wait("Thank you")
    page.evaluate("scrollBy(0, 1000)")
    card.wait_closed()


@pytest.mark.parametrize("body", [DIALOG, DIALOG_IN_A_SHADOW_TREE], ids=["plain", "in a shadow tree"])
def test_the_card_of_a_mark_in_a_modal_dialog_can_be_used(reader, body):
    page = reader.open(f"<p>{URGENCY}</p>{body}")
    reader.until(lambda: PROMISE.rstrip(".") in reader.marks(page), "the dialog is marked")
    dialog = page.locator("dialog")
    contents = dialog.inner_html()
    card = reader.card(page)
    box = page.locator("p").last.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 8)
    page.wait_for_timeout(80)
    page.mouse.move(box["x"] + 24, box["y"] + 8)
    card.wait("Guaranteed return")
    card.press("SUMMARY")
    card.press("BUTTON", "Send")
    card.wait("Thank you")
    page.keyboard.press("Escape")
    card.wait_closed()
    assert dialog.evaluate("(dialog) => dialog.open"), "Only the card was closed."
    assert dialog.inner_html() == contents
