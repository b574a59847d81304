"""``scamlint scan``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from scamlint.bundle import DEFAULT_MODEL, SHIPPED
from scamlint.detector import Detector
from scamlint.errors import InputError, OptionError
from scamlint.labels import get_label
from scamlint.spans import Report


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help=f"{', '.join(SHIPPED)}, or a model folder.")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", help="Output format.")
@click.option("--label", "chosen", multiple=True, help="Report only this label; may be given again.")
@click.option("--threshold", "thresholds", multiple=True, metavar="LABEL:SCORE", help="Report LABEL from SCORE on.")
@click.option("--fail-on", "fail_on", multiple=True, metavar="LABEL[:SCORE]", help="Exit with status 1 on such a span.")
def scan(
    files: tuple[str, ...],
    model: str,
    form: str,
    chosen: tuple[str, ...],
    thresholds: tuple[str, ...],
    fail_on: tuple[str, ...],
) -> None:
    """Show the flagged passages of FILES ('-' reads standard input).

    Exit status: 0, or 1 when --fail-on is reached, or 2 when an option or a file is wrong.
    """
    limits = [_label_and_score(item) for item in fail_on]
    changed = dict(_label_and_score(item, required=True) for item in thresholds)
    texts = [read_text(name) for name in files]
    detector = Detector.load(model)
    reports = list(detector.scan_many(texts, labels=chosen or None, thresholds=changed))
    _print(form, files, texts, reports)
    if any(_reached(report, limits) for report in reports):
        sys.exit(1)


def read_text(name: str) -> str:
    """Read a UTF-8 document; bytes that are not UTF-8 become U+FFFD.

    Args:
        name: A path, or ``-`` for standard input.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    return raw.decode("utf-8-sig", errors="replace")


def _label_and_score(item: str, required: bool = False) -> tuple[str, float]:
    """Read ``LABEL[:SCORE]``; no score means any flagged span."""
    name, colon, number = item.partition(":")
    get_label(name)
    if not colon:
        if required:
            raise OptionError(f"Give a score, as in {name}:0.8.")
        return name, 0.0
    try:
        score = float(number)
    except ValueError:
        raise OptionError(f"{number!r} is no score; write it as in {name}:0.8.") from None
    if not 0.0 <= score <= 1.0:
        raise OptionError(f"A score lies between 0 and 1, got {number}.")
    return name, score


def _reached(report: Report, limits: list[tuple[str, float]]) -> bool:
    return any(span.label == label and span.score >= score for span in report.spans for label, score in limits)


def _print(form: str, files: tuple[str, ...], texts: list[str], reports: list[Report]) -> None:
    if form == "json":
        rows = [{"file": name, **report.to_dict()} for name, report in zip(files, reports, strict=True)]
        click.echo(json.dumps(rows[0] if len(rows) == 1 else rows, indent=2, ensure_ascii=False))
    elif form == "html":
        from scamlint.render.html import render_html

        click.echo(render_html(list(zip(files, texts, reports, strict=True))))
    else:
        from scamlint.render.terminal import print_report

        for name, text, report in zip(files, texts, reports, strict=True):
            print_report(name, text, report)
