"""The words of a web page that a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scamlint.batch.extras import need

# What the page itself hides. A page that is hidden as a whole until its script has run is read all the same.
_HIDDEN = (
    '[hidden]:not(html, body, [hidden="until-found" i], [style*="display" i])',
    *(f'[style*="{style}" i]:not(html, body)' for style in ("display:none", "display: none", "display : none")),
)
# Parts of forms, which the extractor would leave out or run into each other.
_FORM_TAGS = ("label", "button", "select", "optgroup", "option", "textarea", "summary", "legend")
_BUTTON_TYPES = ("submit", "button")
_FORM_PARTS = ", ".join((*_FORM_TAGS, *(f'input[type="{kind}" i]' for kind in _BUTTON_TYPES)))
_FEW = 50
# HTML knows no elements that close themselves: what follows one of these would be taken for its content.
_CLOSED = re.compile(r"<(script|style|title|textarea|iframe|noscript)(\s[^<>]*)?/>", re.IGNORECASE)
_XHTML = "http://www.w3.org/1999/xhtml"
_START = 4096


def html_text(page: str) -> str:
    """Return all visible words of an HTML page, one block a line, with the title first.

    Nothing is taken for boilerplate: a promise in a banner or a footer is a promise.

    Args:
        page: The page.
    """
    extractor = need("resiliparse.extract.html2text", "files", "Reading HTML")
    trees = need("resiliparse.parse.html", "files", "Reading HTML")
    tree = trees.HTMLTree.parse(_opened(page))
    _open_forms(tree)

    def words(hidden: tuple[str, ...]) -> str:
        text: str = extractor.extract_plain_text(
            tree, main_content=False, alt_texts=True, links=False, skip_elements=list(hidden)
        )
        return text

    text = words(_HIDDEN)
    if not text.strip():
        text = words(())
    title = " ".join((tree.title or "").split())
    return f"{title}\n\n{text}" if title and not text.startswith(title) else text


def _opened(page: str) -> str:
    """Return a page with elements of XHTML that close themselves written as two tags; other pages as they are."""
    start = page[:_START].lstrip("\ufeff \t\r\n")
    is_xhtml = start.startswith("<?xml") or _XHTML in start
    return _CLOSED.sub(r"<\1\2></\1>", page) if is_xhtml else page


def _open_forms(tree: Any) -> None:
    """Turn the parts of forms into plain elements, each but a label on a line of its own."""
    for element in _form_parts(tree):
        plain = tree.create_element("span" if element.tag == "label" else "div")
        for name in ("hidden", "style"):
            if element.hasattr(name):
                plain.setattr(name, element.getattr(name) or "")
        while (child := element.first_child) is not None:
            plain.append_child(child)
        if element.tag == "input":
            plain.append_child(tree.create_text_node(element.getattr("value") or ""))
        element.parent.replace_child(plain, element)


def _form_parts(tree: Any) -> Iterator[Any]:
    """Yield the parts of forms; the caller replaces each one before it asks for the next.

    A collection of this library runs its query again for each of its items. Searching for the first part that is left
    is the quickest way while there are few of them, and walking over the whole tree when there are many.
    """
    for _ in range(_FEW):
        element = tree.document.query_selector(_FORM_PARTS)
        if element is None:
            return
        yield element
    yield from [node for node in tree.document if _is_form_part(node)]


def _is_form_part(node: Any) -> bool:
    if node.tag == "input":
        return (node.getattr("type") or "").lower() in _BUTTON_TYPES
    return node.tag in _FORM_TAGS
