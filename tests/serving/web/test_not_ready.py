"""The page before an API key is accepted, while the server is away, and where the browser allows less."""

import pytest
from on_page import PROMISE, drop, opened, wait_for_marks

from scamlint.api.keys import key_line, new_key
from scamlint_training.browser.server import running_server

WAITING = "The text is read when the server is ready."


@pytest.fixture(scope="module")
def key():
    return new_key()


@pytest.fixture(scope="module")
def locked(tmp_path_factory, key):
    """A server that asks for a key."""
    folder = tmp_path_factory.mktemp("locked")
    (folder / "keys").write_text(key_line("anna", key))
    with running_server(folder, settings={"API_KEYS_FILE": str(folder / "keys")}) as server:
        yield server


@pytest.fixture
def door(browser, locked):
    """The page that asks for a key; no error may be left to the browser."""
    with opened(browser, locked.url) as page:
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.get_by_role("alert").get_by_text("This server asks for an API key.").wait_for()
        yield page
        assert errors == []


def give(page, key):
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Use it").click()


def choose_sample(page):
    page.get_by_role("button", name="A pitch").click()


def drop_file(page):
    drop(page, "a.txt", PROMISE.encode())


@pytest.mark.parametrize("choose", [choose_sample, drop_file])
def test_a_text_that_came_before_the_key_is_read_once_the_key_is_accepted(door, key, choose):
    choose(door)
    door.get_by_text(WAITING).wait_for()
    assert door.get_by_role("alert").text_content() == "This server asks for an API key."
    give(door, key)
    wait_for_marks(door)
    assert door.get_by_text(WAITING).count() == 0


def test_a_key_that_is_withdrawn_while_the_page_is_open_is_asked_for_again(browser, tmp_path, key):
    keys = tmp_path / "keys"
    keys.write_text(key_line("anna", key))
    with (
        running_server(tmp_path, settings={"API_KEYS_FILE": str(keys)}) as server,
        opened(browser, server.url) as page,
    ):
        give(page, key)
        page.wait_for_selector("#legend li")
        fresh = new_key()
        keys.write_text(key_line("anna", fresh))
        page.wait_for_timeout(2_500)  # the server looks at the file every two seconds
        drop_file(page)
        page.get_by_role("alert").get_by_text("The server does not know this API key.").wait_for()
        give(page, fresh)
        wait_for_marks(page)
        assert page.get_by_role("alert").count() == 0


def test_an_empty_file_before_the_key_is_no_error(door):
    drop(door, "a.txt", b"")
    door.wait_for_timeout(300)
    assert door.get_by_role("alert").text_content() == "This server asks for an API key."


@pytest.mark.parametrize("wrong", ["{}\u200b", "\u200b{}", "\u043a{}", "{} {}", " "])
def test_a_key_with_characters_that_no_key_has_is_refused_and_not_kept(door, key, wrong):
    give(door, wrong.format(key, key))
    door.get_by_role("alert").get_by_text("The key holds characters that no key has; copy it again.").wait_for()
    assert door.evaluate("sessionStorage.getItem('key')") is None
    give(door, f" {key}\t")
    door.wait_for_selector("#legend li")
    assert door.get_by_role("alert").count() == 0


def test_a_sample_while_the_server_is_away_is_answered_in_a_sentence(browser, tmp_path):
    with running_server(tmp_path) as server, opened(browser, server.url) as page:
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.wait_for_selector("#legend li")
        server.stop()
        choose_sample(page)
        page.get_by_role("alert").get_by_text("The scamlint server does not answer").wait_for()
        server.start()
        choose_sample(page)
        wait_for_marks(page)
        assert errors == []


def test_where_the_browser_allows_no_copying_the_page_says_what_to_do(browser, server):
    """Over plain http, browsers give no clipboard to pages of other machines; they count 0.0.0.0 among those."""
    context = browser.new_context()
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.url.replace("127.0.0.1", "0.0.0.0"))
    page.wait_for_selector("#legend li")
    assert page.evaluate("navigator.clipboard === undefined")
    choose_sample(page)
    wait_for_marks(page)
    page.get_by_role("button", name="Copy as JSON").click()
    page.get_by_role("alert").get_by_text("save the HTML report").wait_for()
    assert page.locator("#state").text_content() != "Copied"
    assert errors == []
    context.close()
