"""What is read and marked on pages: the loaded extension in real Chromium against a real server."""

import re
from pathlib import Path

import pytest

import scamlint_training.browser.sites as sites

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."
RECRUITING = "Invite your friends and earn 10% commission on every deposit that they make, down to level seven."
QUIET = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer."
WARNING = (
    "The regulator warned that clubs which promise a fixed daily return are usually frauds, and told readers not to "
    "send them money. Nobody can guarantee a profit."
)


def words_of(sentence):
    return sentence.rstrip(".")


def test_a_long_article_is_marked_with_exactly_the_words_of_the_server(reader):
    article = (Path(sites.__file__).parent / "article.html").read_text(encoding="utf-8")
    body = re.search(r"<body>(.*)</body>", article, re.DOTALL).group(1)
    filler = "".join(f"<p>{QUIET} Note {number}.</p>" for number in range(150))
    page = reader.open(f"{body}{filler}<p>{PROMISE}</p>")
    before = page.evaluate("document.body.outerHTML")
    reader.settle(page)
    reader.wait(page, len(reader.answered()))
    marks = reader.marks(page)
    # Between table cells the page has no white space of its own; a busy server may answer a later request first.
    squeezed = [[re.sub(r"\s", "", words) for words in each] for each in (marks, reader.answered())]
    assert sorted(squeezed[0]) == sorted(squeezed[1])
    assert any("fixed 3% per day, guaranteed" in words for words in marks)
    assert words_of(RECRUITING) in marks
    assert words_of(URGENCY) in marks
    assert marks[-1] == words_of(PROMISE)
    assert page.evaluate("document.body.outerHTML") == before, "The page's own elements stay as they are."
    assert len(reader.recorder.scans) <= len(reader.recorder.sent) / 8_000 + 2, "Many paragraphs go in few requests."
    reader.wait_for_badge(page, str(len(marks)))


def test_what_goes_in_one_request_does_not_depend_on_where_the_reader_pauses(reader):
    # The model reads a request as one text: how it is cut decides what is marked.
    slow = "<i></i>" * 200
    paragraphs = "".join(f"<p>{QUIET} Note {number}.{slow}</p>" for number in range(100))
    runs = []
    for _ in range(2):
        before = len(reader.recorder.scans)
        page = reader.open(f"{paragraphs}<p>{PROMISE}</p>")
        reader.wait(page, 1)
        reader.settle(page)
        runs.append(sorted("".join(scan.segments.values()) for scan in reader.recorder.scans[before:]))
        page.close()
    assert runs[0] == runs[1]
    sizes = [len(text) for text in runs[0]]
    full = [size for size in sizes if 2_000 - 120 < size < 2_000 or 8_000 - 120 < size < 8_000]
    assert len(full) == len(sizes) - 1, f"All but the last are full: {sizes}"


def test_posts_that_are_appended_are_marked_and_only_they_are_sent(reader):
    page = reader.open(f'<main id="feed"><p>{PROMISE}</p></main>')
    assert reader.wait(page, 1) == [words_of(PROMISE)]
    sent = len(reader.recorder.scans)
    for sentence in (URGENCY, QUIET, RECRUITING):
        page.evaluate(
            "(text) => document.querySelector('#feed').insertAdjacentHTML('beforeend', `<div><p>${text}</p></div>`)",
            sentence,
        )
        page.wait_for_timeout(400)
    assert reader.wait(page, 3) == [words_of(PROMISE), words_of(URGENCY), words_of(RECRUITING)]
    later = "\n".join(text for scan in reader.recorder.scans[sent:] for text in scan.segments.values())
    assert PROMISE not in later
    assert later.count(URGENCY) == 1
    assert later.count(RECRUITING) == 1


@pytest.mark.parametrize(
    "before",
    [
        "🚀🚀 👩‍👩‍👧‍👦 Hello there, friends. ",
        "مرحبا بكم في المشروع الجديد. ",
        "שלום לכולם. ",
        "𝓗𝓮𝓵𝓵𝓸 𝓪𝓵𝓵 𝓯𝓻𝓲𝓮𝓷𝓭𝓼. ",
        "Café e\u0301te\u0301 🇺🇳. ",
    ],
)
def test_emoji_and_other_scripts_before_a_span_do_not_shift_it(reader, before):
    page = reader.open(f"<p>{before}<br>{PROMISE} <i>Thank you, 🚀 all.</i></p>")
    [words] = reader.wait(page, 1)
    assert [words] == reader.answered()
    assert words.endswith("with no risk to your capital")


def test_words_across_inline_elements_and_odd_white_space_are_one_mark(reader):
    page = reader.open(
        "<p>\n   Every   <b>deposit\n earns</b> a <a href='#'>fixed 3%</a> per\tday,<!-- x --> guaranteed, "
        "with no risk\n\n to your capital.\n</p>"
    )
    assert reader.wait(page, 1) == [words_of(PROMISE)]


def test_a_single_page_app_that_swaps_its_content(reader):
    page = reader.open(f'<div id="app"><h1>One</h1><p>{PROMISE}</p></div>')
    reader.wait(page, 1)
    page.evaluate(
        "(text) => { document.querySelector('#app').innerHTML = `<h1>Two</h1><p>${text}</p>`; "
        "history.pushState({}, '', '#two'); }",
        URGENCY,
    )
    reader.wait_for_words(page, [words_of(URGENCY)])
    sent = len(reader.recorder.scans)
    page.evaluate("(text) => { document.querySelector('#app').innerHTML = `<h1>One</h1><p>${text}</p>`; }", PROMISE)
    reader.wait_for_words(page, [words_of(PROMISE)])
    assert len(reader.recorder.scans) == sent, "Text that comes back is not sent again."
    page.evaluate("document.querySelector('#app').replaceChildren()")
    reader.wait_for_words(page, [])


