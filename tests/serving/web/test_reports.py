"""Reports of wrong and missing marks: what is sent, and what the reader is told of it."""

import pytest
from on_page import PROMISE, drop, newest_report, opened, paste, select, until, wait_for_marks

from scamlint_training.browser.server import running_server

MISSED = "uncle in the ministry"
# More than the report takes of the words around, on both sides.
DOCUMENT = "\n".join(
    [*["We met on Tuesday and talked."] * 30, PROMISE, f"Our {MISSED} signs.", *["All went home."] * 60]
)
OTHER = "The garden of the library is closed on Monday because the roof is being repaired."


def report_missed(page):
    """Select words and open the form for them."""
    select(page, MISSED)
    page.get_by_role("button", name="Report missed words").click()
    assert page.locator("#missed-words").text_content() == MISSED


def open_card(page):
    page.locator("#paper mark").first.click()
    card = page.get_by_role("dialog")
    card.get_by_text("Was this wrong?").click()
    return card


def test_feedback_is_stored_with_the_words_only_when_ticked(page, server):
    paste(page, DOCUMENT)
    wait_for_marks(page)
    for tick in (False, True):
        card = open_card(page)
        if tick:
            card.get_by_label("Store these words, and up to 500 characters before and after them").check()
        card.get_by_role("button", name="Send").click()
        card.get_by_text("Thank you").wait_for()
        page.keyboard.press("Escape")
        report = newest_report(server)
        assert (report["kind"], report["label"]) == ("wrong_flag", "guaranteed_return")
        if tick:
            assert "fixed 3% per day" in report["text"]
            assert (len(report["before"]), len(report["after"])) == (500, 500)
        else:
            assert (report["text"], report["before"], report["after"]) == (None, None, None)


def test_a_second_press_while_a_report_is_on_its_way_sends_no_second_one(page):
    sent = []
    page.route("**/v1/feedback", lambda route: (sent.append(1), page.wait_for_timeout(300), route.continue_()))
    paste(page, DOCUMENT)
    wait_for_marks(page)
    card = open_card(page)
    card.get_by_role("button", name="Send").dblclick()
    card.get_by_text("Thank you").wait_for()
    page.keyboard.press("Escape")
    report_missed(page)
    page.evaluate("for (let i = 0; i < 2; i++) document.getElementById('missed-form').requestSubmit()")
    page.get_by_text("Thank you, the report is stored.").wait_for()
    assert len(sent) == 2


def test_missed_words_can_be_reported(page, server):
    paste(page, DOCUMENT)
    wait_for_marks(page)
    report_missed(page)
    assert "these words, and up to 500 characters before and after them" in page.locator("#missed-form").text_content()
    page.get_by_label("It should be marked as").select_option("authority_borrowing")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Thank you, the report is stored.").wait_for()
    report = newest_report(server)
    assert (report["kind"], report["label"], report["text"]) == ("missed", "authority_borrowing", MISSED)
    before, after = DOCUMENT.split(MISSED)
    assert (report["before"], report["after"]) == (before[-500:], after[:500])


def change_by_sample(page):
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_role("button", name="A pitch").click()


def change_by_file(page):
    drop(page, "other.txt", OTHER.encode())


def change_by_typing(page):
    page.get_by_role("button", name="Write", exact=True).click()
    page.locator("#text").press("x")


def change_by_clearing(page):
    page.get_by_role("button", name="Clear").click()


@pytest.mark.parametrize("change", [change_by_sample, change_by_file, change_by_typing, change_by_clearing])
def test_the_form_for_missed_words_closes_when_the_document_changes(page, change):
    paste(page, DOCUMENT)
    wait_for_marks(page)
    report_missed(page)
    change(page)
    page.locator("#missed-form").wait_for(state="hidden")


def test_missed_words_are_never_reported_from_the_document_that_comes_next(page):
    """The next document is being read while the form is opened for the one that is still on the paper."""
    held = []
    page.route(
        "**/v1/scan", lambda route: held.append(route) if OTHER in route.request.post_data else route.continue_()
    )
    paste(page, DOCUMENT)
    wait_for_marks(page)
    drop(page, "other.txt", OTHER.encode())
    while not held:
        page.wait_for_timeout(20)
    report_missed(page)
    held[0].continue_()
    until(page, f"document.querySelector('#paper').textContent === {OTHER!r}")
    assert page.locator("#missed-form").is_hidden()


def test_the_form_stays_while_the_same_document_is_read_again(page):
    paste(page, DOCUMENT)
    wait_for_marks(page)
    report_missed(page)
    page.get_by_role("button", name="About Guaranteed return").click()
    page.get_by_role("slider", name="Mark from").fill("1")
    until(page, "document.querySelectorAll('#paper mark').length === 0")
    page.wait_for_timeout(500)
    assert page.locator("#missed-form").is_visible()


def test_a_report_that_a_busy_server_refused_is_said_not_to_be_stored(browser, tmp_path):
    # The labels, the service and one text are three requests; the reports come after them.
    settings = {"RATE_LIMIT_ADDRESS": "3/hour"}
    with running_server(tmp_path, settings=settings) as server, opened(browser, server.url) as page:
        page.wait_for_selector("#legend li")
        paste(page, DOCUMENT)
        wait_for_marks(page)
        card = open_card(page)
        card.get_by_role("button", name="Send").click()
        card.get_by_text("The server is busy and the report was not stored; send it again later.").wait_for()
        assert "3 requests per hour" in card.text_content()
        page.keyboard.press("Escape")
        report_missed(page)
        page.get_by_role("button", name="Send").click()
        page.get_by_role("alert").get_by_text("the report was not stored").wait_for()
        assert newest_report(server) is None


def test_after_a_report_the_keyboard_is_where_the_reader_was(page):
    paste(page, DOCUMENT)
    wait_for_marks(page)
    card = open_card(page)
    card.get_by_role("button", name="Send").press("Enter")
    card.get_by_text("Thank you").wait_for()
    assert page.evaluate("document.activeElement.id") == "card"
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    for leave in ("Send", "Cancel"):
        report_missed(page)
        page.locator("#missed-form").get_by_role("button", name=leave).press("Enter")
        page.locator("#missed-form").wait_for(state="hidden")
        assert page.evaluate("document.activeElement.id") == "paper"
