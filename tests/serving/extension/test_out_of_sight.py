"""Text that nobody can see is not sent before it is shown."""

import pytest

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."
QUIET = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer."


@pytest.mark.parametrize(
    "around",
    [
        '<div id="x" style="display: none">{}</div>',
        '<div id="x" hidden><section>{}</section></div>',
        '<details id="x"><summary>More</summary><div>{}</div></details>',
        '<div id="x" style="position: absolute; clip-path: inset(50%)"><div>{}</div></div>',
    ],
)
def test_text_that_changes_out_of_sight_is_not_sent_before_it_is_shown(reader, around):
    page = reader.open(f"<p>{URGENCY}</p>" + around.format(f'<p id="p">{QUIET}</p>'))
    reader.wait(page, 1)
    page.evaluate("(text) => { document.querySelector('#p').textContent = text; }", PROMISE)
    page.wait_for_timeout(700)
    assert PROMISE not in reader.recorder.sent
    page.evaluate("() => { const x = document.querySelector('#x'); x.hidden = false; x.style = ''; x.open = true; }")
    reader.wait_for_words(page, [URGENCY.rstrip("."), PROMISE.rstrip(".")])


def test_text_that_is_hidden_before_its_turn_is_not_sent_until_it_is_shown_again(reader):
    reader.recorder.delay = 0.8
    page = reader.open(f"<p>{URGENCY}</p>" + f"<p>{QUIET}</p>" * 300 + f'<p id="p">{PROMISE}</p>')
    while not reader.recorder.scans:
        page.wait_for_timeout(20)
    page.evaluate("document.querySelector('#p').style.display = 'none'")
    reader.recorder.delay = 0.0
    reader.wait_for_words(page, [URGENCY.rstrip(".")])
    assert PROMISE not in reader.recorder.sent
    page.evaluate("document.querySelector('#p').style.display = ''")
    reader.wait_for_words(page, [URGENCY.rstrip("."), PROMISE.rstrip(".")])


@pytest.mark.parametrize(
    ("style", "body", "act"),
    [
        ("[aria-hidden=true] { display: none }", '<div id="x" aria-hidden="true">{}</div>', "x.ariaHidden = 'false'"),
        (
            "div { display: none } [aria-expanded=true] + div { display: block }",
            '<button id="x" aria-expanded="false">More</button><div>{}</div>',
            "x.ariaExpanded = 'true'",
        ),
        (
            "[data-state=closed] { visibility: hidden }",
            '<div id="x" data-state="closed">{}</div>',
            "x.dataset.state = 'open'",
        ),
        (
            "div { display: none } :checked + div { display: block }",
            '<input id="x" type="checkbox"><div>{}</div>',
            "x.click()",
        ),
        ("", '<div id="x" popover>{}</div>', "x.showPopover()"),
        ("div { display: none } div:target { display: block }", '<div id="x">{}</div>', "location.hash = 'x'"),
    ],
    ids=["aria-hidden", "aria-expanded", "data-state", "a ticked box", "a popover", "the target of a link"],
)
def test_text_that_a_page_shows_by_a_state_is_read_then(reader, style, body, act):
    page = reader.open(body.format(f"<p>{PROMISE}</p>") + f"<p>{URGENCY}</p>", f"<style>{style}</style>")
    reader.wait_for_words(page, [URGENCY.rstrip(".")])
    page.evaluate(f"() => {{ const x = document.querySelector('#x'); {act}; }}")
    reader.wait_for_words(page, [PROMISE.rstrip("."), URGENCY.rstrip(".")])


def take_away(page):
    page.evaluate("() => { window.p = document.querySelector('#p'); p.remove(); }")


def put_back(page):
    page.evaluate("document.body.append(p)")


def test_text_that_is_away_when_its_turn_comes_is_read_when_it_is_back(reader):
    reader.recorder.delay = 0.8
    page = reader.open(f"<p>{URGENCY}</p>" + f"<p>{QUIET}</p>" * 300 + f'<p id="p">{PROMISE}</p>')
    while not reader.recorder.scans:
        page.wait_for_timeout(20)
    take_away(page)
    reader.recorder.delay = 0.0
    reader.wait_for_words(page, [URGENCY.rstrip(".")])
    assert PROMISE not in reader.recorder.sent
    put_back(page)
    reader.wait_for_words(page, [URGENCY.rstrip("."), PROMISE.rstrip(".")])


def test_text_that_was_away_during_trouble_is_read_when_it_is_back(reader):
    """While nothing can be asked, a long queue is rid of what has gone from the page."""
    reader.browser.settings(server=reader.sites.other)
    page = reader.open(f'<p id="p">{PROMISE}</p><main></main>')
    reader.wait_for_badge(page, "!")
    take_away(page)
    page.evaluate("(text) => { document.querySelector('main').innerHTML = `<p>${text}</p>`.repeat(300); }", QUIET)
    page.wait_for_timeout(1_500)
    put_back(page)
    page.wait_for_timeout(700)
    reader.browser.settings(server=reader.recorder.url)
    reader.wait_for_words(page, [PROMISE.rstrip(".")])