def test_text_that_is_edited_in_place_is_read_again(reader):
    page = reader.open(f'<p id="p">{QUIET}</p><p>{URGENCY}</p>')
    reader.wait(page, 1)
    page.evaluate("(text) => { document.querySelector('#p').firstChild.data = text; }", PROMISE)
    reader.wait_for_words(page, [words_of(PROMISE), words_of(URGENCY)])
    page.evaluate("(text) => { document.querySelector('#p').firstChild.data = text; }", QUIET)
    reader.wait_for_words(page, [words_of(URGENCY)])


def test_a_warning_page_stays_clean(reader):
    page = reader.open(f"<h1>Notice to savers</h1><p>{WARNING}</p><p>{QUIET}</p>")
    reader.until(lambda: WARNING in reader.recorder.sent, "the warning is read")
    reader.settle(page)
    assert reader.marks(page) == []
    reader.wait_for_badge(page, "")


def test_what_the_user_writes_and_what_is_no_prose_is_not_read(reader):
    secret = "canary word guaranteed profit every day"
    page = reader.open(
        f"""<p>{PROMISE}</p>
        <input value="{secret} 1"><textarea>{secret} 2</textarea><div contenteditable>{secret} 3</div>
        <div role="textbox">{secret} 4</div><pre><code>{secret} 5</code></pre><nav>{secret} 6</nav>
        <script type="text/plain">{secret} 7</script><p style="display:none">{secret} 8</p><p hidden>{secret} 9</p>
        <select><option>{secret} 10</option></select><template>{secret} 11</template>
        <p style="visibility:hidden">{secret} 12</p>"""
    )
    page.fill("input", f"{secret} 13")
    page.fill("textarea", f"{secret} 14")
    page.locator("[contenteditable]").type(f"{secret} 15")
    assert reader.wait(page, 1) == [words_of(PROMISE)]
    reader.settle(page)
    assert "canary" not in "\n".join(exchange.body for exchange in reader.recorder.exchanges)


def test_text_that_is_shown_later_is_read_then(reader):
    page = reader.open(
        f"<p>{QUIET}</p><p id='a' hidden>{PROMISE}</p><p id='b' style='display: none'>{URGENCY}</p>"
        f"<details><summary>More</summary><p>{RECRUITING}</p></details>"
    )
    reader.settle(page)
    assert reader.marks(page) == []
    page.evaluate("document.querySelector('#a').hidden = false")
    reader.wait(page, 1)
    page.evaluate("document.querySelector('#b').style.display = 'block'")
    reader.wait(page, 2)
    page.evaluate("document.querySelector('#a').hidden = true")
    assert reader.wait(page, 1) == [words_of(URGENCY)]


def test_a_page_that_takes_text_away_while_it_is_read_is_read_to_its_end(reader):
    lines = "".join(f"{QUIET} {number}<br>" for number in range(4000))
    page = reader.open(
        f"""<div id="feed">{lines}</div><p>{PROMISE}</p><script>
          const feed = document.querySelector("#feed");
          const timer = setInterval(() => feed.lastChild ? feed.lastChild.remove() : clearInterval(timer), 1);
          setTimeout(() => feed.replaceChildren(), 400);
        </script>"""
    )
    assert reader.wait(page, 1) == [words_of(PROMISE)]


def test_text_that_is_hidden_and_shown_again_has_its_marks_again(reader):
    page = reader.open(f'<section id="tab"><p>{PROMISE}</p></section><p>{QUIET}</p>')
    reader.wait(page, 1)
    sent = len(reader.recorder.scans)
    for _ in range(2):
        page.evaluate("document.querySelector('#tab').style.display = 'none'")
        reader.wait(page, 0)
        page.evaluate("document.querySelector('#tab').style.display = ''")
        assert reader.wait(page, 1) == [words_of(PROMISE)]
    assert len(reader.recorder.scans) == sent, "It is not sent again."
    reader.wait_for_badge(page, "1")


def test_a_late_answer_to_text_that_has_changed_is_dropped(reader):
    reader.recorder.delay = 1.5
    page = reader.open(f'<p id="p">{PROMISE}</p>')
    while not reader.recorder.scans:
        page.wait_for_timeout(20)
    page.evaluate("(text) => { document.querySelector('#p').firstChild.data = text; }", f"{QUIET} {URGENCY}")
    reader.recorder.delay = 0.0
    page.wait_for_timeout(2500)
    assert reader.marks(page) == [words_of(URGENCY)]


def test_a_very_long_paragraph_is_read_to_its_end(reader):
    page = reader.open(f"<p>{(QUIET + ' ') * 600}{PROMISE}</p>")
    assert reader.wait(page, 1) == [words_of(PROMISE)]
    assert len(reader.recorder.sent) > 59_000


def test_a_very_long_paragraph_is_marked_in_all_its_parts(reader):
    quiet = (QUIET + " ") * 200
    page = reader.open(f"<p>{PROMISE} {quiet}{URGENCY} {quiet}<b>{RECRUITING}</b> {quiet}{PROMISE}</p>")
    words = [words_of(text) for text in (PROMISE, URGENCY, RECRUITING, PROMISE)]
    assert reader.wait(page, 4) == words
    page.evaluate("document.querySelector('p').style.display = 'inline-block'")
    reader.settle(page)
    assert reader.marks(page) == words, "They stay when it is read again."


def test_right_to_left_pages_keep_their_marks(reader):
    page = reader.open(f'<div dir="rtl"><p>هذا نص قصير عن المشروع. {PROMISE} شكرا لكم.</p></div>')
    [words] = reader.wait(page, 1)
    assert [words] == reader.answered()
    assert "fixed 3% per day, guaranteed" in words
