"""The page in real Chromium against a real server."""

import json

import pytest
from on_page import PROMISE, URGENCY, drop, marked, paste, scan, until, wait_for_marks


@pytest.mark.parametrize("name", ["pitch", "ama"])
def test_a_sample_shows_exactly_the_words_that_the_api_flags(page, server, samples, name):
    page.get_by_role("button", name=f"{'A pitch' if name == 'pitch' else 'An AMA'}").click()
    wait_for_marks(page)
    spans = scan(server, samples[name])["spans"]
    assert spans
    covered = {index for span in spans for index in range(span["start"], span["end"])}
    expected = "".join(char for index, char in enumerate(samples[name]) if index in covered)
    assert "".join(page.locator("#paper mark").all_text_contents()).split() == expected.split()
    assert page.locator("#paper").text_content() == samples[name]


def test_pasted_text_is_marked_without_a_click(page):
    paste(page, f"We met on Tuesday.\n\n{PROMISE}\n")
    wait_for_marks(page)
    assert len(marked(page)) == 1
    assert "fixed 3% per day, guaranteed, with no risk" in marked(page)[0]
    assert "Tuesday" not in marked(page)[0]


@pytest.mark.parametrize(
    "before",
    [
        "🚀🚀🚀 👩‍👩‍👧 Hello there, friends. ",
        "مرحبا بكم في المشروع الجديد. ",
        "שלום לכולם. ",
        "𝓗𝓮𝓵𝓵𝓸 𝓪𝓵𝓵. ",
        "Cafe\u0301 au lait. ",
    ],
)
def test_marks_are_on_the_right_characters_after_emoji_and_other_scripts(page, server, before):
    text = f"{before}\n{PROMISE}\nThe office is closed on Monday."
    paste(page, text)
    wait_for_marks(page)
    [span] = scan(server, text)["spans"]
    assert marked(page) == [span["text"]]
    assert page.locator("#paper").text_content() == text


def test_a_lone_surrogate_does_not_stop_the_page(page):
    page.evaluate("(text) => { document.querySelector('#text').value = '\\ud83d ' + text; }", PROMISE)
    page.locator("#text").press("End")
    page.locator("#text").type(" ")
    until(page, "!document.querySelector('#read').disabled")
    page.get_by_role("button", name="Read", exact=True).click()
    wait_for_marks(page)
    assert "fixed 3% per day" in marked(page)[0]


def test_markup_in_the_text_is_shown_and_never_run(page):
    paste(page, f"<img src=x onerror=document.title='owned'><script>alert(1)</script>\n{PROMISE}")
    wait_for_marks(page)
    assert "<img src=x onerror" in page.locator("#paper").text_content()
    assert page.title().startswith("scamlint")


def test_a_warning_text_stays_clean(page):
    paste(page, "The regulator warned that clubs which promise a fixed daily return are usually frauds.")
    page.wait_for_selector("#summary .level")
    assert page.locator("#summary .level").text_content() == "None found"
    assert page.locator("#paper mark").count() == 0


def test_hover_explains_a_mark_and_escape_takes_the_card_away(page):
    paste(page, PROMISE)
    wait_for_marks(page)
    page.locator("#paper mark").first.hover()
    card = page.get_by_role("dialog", name="Guaranteed return")
    card.wait_for()
    assert "nobody honest can promise otherwise" in card.text_content()
    assert "% sure" in card.text_content()
    assert card.get_by_role("link").get_attribute("href").startswith("https://www.investor.gov/")
    card.hover()
    page.wait_for_timeout(400)
    assert card.is_visible(), "The card stays while the pointer is on it."
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")


def test_the_keyboard_reaches_every_mark_and_its_card(page):
    paste(page, f"{PROMISE}\n{URGENCY}")
    wait_for_marks(page)
    page.get_by_role("button", name="Next mark").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.get_by_role("dialog", name="Guaranteed return").wait_for()
    page.keyboard.press("Tab")
    page.get_by_role("dialog", name="Urgency pressure").wait_for()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "A"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "MARK"


def test_next_and_previous_go_round_the_marks(page):
    paste(page, "\n".join([PROMISE, *["A quiet line about the office."] * 60, URGENCY]))
    wait_for_marks(page)
    page.get_by_role("button", name="Next mark").click()
    page.get_by_role("dialog", name="Guaranteed return").wait_for()
    page.get_by_role("button", name="Next mark").click()
    page.get_by_role("dialog", name="Urgency pressure").wait_for()
    assert page.locator("mark").last.evaluate(
        "(mark) => { const { top } = mark.getBoundingClientRect(); return top > 0 && top < innerHeight; }"
    )


