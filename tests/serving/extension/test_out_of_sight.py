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
