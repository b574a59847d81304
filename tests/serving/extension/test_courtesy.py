"""The page stays quick while it is read."""

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
    assert PROMISE not in "".join(others), (
        "It had been read before the first piece was handed over."
    )