def test_a_label_can_be_switched_off_and_on(page):
    paste(page, f"{PROMISE}\n{URGENCY}")
    wait_for_marks(page)
    assert len(marked(page)) == 2
    page.get_by_role("switch", name="Urgency pressure").click()
    until(page, "document.querySelectorAll('#paper mark').length === 1")
    assert "fixed 3%" in marked(page)[0]
    page.get_by_role("switch", name="Urgency pressure").click()
    until(page, "document.querySelectorAll('#paper mark').length === 2")


def test_a_higher_threshold_takes_unsure_marks_away(page, server):
    paste(page, PROMISE)
    wait_for_marks(page)
    assert scan(server, PROMISE)["spans"][0]["score"] < 1
    page.get_by_role("button", name="About Guaranteed return").click()
    slider = page.get_by_role("slider", name="Mark from")
    slider.fill("1")
    until(page, "document.querySelectorAll('#paper mark').length === 0")
    slider.fill("0.3")
    wait_for_marks(page)


def test_the_summary_counts(page, server, samples):
    page.get_by_role("button", name="A pitch").click()
    wait_for_marks(page)
    spans = len(scan(server, samples["pitch"])["spans"])
    words = len(samples["pitch"].split())
    figures = page.locator("#summary dd").all_text_contents()
    assert figures == [str(spans), f"{words:,}", f"{spans * 1000 / words:.1f}"]
    assert page.locator("#strip i:not(.here)").count() == spans
    assert page.locator("#strip").get_attribute("aria-label").startswith("Where the marks lie: ")


def test_an_answer_to_older_text_is_dropped(page):
    """The first scan is held back in the browser until the second one has been answered."""
    held = []

    def hold(route):
        if "fixed 3%" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/v1/scan", hold)
    paste(page, PROMISE)
    page.wait_for_timeout(200)
    page.locator("#text").fill("The office is closed on Monday.")
    page.wait_for_selector("#summary .level")
    assert held
    held[0].abort()
    page.wait_for_timeout(300)
    assert page.locator("#summary .level").text_content() == "None found"
    page.complaints.clear()


def test_json_is_copied_without_links(page):
    paste(page, f"{PROMISE} Read more at https://pay.example.com/in?x=1 for all members.")
    wait_for_marks(page)
    page.get_by_role("button", name="Copy as JSON").click()
    until(page, "document.querySelector('#state').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    report = json.loads(copied)
    assert report["spans"][0]["label"] == "guaranteed_return"
    assert report["offset_unit"] == "utf16"
    assert "http" not in copied
    assert "pay.example.com" not in copied


def test_the_report_is_one_file_without_scripts_and_links(page, browser, samples, tmp_path):
    page.get_by_role("button", name="A pitch").click()
    wait_for_marks(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save HTML report").click()
    path = tmp_path / "report.html"
    download.value.save_as(path)
    html = path.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "http" not in html
    report = browser.new_page()
    report.goto(path.as_uri())
    assert report.locator(".text").text_content() == samples["pitch"]
    # Overlapping marks are nested in the report and cut into pieces on the page: the words are the same.
    in_report = "".join(report.locator(".text > mark").all_text_contents())
    assert in_report.split() == "".join(page.locator("#paper mark").all_text_contents()).split()
    report.close()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", f"Grüße.\n{PROMISE}".encode()),
        ("latin.txt", f"Grüße.\n{PROMISE}".encode("cp1252")),
        ("utf16.txt", f"Grüße.\n{PROMISE}".encode("utf-16")),
        ("page.html", f"<title>no</title><script>no()</script><p>Grüße.</p><p>{PROMISE}</p>".encode()),
    ],
)
def test_a_dropped_file_is_read(page, name, content):
    drop(page, name, content)
    wait_for_marks(page)
    assert page.locator("#paper").text_content().strip().startswith("Grüße.")
    assert "fixed 3% per day" in marked(page)[0]
    assert "no()" not in page.locator("#paper").text_content()


def test_words_of_a_page_that_stand_apart_are_not_glued_together(page):
    html = (
        f"<header>Acme</header><div>Intro<p>{PROMISE}</p></div><table><tr><td>Gold</td><td>1.4% daily</td></tr></table>"
    )
    drop(page, "page.html", f"{html}<dl><dt>Term</dt><dd>Thirty days</dd></dl>".encode())
    wait_for_marks(page)
    text = page.locator("#paper").text_content()
    assert text.split() == f"Acme Intro {PROMISE} Gold 1.4% daily Term Thirty days".split()
    assert f"Intro\n{PROMISE}\n" in text


def test_a_binary_file_is_refused_in_one_sentence(page):
    drop(page, "a.pdf", b"%PDF-1.4\0\1\2\3")
    assert "not a text file" in page.get_by_role("alert").text_content()


def test_on_a_phone_nothing_is_wider_than_the_screen(browser, server):
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_role("button", name="A pitch").tap()
    wait_for_marks(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("mark").first.tap()
    box = page.get_by_role("dialog").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    context.close()
