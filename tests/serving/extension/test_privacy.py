"""What may be read at all: nothing before the user says so, and never what is private."""

import html

import pytest

from scamlint_training.browser.chromium import with_extension
from scamlint_training.browser.recorder import recording
from scamlint_training.browser.sites import serving

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
QUIET = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."
RECRUITING = "Invite your friends and earn 10% commission on every deposit that they make, down to level seven."


def refused(reader, page, text=PROMISE):
    """The page stays unread: nothing is marked and its text was not sent."""
    page.wait_for_timeout(700)
    return reader.marks(page) == [] and text not in reader.recorder.sent


def reason(reader, page):
    popup = reader.popup(page)
    popup.wait_for_selector("#reason:not([hidden])")
    text = popup.locator("#reason").text_content()
    popup.close()
    return text


def test_a_new_installation_sends_nothing_until_it_is_switched_on(playwright_, extension_folder, server, tmp_path):
    """In a fresh profile: the options open by themselves, and every switch is needed."""
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text(f"<!doctype html><p>{PROMISE}</p>", encoding="utf-8")
    with (
        serving(pages) as site,
        recording(server.url) as recorder,
        with_extension(playwright_, extension_folder, tmp_path / "profile") as browser,
    ):
        options = browser.options
        options.get_by_label("Address").fill(recorder.url)
        options.get_by_role("button", name="Save and test").click()
        options.get_by_text("Saved. The server answers").wait_for()
        tested = len(recorder.exchanges)
        page = browser.context.new_page()
        page.goto(f"{site.url}/a.html")
        page.wait_for_timeout(1000)
        assert len(recorder.exchanges) == tested, "Off: nothing is sent."
        options.bring_to_front()
        options.get_by_role("button", name="Switch scamlint on").click()
        page.bring_to_front()
        page.wait_for_timeout(1000)
        assert len(recorder.exchanges) == tested, "On, but not on this site: nothing is sent."
        popup = browser.open(f"pages/popup.html?tab={browser.tab_id(page)}")
        popup.get_by_role("switch", name="Read 127.0.0.1").click()
        page.bring_to_front()
        popup.locator("#marks li").wait_for()
        assert "fixed 3% per day" in popup.locator("#marks").text_content()
        assert recorder.scans


@pytest.mark.parametrize(
    "form",
    [
        '<form><input type="password"></form>',
        '<form style="display:none"><input type="PASSWORD"></form>',
        '<iframe srcdoc="&lt;input type=password&gt;"></iframe>',
        """<div id="x"></div><script>
          document.querySelector("#x").attachShadow({ mode: "open" }).innerHTML = "<form><input type=password></form>";
        </script>""",
        """<x-login hidden></x-login><script>
          document.querySelector("x-login").attachShadow({ mode: "closed" }).innerHTML = "<input type=password>";
        </script>""",
    ],
)
def test_a_page_with_a_password_field_is_never_read(reader, form):
    page = reader.open(f"<p>{PROMISE}</p>{form}")
    assert refused(reader, page)
    assert "password field" in reason(reader, page)


def test_a_password_field_that_appears_ends_the_reading(reader):
    page = reader.open(f'<p>{PROMISE}</p><div id="x"></div>')
    reader.wait(page, 1)
    page.evaluate("document.querySelector('#x').innerHTML = '<input type=password>'")
    reader.wait(page, 0)
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`)", URGENCY)
    assert refused(reader, page, URGENCY)


def test_a_password_field_that_appears_in_a_shadow_tree_ends_the_reading(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    page.evaluate(
        """() => {
          const login = document.createElement("x-login");
          login.attachShadow({ mode: "closed" }).innerHTML = "<input type=password>";
          document.body.append(login);
        }"""
    )
    reader.wait(page, 0)
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`)", URGENCY)
    assert refused(reader, page, URGENCY)


