"""The page stays quick while it is read, and keeps no more memory than it would."""

from scamlint_training.browser.extension import EXTENSION

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
QUIET = "The protocol stores each block header in a tree and checks the proof before it accepts a transfer."

# A timer of the page notes how many marks there are each time it gets its turn.
_WATCH = """() => {
  window.seen = new Set();
  setInterval(() => seen.add([...CSS.highlights.values()].reduce((sum, { size }) => sum + size, 0)), 0);
}"""


def watched(reader, page, count):
    """Wait for a number of marks and return the numbers of marks at which the page had its turn."""
    reader.until(lambda: page.evaluate("(count) => seen.has(count)", count), f"{count} marks", seconds=120)
    return page.evaluate("[...seen]")


def test_many_small_changes_are_read_with_pauses_for_the_page(reader):
    page = reader.open(f"<p>{PROMISE}</p><div>{'<p>-</p>' * 2000}</div>")
    reader.wait(page, 1)
    page.evaluate(_WATCH)
    page.evaluate("(text) => document.querySelectorAll('div p').forEach((p) => { p.firstChild.data = text; })", PROMISE)
    between = set(watched(reader, page, 2001)) - {1, 2001}
    assert between, "The text is known and marked while it is read: the page had no turn in between."


def test_a_very_long_paragraph_is_handed_over_in_pieces_while_it_is_read(reader):
    page = reader.open(f"<p>{QUIET} {f'{QUIET} ' * 500}<b>{PROMISE}</b></p>")
    page.add_script_tag(path=EXTENSION / "content" / "reader.js")  # in the page's own world: its steps can be counted
    first, others = page.evaluate(
        """() => {
          const steps = scamlint.read(document.querySelector("p"), () => {});
          let first = null;
          while (!first) first = steps.next().value;
          document.querySelector("b").remove();
          return [first.text, [...steps].filter(Boolean).map(({ text }) => text)];
        }"""
    )
    assert 15_000 < len(first) <= 16_001
    assert len(others) == 3
    assert PROMISE not in "".join(others), "It had been read before the first piece was handed over."


def test_animations_and_the_card_are_no_changes_of_the_page(reader):
    page = reader.open(f'<p style="visibility: inherit">{QUIET}</p><dialog></dialog><scamlint-card></scamlint-card>')
    for name in ("reader.js", "changes.js"):  # in the page's own world: what they take for a change can be counted
        page.add_script_tag(path=EXTENSION / "content" / name)
    after_animation, after_hiding = page.evaluate(
        """async () => {
          const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
          const [p, dialog, card] = document.querySelectorAll("p, dialog, scamlint-card");
          let count = 0;
          const work = () => { count += changes.take().size; };
          const changes = new scamlint.Changes({ isOurs: () => true, hasBegun: () => true, work, replaced: () => {} });
          changes.observe(document.documentElement);
          for (let turn = 0; turn < 20; turn += 1) {
            p.style.transform = `translateX(${turn}px)`;
            (turn % 2 ? document.body : dialog).append(card);
            await wait(0.02);
          }
          await wait(1.2);
          const first = count;
          p.style.visibility = "hidden";
          await wait(1.2);
          return [first, count];
        }"""
    )
    assert after_animation == 0
    assert after_hiding == 1


def is_gone(page):
    """Whether what the page remembered as `gone` has left the memory."""
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    return page.evaluate("gone.deref() === undefined")


def test_shadow_trees_that_were_taken_away_are_not_kept(reader):
    page = reader.open(f"<p>{PROMISE}</p>")
    page.evaluate(
        """(text) => {
          const host = document.createElement("x-post");
          host.attachShadow({ mode: "open" }).innerHTML = `<p>${text}</p>`;
          document.body.append(host);
          window.gone = new WeakRef(host.shadowRoot);
        }""",
        PROMISE,
    )
    reader.wait(page, 2)
    page.evaluate("document.querySelector('x-post').remove()")
    reader.wait(page, 1)
    page.wait_for_timeout(
        5_500
    )  # the password fields' list of shadow trees is made anew at a change after five seconds
    page.evaluate("document.body.append('More')")
    reader.until(lambda: is_gone(page), "the shadow tree is gone", seconds=60)


def test_text_that_was_taken_away_is_not_kept_while_the_server_refuses_everything(reader):
    reader.browser.settings(server=reader.sites.other)
    page = reader.open(f"<main><p>{PROMISE}</p></main>")
    reader.wait_for_badge(page, "!")
    page.evaluate("window.gone = new WeakRef(document.querySelector('p'))")
    for turn in range(3):
        page.evaluate(
            "(text) => { document.querySelector('main').innerHTML = `<p>${text}</p>`.repeat(300); }", f"{QUIET} {turn}"
        )
        page.wait_for_timeout(1_500)
    reader.until(lambda: is_gone(page), "the paragraph is gone", seconds=60)
