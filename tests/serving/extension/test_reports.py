"""Reports from the card: they reach the user's server, and one that failed is said to have failed."""

import sqlite3

import pytest

from scamlint_training.browser.server import ServerProcess, running_server

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."


def marked(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    return page


def open_form(reader, page):
    """Point at the mark and unfold the report."""
    card = reader.card(page)
    reader.hover_mark(page)
    card.wait("Was this wrong?")
    card.press("SUMMARY")
    card.wait("Store these words")
    return card


@pytest.mark.parametrize("share", [False, True])
def test_a_report_goes_to_the_users_server(reader, share):
    page = marked(reader)
    card = open_form(reader, page)
    if share:
        card.press("LABEL")
    card.press("BUTTON", "Send")
    card.wait("Thank you")
    connection = sqlite3.connect(reader.server.log.parent / "feedback.db")
    kind, label, text = connection.execute("select kind, label, text from feedback order by rowid desc").fetchone()
    connection.close()
    assert (kind, label) == ("wrong_flag", "guaranteed_return")
    assert text == (PROMISE.rstrip(".") if share else None)


def test_the_keyboard_stays_in_the_card_after_a_report_and_goes_back_when_it_closes(reader):
    page = reader.open(f'<a href="#here">A link</a><p>{PROMISE}</p>')
    reader.wait(page, 1)
    page.locator("a").focus()
    reader.browser.call(f"chrome.tabs.sendMessage({reader.browser.tab_id(page)}, {{type: 'step', by: 1}})")
    page.bring_to_front()
    card = reader.card(page)
    card.wait("Was this wrong?")
    card.press("SUMMARY")
    card.wait("Store these words")
    card.press("BUTTON", "Send")
    card.wait("Thank you")
    assert page.evaluate("document.activeElement.nodeName") == "SCAMLINT-CARD"
    page.keyboard.press("Escape")
    card.wait_closed()
    assert page.evaluate("document.activeElement.textContent") == "A link"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"FEEDBACK": "false"},
            "The report was not stored. The scamlint server says: This server takes no feedback.",
        ),
        (
            {"RATE_LIMIT_ADDRESS": "1/hour"},
            "The scamlint server is busy. The report was not stored; send it again later.",
        ),
    ],
)
def test_a_report_that_a_server_refuses_is_said_not_to_be_stored(reader, tmp_path, settings, sentence):
    with running_server(tmp_path, settings=settings) as server:
        reader.browser.settings(server=server.url)
        card = open_form(reader, marked(reader))
        card.press("BUTTON", "Send")
        card.wait(sentence)
        assert "tries again" not in card.text()


def test_a_report_to_a_server_that_is_away_is_sent_again_by_the_user(reader, tmp_path):
    server = ServerProcess(tmp_path)
    server.start()
    try:
        reader.browser.settings(server=server.url)
        card = open_form(reader, marked(reader))
        server.stop()
        card.press("BUTTON", "Send")
        card.wait("does not answer")
        assert "The report was not stored; send it again later." in card.text()
        server.start()
        card.press("BUTTON", "Send")
        card.wait("Thank you")
    finally:
        server.stop()