def test_a_password_field_that_comes_without_a_sign_is_found_before_more_text_is_sent(reader):
    """A closed shadow tree of an element that is there already: no change of the page tells of it."""
    page = reader.open(f"<p>{PROMISE}</p><x-login></x-login>")
    reader.wait(page, 1)
    page.evaluate(
        "document.querySelector('x-login').attachShadow({ mode: 'closed' }).innerHTML = '<input type=password>'"
    )
    page.wait_for_timeout(5_500)  # the whole page is searched again after five seconds
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`)", URGENCY)
    reader.wait(page, 0)
    assert URGENCY not in reader.recorder.sent


@pytest.mark.parametrize(
    "login",
    [
        "<input type=password>",
        "<x-login></x-login><script>document.querySelector('x-login').attachShadow({ mode: 'closed' })"
        ".innerHTML = '<input type=password>'</script>",
    ],
)
def test_a_frame_in_a_page_with_a_password_field_is_not_read_either(reader, login):
    """Neither a frame of the page's own site nor one in it."""
    inner = html.escape(f"<!doctype html><p>{URGENCY}</p>")
    frame = html.escape(f'<!doctype html><p>{PROMISE}</p><iframe srcdoc="{inner}"></iframe>')
    page = reader.open(f'{login}<iframe srcdoc="{frame}"></iframe>')
    assert refused(reader, page)
    assert URGENCY not in reader.recorder.sent
    assert [reader.marks(each) for each in page.frames] == [[], [], []]


@pytest.mark.parametrize("entry", ["127.0.0.1", "http://127.0.0.1/login?next=1", "127.0.0.1:8000", " 127.0.0.1. "])
def test_the_users_own_list_is_never_read(reader, entry):
    reader.browser.settings(privateSites=["bank.example", entry])
    page = reader.open(f"<p>{PROMISE}</p>")
    assert refused(reader, page)
    assert "private sites" in reason(reader, page)


def test_a_line_of_the_users_list_that_names_no_site_is_said(reader):
    options = reader.browser.open("pages/options.html")
    field = options.get_by_label("Your own list of private sites")
    field.fill("bank.example\nmy bank")
    options.get_by_text("“my bank” is no name of a site").wait_for()
    field.fill("bank.example")
    options.get_by_text("“my bank” is no name of a site").wait_for(state="detached")


def test_a_site_stays_private_while_the_list_is_edited(reader):
    """What is taken away, and names that are not whole yet, count when the user leaves the field."""
    reader.browser.settings(privateSites=["127.0.0.1"], sites={"127.0.0.1": True, "localhost": True})
    other = reader.browser.context.new_page()
    other.goto(reader.write(f"<p>{URGENCY}</p>").replace("127.0.0.1", "localhost"))
    reader.wait(other, 1)
    page = reader.open(f"<p>{PROMISE}</p>")
    options = reader.browser.open("pages/options.html")
    field = options.get_by_label("Your own list of private sites")
    reader.until(lambda: field.input_value() == "127.0.0.1", "the list is there")
    field.press("Control+End")
    field.press("Backspace")
    assert refused(reader, page)
    field.press_sequentially("\nlocalhost")
    assert refused(reader, page)
    assert reader.marks(other) == [URGENCY.rstrip(".")]
    field.blur()
    reader.wait(other, 0)
    reader.wait(page, 1)


def test_a_site_is_private_as_soon_as_its_name_is_typed(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    options = reader.browser.open("pages/options.html")
    options.get_by_label("Your own list of private sites").press_sequentially("127.0.0.1")
    reader.wait(page, 0)


def test_text_that_still_waits_is_not_sent_when_a_password_field_appears(reader):
    reader.recorder.delay = 0.8
    page = reader.open(f"<p>{URGENCY}</p>" + f"<p>{QUIET}</p>" * 300 + f"<p>{PROMISE}</p>")
    while not reader.recorder.scans:
        page.wait_for_timeout(20)
    page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<input type=password>')")
    page.wait_for_timeout(4000)
    assert URGENCY in reader.recorder.sent
    assert PROMISE not in reader.recorder.sent
    assert reader.marks(page) == []


def test_a_field_that_becomes_a_password_field_ends_the_reading(reader):
    page = reader.open(f"<p>{PROMISE}</p><input id=pin>")
    reader.wait(page, 1)
    page.evaluate("document.querySelector('#pin').type = 'password'")
    reader.wait(page, 0)


@pytest.mark.parametrize(
    "editor",
    [
        '<div class="CodeMirror"><textarea></textarea><pre class="CodeMirror-line"><span>{}</span></pre></div>',
        '<div class="cm-editor"><div class="cm-content"><div class="cm-line"><span>{}</span></div></div></div>',
        '<div class="ace_editor ace-tm"><div class="ace_layer"><div class="ace_line"><span>{}</span></div></div></div>',
        '<div class="monaco-editor"><div class="view-lines"><div class="view-line"><span>{}</span></div></div></div>',
    ],
    ids=["CodeMirror 5", "CodeMirror 6", "Ace", "Monaco"],
)
def test_what_is_written_in_a_code_editor_is_not_read(reader, editor):
    """Such editors draw the text into elements like these, also while the user types."""
    page = reader.open(f"{editor.format(PROMISE)}<p>{URGENCY}</p>")
    assert reader.wait(page, 1) == [URGENCY.rstrip(".")]
    page.evaluate(
        """(text) => {
          document.querySelector("span").firstChild.data = text;
          document.body.insertAdjacentHTML("beforeend", `<p>${text}</p>`);
        }""",
        RECRUITING,
    )
    reader.wait_for_words(page, [URGENCY.rstrip("."), RECRUITING.rstrip(".")])
    assert PROMISE not in reader.recorder.sent
    assert reader.recorder.sent.count(RECRUITING) == 1


def test_a_site_is_switched_off_and_on_in_the_popup(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    popup = reader.popup(page)
    popup.get_by_role("switch", name="Read 127.0.0.1").click()
    reader.wait(page, 0)
    sent = len(reader.recorder.scans)
    page.reload()
    page.wait_for_timeout(600)
    assert len(reader.recorder.scans) == sent
    popup.get_by_role("switch", name="Read 127.0.0.1").click()
    reader.wait(page, 1)


def test_a_site_that_was_not_chosen_is_not_read(reader):
    page = reader.browser.context.new_page()
    page.goto(reader.write(f"<p>{PROMISE}</p>").replace("127.0.0.1", "localhost"))
    assert refused(reader, page)
    assert "unless you switch it on" in reason(reader, page)


def test_pause_takes_every_mark_away_and_resume_brings_them_back(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    popup = reader.popup(page)
    popup.get_by_role("button", name="Pause").click()
    reader.wait(page, 0)
    popup.get_by_role("button", name="Resume").click()
    reader.wait(page, 1)


def test_a_label_that_is_switched_off_is_not_shown(reader):
    page = reader.open(f"<p>{PROMISE}</p><p>{URGENCY}</p>")
    reader.wait(page, 2)
    popup = reader.popup(page)
    popup.get_by_text("What is marked").click()
    popup.get_by_role("switch", name="Urgency pressure").click()
    assert reader.wait(page, 1) == [PROMISE.rstrip(".")]
    reader.wait_for_badge(page, "1")


def test_only_the_words_go_out(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    page.evaluate("document.cookie = 'session=canary-cookie'")
    page.goto(f"{page.url}?q=canary-query#canary-fragment")
    reader.wait(page, 1)
    for exchange in reader.recorder.exchanges:
        everything = f"{exchange.path} {exchange.headers} {exchange.body}"
        assert "canary" not in everything
        assert ".html" not in everything
        assert "cookie" not in exchange.headers
        assert "referer" not in exchange.headers
