"""A page that the browser fetches in advance is not read before the user goes to it, and is read then."""

import json
import os
import subprocess
import time

import pytest

from scamlint_training.browser.chromium import find_chromium, with_extension
from scamlint_training.browser.recorder import recording
from scamlint_training.browser.sites import serving

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."

RULES = json.dumps({"prerender": [{"source": "list", "urls": ["second.html"], "eagerness": "immediate"}]})
# The extension opens its options when the browser starts; only a page that is in front is given others in advance.
START = """<!doctype html><script>setTimeout(() => open("first.html", "_blank", "noopener"), 3000);</script>"""
FIRST = f"""<!doctype html><p>{PROMISE}</p><script>
  setTimeout(() => {{
    const rules = Object.assign(document.createElement("script"), {{ type: "speculationrules", text: '{RULES}' }});
    document.head.append(rules);
  }}, 2000);
  setTimeout(() => {{ location.href = "second.html"; }}, 6000);
</script>"""
# It tells the recorder when the user comes and when it is marked.
SECOND = f"""<!doctype html><p>{URGENCY}</p><script>
  const say = (what) => fetch("RECORDER/said", {{ method: "POST", mode: "no-cors", body: what }});
  if (document.prerendering) document.addEventListener("prerenderingchange", () => say("come"));
  else say("not fetched in advance");
  const timer = setInterval(() => {{
    if (document.prerendering || ![...CSS.highlights.values()].some(({{ size }}) => size)) return;
    clearInterval(timer);
    say("marked");
  }}, 100);
</script>"""


def unwatched(extension, profile, address):
    """Chromium without a debugger, for which it would fetch no page in advance."""
    arguments = [
        "--headless=new",
        "--no-first-run",
        "--disable-gpu",
        "--password-store=basic",
        "--disable-popup-blocking",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    arguments += [f"--user-data-dir={profile}", f"--disable-extensions-except={extension}"]
    arguments += [f"--load-extension={extension}", address]
    return subprocess.Popen([find_chromium(), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_page_that_was_fetched_in_advance_is_read_when_the_user_comes(
    playwright_, extension_folder, server, tmp_path
):
    pages = tmp_path / "pages"
    pages.mkdir()
    profile = tmp_path / "profile"
    with serving(pages) as sites, recording(server.url) as recorder:
        (pages / "start.html").write_text(START, encoding="utf-8")
        (pages / "first.html").write_text(FIRST, encoding="utf-8")
        (pages / "second.html").write_text(SECOND.replace("RECORDER", recorder.url), encoding="utf-8")
        with with_extension(playwright_, extension_folder, profile) as browser:
            browser.settings(on=True, sites={"127.0.0.1": True}, server=recorder.url)
        chromium = unwatched(extension_folder, profile, f"{sites.url}/start.html")
        try:
            said = wait_for_word(recorder)
        finally:
            chromium.terminate()
            chromium.wait()
        if said == "not fetched in advance":
            pytest.skip("This Chromium fetches no page in advance.")
        happened = [
            "sent" if URGENCY in exchange.body else exchange.body
            for exchange in recorder.exchanges
            if URGENCY in exchange.body or exchange.path == "/said"
        ]
        assert happened == ["come", "sent", "marked"]


def wait_for_word(recorder):
    """Wait for the last word of the page, and return it."""
    for _ in range(600):
        for exchange in recorder.exchanges:
            if exchange.body in ("marked", "not fetched in advance"):
                return exchange.body
        time.sleep(0.1)
    raise AssertionError("The page was not marked.")
