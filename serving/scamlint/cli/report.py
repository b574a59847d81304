"""``scamlint report``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from scamlint.errors import InputError, OptionError
from scamlint.render.visible import visible

_FORMS = {".html": "html", ".htm": "html", ".sarif": "sarif", ".json": "sarif", ".csv": "csv"}


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path), help="A .html, .sarif or .csv file.")
@click.option("--format", "form", type=click.Choice(["html", "sarif", "csv"]), help="Found from the name if left out.")
@click.option("--title", help="Heading of the page; the name of RESULTS if left out.")
def report(results: Path, output: Path, form: str | None, title: str | None) -> None:
    """Make a report of RESULTS, the output of 'scamlint batch'.

    HTML is one page that needs nothing else and loads nothing; SARIF 2.1.0 is for code scanning tools; CSV has one
    line for each passage.
    """
    chosen = form or _FORMS.get(output.suffix.lower())
    if chosen is None:
        raise OptionError(f"{output} does not say its format; end it with .html, .sarif or .csv, or give --format.")
    from scamlint.report.results import read_results

    _check_output(results, output)
    rows = read_results(results)
    pieces: Iterable[str]
    if chosen == "html":
        from scamlint.report.html import render_report

        pieces = [render_report(rows, title or str(results))]
    elif chosen == "sarif":
        from scamlint.report.sarif import sarif_pieces

        pieces = sarif_pieces(rows)
    else:
        from scamlint.report.passages import csv_pieces

        pieces = csv_pieces(rows)
    try:
        with _opened(output) as file:
            for piece in pieces:
                file.write(piece.encode("utf-8", "replace"))
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror or error}.") from error
    click.echo(f"Report: {visible(str(output))}", err=True)


@contextmanager
def _opened(output: Path) -> Iterator[IO[bytes]]:
    """Open the report for writing: a pipe or a device as it is, a file so that it appears only when it is whole."""
    from scamlint.batch.output import atomic

    if output.exists() and not output.is_file():
        with output.open("wb") as file:
            yield file
    else:  # a link stays, and the file that it leads to is replaced
        with atomic(Path(os.path.realpath(output))) as file:
            yield file


def _check_output(results: Path, output: Path) -> None:
    """Refuse to write over the result, or into it under a name that would be taken for a part of it.

    Raises:
        OptionError: The output is the result, or a file of it, or would become one.
    """
    from scamlint.batch.manifest import MANIFEST_FILE
    from scamlint.batch.options import OUTPUT_FORMATS
    from scamlint.report.results import result_files

    parts = result_files(results)
    if any(output.exists() and output.samefile(part) for part in parts):
        raise OptionError(f"{output} is what the report is made of; give --output another name.")
    real = Path(os.path.realpath(output))
    inside = results.is_dir() and real.parent == results.resolve()
    if inside and (real.name == MANIFEST_FILE or any(real.match(f"part-*.{form}") for form in OUTPUT_FORMATS)):
        raise OptionError(f"{output} would be taken for a part of the result; give --output another name.")
