"""``scamlint feedback``."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

import click

from scamlint.errors import OptionError

try:
    from scamlint.api.export import export_lines
    from scamlint.api.feedback import FeedbackStore
except ImportError as error:
    raise OptionError(
        f"`scamlint feedback` needs packages that are not installed ({error.name}): pip install 'scamlint[api]'"
    ) from error


@click.group()
def feedback() -> None:
    """Work with the feedback that the HTTP API took."""


@feedback.command()
@click.option("--database", envvar="SCAMLINT_FEEDBACK_DATABASE", default="", help="URL, as for `scamlint serve`.")
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="JSONL file; - is standard output.")
def export(database: str, output: TextIO) -> None:
    """Write feedback as documents of the corpus, one JSON object a line, for review."""
    store = FeedbackStore(database, create=False)
    written = 0
    left_out: Counter[str] = Counter()
    for line in export_lines(store, left_out):
        output.write(line)
        written += 1
    output.flush()  # click would hide that it fails
    store.close()
    click.echo("; ".join((f"{written} written", *(f"{n} have {why}" for why, n in left_out.items()))) + ".", err=True)
