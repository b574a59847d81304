"""When the server is away, busy, or refuses the key: one sentence for the user, and nothing breaks on the page."""

import re
import subprocess
import sys

from scamlint_training.browser.server import ServerProcess, running_server

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."


def append(page, text):
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`)", text)


def problem(reader, page):
    """The one sentence that the popup shows."""
    popup = reader.popup(page)
    popup.wait_for_selector("#problem:not([hidden])")
    sentence = popup.locator("#problem").text_content()
    popup.close()
    assert re.search(r"\. +[A-Z]", sentence) is None, "It is one sentence."
    return sentence


def test_the_server_is_stopped_and_started_again_in_mid_use(reader, tmp_path):
    server = ServerProcess(tmp_path)
    server.start()
    try:
        reader.browser.settings(server=server.url)
        page = reader.open(f"<p>{PROMISE}</p>")
        complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        reader.wait(page, 1)
        server.stop()
        append(page, URGENCY)
        reader.wait_for_badge(page, "!")
        sentence = problem(reader, page)
        assert "does not answer" in sentence
        assert "scamlint serve" in sentence
        assert reader.marks(page) == [PROMISE.rstrip(".")], "What was marked stays marked."
        server.start()
        assert reader.wait(page, 2) == [PROMISE.rstrip("."), URGENCY.rstrip(".")], "It goes on by itself."
        reader.wait_for_badge(page, "2")
        assert complaints == []
    finally:
        server.stop()


def test_a_server_that_asks_for_a_key(reader, tmp_path):
    line = subprocess.run(
        [sys.executable, "-m", "scamlint", "serve", "--new-key", "reader"], capture_output=True, text=True, check=True
    )
    key, hashed = re.search(r"(scamlint_\S+)\s.*?(reader sha256:\S+)", line.stdout, re.DOTALL).groups()
    keys = tmp_path / "keys"
    keys.write_text(hashed + "\n", encoding="utf-8")
    with running_server(tmp_path, settings={"API_KEYS_FILE": str(keys)}) as server:
        reader.browser.settings(server=server.url, key="wrong")
        page = reader.open(f"<p>{PROMISE}</p>")
        reader.wait_for_badge(page, "!")
        assert "API key" in problem(reader, page)
        reader.browser.settings(key=key)
        assert reader.wait(page, 1) == [PROMISE.rstrip(".")]
        assert key not in page.evaluate("document.documentElement.outerHTML")


def test_a_stored_key_with_an_invisible_character_is_what_is_complained_about(reader):
    reader.browser.settings(key="scamlint_abc\u200b")
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait_for_badge(page, "!")
    assert "The API key in the options holds a character that no key has" in problem(reader, page)
    reader.browser.settings(key="")
    assert reader.wait(page, 1) == [PROMISE.rstrip(".")]


def test_a_server_that_says_429(reader, tmp_path):
    with running_server(tmp_path, settings={"RATE_LIMIT_ADDRESS": "1/12 seconds"}) as server:
        reader.browser.settings(server=server.url)
        page = reader.open(f"<p>{PROMISE}</p>")
        reader.wait(page, 1)
        append(page, URGENCY)
        reader.wait_for_badge(page, "!")
        assert "busy" in problem(reader, page)
        assert reader.wait(page, 2) == [PROMISE.rstrip("."), URGENCY.rstrip(".")], "It tries again when it may."


def test_an_address_that_is_no_scamlint_server(reader):
    reader.browser.settings(server=reader.sites.other)
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait_for_badge(page, "!")
    assert "no scamlint server" in problem(reader, page)


def test_a_server_that_takes_only_short_documents(reader, tmp_path):
    """What is too long for it is not marked, and everything else is."""
    quiet = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer. "
    short = "".join(f"<p>{quiet} Note {number}.</p>" for number in range(60))
    with running_server(tmp_path, settings={"MAX_CHARACTERS": "1000"}) as server:
        reader.browser.settings(server=server.url)
        page = reader.open(f"<p>{PROMISE}</p>{short}<p>{quiet * 20}</p><p>{URGENCY}</p>")
        assert reader.wait(page, 2) == [PROMISE.rstrip("."), URGENCY.rstrip(".")]
        reader.wait_for_badge(page, "!")
        assert "refused the text" in problem(reader, page)


def test_a_page_on_which_reading_fails_is_not_called_clean(reader):
    """A form gives its fields as properties of itself, under names that other code means something else by."""
    page = reader.open(f'<form><input name="localName"></form><p>{PROMISE}</p>')
    reader.wait_for_badge(page, "!")
    assert "could not read all of this page" in problem(reader, page)
    reader.popup(page).locator("#found-title", has_text="Not read to the end yet").wait_for()


def test_a_text_that_is_refused_after_trouble_does_not_hold_up_the_others(reader, tmp_path):
    quiet = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer. "
    server = ServerProcess(tmp_path, settings={"MAX_CHARACTERS": "1000"})
    server.start()
    try:
        reader.browser.settings(server=server.url)
        page = reader.open(f"<p>{PROMISE}</p>")
        reader.wait(page, 1)
        server.stop()
        append(page, quiet * 300)
        reader.wait_for_badge(page, "!")
        append(page, URGENCY)
        page.wait_for_timeout(800)
        server.start()
        assert reader.wait(page, 2) == [PROMISE.rstrip("."), URGENCY.rstrip(".")]
    finally:
        server.stop()
