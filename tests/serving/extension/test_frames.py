"""Frames of a page: those of its own site are read, and count in its badge as long as they are there."""

import html

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."
RECRUITING = "Invite your friends and earn 10% commission on every deposit that they make, down to level seven."
QUIET = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer."


def words_of(sentence):
    return sentence.rstrip(".")


def until_frame(page):
    """Wait for the frame of a page and return it."""
    for _ in range(600):
        for frame in page.frames:
            if frame.url == "about:srcdoc":
                return frame
        page.wait_for_timeout(50)
    raise AssertionError("there is no frame")


def test_shadow_trees_and_frames_of_the_same_site_are_read_and_others_are_not(reader):
    other = reader.write(f"<p>{RECRUITING} This is an advertisement.</p>").replace("127.0.0.1", "localhost")
    frame = html.escape(f"<!doctype html><p>{URGENCY}</p>")
    reader.browser.settings(sites={"127.0.0.1": True, "localhost": True})
    page = reader.open(
        f"""<div id="open"></div><x-closed></x-closed>
        <iframe id="own" srcdoc="{frame}"></iframe><iframe src="{other}"></iframe>
        <script>
          const put = (name, mode, html) => {{
            document.querySelector(name).attachShadow({{ mode }}).innerHTML = html;
          }};
          put("#open", "open", "<p>{PROMISE}</p><p>{QUIET}</p>");
          put("x-closed", "closed", "<p>{PROMISE.replace("3%", "4%")}</p>");
        </script>"""
    )
    reader.wait(page, 2)
    assert sorted(reader.marks(page)) == [words_of(PROMISE), words_of(PROMISE).replace("3%", "4%")]
    own = next(frame for frame in page.frames if frame.url == "about:srcdoc")
    reader.wait_for_words(own, [words_of(URGENCY)])
    reader.settle(page)
    assert "advertisement" not in reader.recorder.sent
    reader.wait_for_badge(page, "3")


def test_a_page_that_comes_back_from_the_browsers_cache_shows_its_own_marks(reader_with_cache):
    reader = reader_with_cache
    frame = html.escape(f"<!doctype html><p>{RECRUITING}</p>")
    first = reader.write(f"<p>{PROMISE}</p><p>{URGENCY}</p>")
    second = reader.write(f'<p>{PROMISE}</p><iframe srcdoc="{frame}"></iframe><iframe srcdoc="{frame}"></iframe>')
    page = reader.browser.context.new_page()
    page.goto(first)
    reader.wait_for_badge(page, "2")
    page.evaluate("window.stayed = true")
    page.goto(second)
    reader.wait_for_badge(page, "3")
    page.evaluate("history.back()")
    page.wait_for_url(first, wait_until="commit")
    assert page.evaluate("window.stayed"), "It comes from the cache."
    reader.wait_for_badge(page, "2")
    popup = reader.popup(page)
    popup.locator("#marks li").first.wait_for()
    assert popup.locator("#found-title").text_content() == "2 marks on this page"


def test_a_frame_that_is_read_before_its_page_counts_in_the_badge(reader):
    frame = html.escape(f"<!doctype html><p>{URGENCY}</p>")
    address = reader.write(f'<p>{PROMISE}</p><iframe srcdoc="{frame}"></iframe><script src="late.js"></script>')
    page = reader.browser.context.new_page()
    late = []
    page.route("**/late.js", lambda route: late.append(route))
    page.goto(address, wait_until="commit")
    own = until_frame(page)
    reader.wait_for_words(own, [words_of(URGENCY)])
    assert reader.marks(page) == [], "the page itself still waits for its script"
    late[0].fulfill(body="", content_type="text/javascript")
    reader.wait(page, 1)
    reader.wait_for_badge(page, "2")


def test_the_keyboard_goes_on_in_the_frames_of_a_page(reader):
    frame = html.escape(f"<!doctype html><p>{URGENCY}</p><p>{RECRUITING}</p>")
    page = reader.open(f'<p>{PROMISE}</p><iframe srcdoc="{frame}"></iframe>')
    reader.wait_for_badge(page, "3")
    own = until_frame(page)

    def step(by):
        """Step; say where the card is then."""
        reader.step(page, by)
        page.wait_for_timeout(400)
        return [name for name, place in (("page", page), ("frame", own)) if reader.shows_card(place)]

    assert [step(by) for by in (1, 1, 1, 1)] == [["page"], ["frame"], ["frame"], ["page"]]
    assert [step(by) for by in (-1, -1, -1)] == [["frame"], ["frame"], ["page"]]


def test_marks_in_shadow_trees_have_their_place_among_the_others(reader):
    page = reader.open(
        f"""{f"<p>{PROMISE}</p><x-post></x-post>" * 4}
        <script>
          for (const post of document.querySelectorAll("x-post")) {{
            post.attachShadow({{ mode: "open" }}).innerHTML = "<p>{URGENCY}</p>";
          }}
        </script>"""
    )
    reader.wait(page, 8)
    popup = reader.popup(page)
    popup.locator("#marks li").nth(7).wait_for()
    words = popup.locator("#marks .words").all_text_contents()
    assert words == [words_of(PROMISE), words_of(URGENCY)] * 4


def test_a_frame_that_is_taken_away_does_not_count_any_more(reader):
    frame = html.escape(f"<!doctype html><p>{URGENCY}</p><p>{RECRUITING}</p>")
    page = reader.open(f'<p>{PROMISE}</p><iframe srcdoc="{frame}"></iframe>')
    reader.wait_for_badge(page, "3")
    page.evaluate("document.querySelector('iframe').remove()")
    reader.wait_for_badge(page, "1")
    popup = reader.popup(page)
    popup.locator("#marks li").first.wait_for()
    assert popup.locator("#found-title").text_content() == "1 mark on this page"


def test_a_frame_that_shows_another_document_counts_what_that_has(reader):
    inner = reader.write(f"<p>{URGENCY}</p>")
    page = reader.open(f'<p>{PROMISE}</p><iframe src="{inner}"></iframe>')
    reader.wait_for_badge(page, "2")
    page.evaluate(
        "(address) => { document.querySelector('iframe').src = address; }",
        reader.write(f"<p>{URGENCY}</p><p>{RECRUITING}</p>"),
    )
    reader.wait_for_badge(page, "3")
    page.evaluate("document.querySelector('iframe').remove()")
    reader.wait_for_badge(page, "1")


def test_a_frame_that_is_taken_away_while_it_is_read_leaves_nothing_to_wait_for(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait_for_badge(page, "1")
    popup = reader.popup(page)
    reader.recorder.delay = 10.0
    page.evaluate(
        """(text) => {
          const frame = document.createElement("iframe");
          frame.srcdoc = `<!doctype html><p>${text}</p>`;
          document.body.append(frame);
        }""",
        URGENCY,
    )
    popup.locator("#found-title", has_text="1 mark so far. Reading").wait_for()
    page.evaluate("document.querySelector('iframe').remove()")
    popup.locator("#found-title", has_text="1 mark on this page").wait_for()
