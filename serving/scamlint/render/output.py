"""Printing the reports of some documents in the form that was asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from scamlint.render.visible import is_hidden
from scamlint.spans import Report


def print_reports(form: str, documents: Sequence[tuple[str, str, Report]]) -> None:
    """Print reports to standard output.

    Args:
        form: ``text``, ``json`` or ``html``.
        documents: Name, text and report of each.
    """
    if form == "json":
        rows = [{"file": name, **report.to_dict()} for name, _, report in documents]
        _print_utf_8(_json(rows[0] if len(rows) == 1 else rows))
    elif form == "html":
        from scamlint.render.html import render_html

        _print_utf_8(render_html(documents))
    else:
        from scamlint.render.terminal import print_report

        for name, text, report in documents:
            print_report(name, text, report)


def _print_utf_8(words: str) -> None:
    """Print what is for programs: in UTF-8, whatever the encoding of the terminal is."""
    click.echo(words.encode("utf-8"))


def _json(value: object) -> str:
    """Write JSON for programs and people: what a terminal must not be fed is escaped."""
    plain = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(json.dumps(char)[1:-1] if char != "\n" and is_hidden(char) else char for char in plain)
