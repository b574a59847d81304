"""Pages that are made in unusual ways are read like others."""

import pytest

PROMISE = "Every deposit earns a fixed 3% per day, guaranteed, with no risk to your capital."
URGENCY = "Only 50 places are left, so join now before the sale closes tonight at midnight."


@pytest.mark.parametrize(
    "picture",
    [
        "<svg><defs><font-face></font-face></defs></svg>",
        "<svg><inkscape:path-effect></inkscape:path-effect></svg>",
        "<math><semantics><mi>x</mi><annotation-xml></annotation-xml></semantics></math>",
    ],
)
def test_a_page_with_a_hyphen_in_the_name_of_a_picture_part_is_read(reader, picture):
    page = reader.open(f"{picture}<p>{PROMISE}</p>")
    assert reader.wait(page, 1) == [PROMISE.rstrip(".")]


@pytest.mark.parametrize(
    "renew",
    [
        """(text) => {
          const html = document.createElement("html");
          html.innerHTML = `<head></head><body><p>${text}</p></body>`;
          document.documentElement.replaceWith(html);
        }""",
        """(text) => {
          document.open();
          document.write(`<!doctype html><p>${text}</p>`);
          document.close();
        }""",
    ],
    ids=["another root", "written anew"],
)
def test_a_page_that_replaces_all_of_itself_is_read_on(reader, renew):
    page = reader.open(f"<p>{PROMISE}</p>")
    reader.wait(page, 1)
    page.evaluate(renew, URGENCY)
    reader.wait_for_words(page, [URGENCY.rstrip(".")])
    reader.hover_mark(page)
    reader.card(page).wait("Urgency pressure")
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', `<p>${text}</p>`)", PROMISE)
    reader.wait_for_words(page, [URGENCY.rstrip("."), PROMISE.rstrip(".")])
