"""The generated tables of the API's README: ``python -m scamlint.api.reference`` writes them anew."""

from __future__ import annotations

from pathlib import Path

from scamlint.api.problems import ALL_PROBLEMS
from scamlint.api.settings import settings_table

README = Path(__file__).with_name("README.md")


def problems_table() -> str:
    """Return a Markdown table of every error."""
    rows = ["| type | status | meaning |", "| --- | --- | --- |"]
    rows += [f"| `{kind.slug}` | {kind.status} | {kind.title} |" for kind in ALL_PROBLEMS]
    return "\n".join(rows) + "\n"


def with_tables(text: str) -> str:
    """Return a page with the text between its markers generated."""
    for name, table in (("problems", problems_table()), ("settings", settings_table())):
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        text = before + start + table + end + after
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
