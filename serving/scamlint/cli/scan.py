"""``scamlint scan``."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import click

from scamlint.bundle import DEFAULT_MODEL, SHIPPED
from scamlint.cli.reading import Parser, read_text
from scamlint.detector import Detector, Findings
from scamlint.errors import OptionError
from scamlint.labels import get_label, label_names
from scamlint.render.output import print_reports
from scamlint.render.visible import visible


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help=f"{', '.join(SHIPPED)}, or a model folder.")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", help="Output format.")
@click.option("--label", "chosen", multiple=True, help="Report only this label; may be given again.")
@click.option("--threshold", "thresholds", multiple=True, metavar="LABEL:SCORE", help="Report LABEL from SCORE on.")
@click.option(
    "--fail-on",
    "fail_on",
    multiple=True,
    metavar="LABEL[:SCORE]",
    help="Exit with status 1 when a passage has LABEL with at least SCORE, whether it is reported or not; without "
    "SCORE, the score from which LABEL is reported. May be given again.",
)
def scan(
    files: tuple[str, ...],
    model: str,
    form: str,
    chosen: tuple[str, ...],
    thresholds: tuple[str, ...],
    fail_on: tuple[str, ...],
) -> None:
    """Show the flagged passages of FILES ('-' reads standard input).

    HTML, PDF, Word (.docx) and mail (.eml) are read as 'scamlint batch' reads them, also in .gz and .zst; line numbers
    and offsets are then those of the extracted text. Such a file is refused when it has over 64 MiB, or when reading it
    takes over 30 s of processor time or (on Linux) 1 GiB of memory. Scoring has no limit.

    Anything else is read as text: UTF-8, or what its byte order mark says. What has no known ending is read as HTML or
    PDF when it begins like that. Files that hold many documents (JSONL, CSV, archives, ...) are for 'scamlint batch'.

    Exit status: 0, or 1 when --fail-on is reached, or 2 when an option or a file is wrong; 130 after Ctrl-C, 141 when
    nobody reads the output, 70 after an error that should not happen. Nothing but --fail-on gives 1.
    """
    limits = [_label_and_score(item) for item in fail_on]
    changed = _thresholds(thresholds)
    for name in chosen:
        get_label(name)
    with Parser() as parser:
        texts = [read_text(name, parser) for name in files]
    detector = Detector.load(model)
    findings = list(detector.find_many(texts))
    reports = [
        detector.report(text, found, labels=chosen or None, thresholds=changed)
        for text, found in zip(texts, findings, strict=True)
    ]
    print_reports(form, list(zip(files, texts, reports, strict=True)))
    reached = [
        _reached(detector, name, text, found, changed, limit)
        for name, text, found in zip(files, texts, findings, strict=True)
        for limit in limits
    ]
    if any(reached):
        sys.exit(1)


def _label_and_score(item: str) -> tuple[str, float | None]:
    """Read ``LABEL[:SCORE]``."""
    name, colon, number = item.partition(":")
    if "=" in name:
        raise OptionError(f"{item!r} is no label with a score; write it as in {label_names()[0]}:0.8.")
    get_label(name)
    if not colon:
        return name, None
    try:
        score = float(number)
    except ValueError:
        raise OptionError(f"{number!r} is no score; write it as in {name}:0.8.") from None
    if not 0.0 <= score <= 1.0:
        raise OptionError(f"A score lies between 0 and 1, got {number}.")
    return name, score


def _thresholds(items: tuple[str, ...]) -> dict[str, float]:
    """Read ``LABEL:SCORE`` options."""
    found = {}
    for name, score in map(_label_and_score, items):
        if score is None:
            raise OptionError(f"Give a score, as in {name}:0.8.")
        found[name] = score
    return found


def _reached(
    detector: Detector,
    name: str,
    text: str,
    findings: Findings,
    thresholds: Mapping[str, float],
    limit: tuple[str, float | None],
) -> bool:
    """Whether a document has a passage that --fail-on asks for; says which one, since it may not be reported."""
    label, score = limit
    changed = thresholds if score is None else {label: score}
    spans = detector.report(text, findings, labels=[label], thresholds=changed).spans
    if spans:
        best = max(spans, key=lambda span: span.score)
        words = visible(best.text if len(best.text) <= 80 else best.text[:79] + "…", keep="")
        shown = visible(name, keep="")
        click.echo(f"scamlint: --fail-on {label} is reached in {shown}: {words} ({best.score:.4f})", err=True)
    return bool(spans)
