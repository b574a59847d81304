"""``scamlint batch``."""

from __future__ import annotations

import sys

import click

from scamlint.batch.inputs import STDIN
from scamlint.batch.options import INPUT_FORMATS, MIB, OUTPUT_FORMATS, BatchOptions
from scamlint.bundle import DEFAULT_MODEL, SHIPPED
from scamlint.errors import OptionError
from scamlint.labels import label_names
from scamlint.render.visible import visible


@click.command()
@click.argument("inputs", nargs=-1, required=True)
@click.option("--output", "-o", required=True, help="A folder, or a file that ends with .parquet, .jsonl or .csv.")
@click.option("--output-format", type=click.Choice(OUTPUT_FORMATS), help="Format of the parts in a folder: parquet.")
@click.option("--rows", type=click.Choice(["auto", "full", "short"]), default="auto", help="Form of the rows.")
@click.option("--model", default=DEFAULT_MODEL, show_default=True, help=f"{', '.join(SHIPPED)}, or a model folder.")
@click.option("--text-column", default="text", show_default=True, help="Field of a row that holds the text.")
@click.option("--id-column", default="id", show_default=True, help="Field of a row that identifies it.")
@click.option("--keep", multiple=True, metavar="COLUMN", help="Carry this field of a row along; may be given again.")
@click.option("--input-format", type=click.Choice(INPUT_FORMATS), help="Read every input as this, whatever its name.")
@click.option("--encoding", help="Encoding of text inputs; found out when left out.")
@click.option("--label", "chosen", multiple=True, help="Report only this label; may be given again.")
@click.option("--threshold", "thresholds", multiple=True, metavar="LABEL:SCORE", help="Report LABEL from SCORE on.")
@click.option("--context", default=60, show_default=True, help="Characters of context around each span.")
@click.option("--workers", type=int, help="Worker processes; one for each core when left out.")
@click.option("--timeout", default=30.0, show_default=True, help="Seconds of processor time to read one document.")
@click.option("--memory", default=1024, show_default=True, help="MiB that reading one document may take.")
@click.option("--max-bytes", default=64 * MIB, show_default=True, help="Largest document, in bytes.")
@click.option("--part-rows", default=16_384, show_default=True, help="Rows in a part; a crash costs the open part.")
@click.option("--skip-unsupported", is_flag=True, help="Leave out kinds of files that are not read.")
@click.option("--resume", is_flag=True, help="Go on where an interrupted run stopped.")
@click.option("--overwrite", is_flag=True, help="Throw away what an earlier run left.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", help="Score here, or on a Ray cluster.")
@click.option("--ray-address", metavar="ADDRESS", help="Of a running Ray cluster; one is started here if left out.")
@click.option("--strict", is_flag=True, help="Exit with status 3 when a document could not be read or scored.")
def batch(
    strict: bool,
    chosen: tuple[str, ...],
    thresholds: tuple[str, ...],
    engine: str,
    ray_address: str | None,
    **values: object,
) -> None:
    """Score many documents: one row for each, none lost.

    INPUTS are files, folders, globs or URLs, or '-' for standard input: text, Markdown, HTML, PDF, Word and mail;
    JSONL, JSON, CSV, TSV and Parquet; all of them also in .gz or .zst, in .zip or .tar, or in a WARC.

    Exit status: 0 when every document has its row, 3 when --strict is given and a row has an error, 130 after Ctrl-C
    (it says how to go on), 2 when an option or an input is wrong.
    """
    options = BatchOptions(labels=chosen or None, thresholds=_thresholds(thresholds), **values)  # type: ignore[arg-type]
    from scamlint.batch.engine import run_batch
    from scamlint.batch.progress import show_progress

    try:
        if engine == "ray":
            from scamlint.batch.ray_engine import run_ray

            summary = run_ray(options, ray_address, options.workers)
        else:
            with show_progress(options) as on_progress:
                summary = run_batch(options, on_progress)
    except KeyboardInterrupt:
        click.echo(f"scamlint: stopped. {how_to_go_on(options, engine)}", err=True)
        sys.exit(130)
    click.echo(
        f"{summary.documents:,} documents in, {summary.rows:,} rows out; {summary.flagged:,} flagged, "
        f"{summary.errors:,} with an error; {summary.seconds:.1f} s. Result: {options.output}",
        err=True,
    )
    if summary.first_error:
        click.echo(f"The first error: {visible(summary.first_error)}", err=True)
    if strict and summary.errors:
        sys.exit(3)


def how_to_go_on(options: BatchOptions, engine: str) -> str:
    """Return the sentence that says what to do after Ctrl-C.

    Args:
        options: Of the run that was stopped.
        engine: ``local`` or ``ray``.
    """
    if engine == "ray" or STDIN in options.inputs:
        what = "A run on Ray" if engine == "ray" else "A run over standard input"
        again = "again" if options.overwrite else "with --overwrite"
        return f"{what} cannot go on; run the same command {again} to start anew."
    if options.resume:
        return "Run the same command again to go on."
    instead = " in place of --overwrite" if options.overwrite else ""
    return f"Run the same command with --resume{instead} to go on."


def _thresholds(items: tuple[str, ...]) -> dict[str, float]:
    """Read ``LABEL:SCORE`` options."""
    found = {}
    for item in items:
        label, _, number = item.partition(":")
        try:
            found[label] = float(number)
        except ValueError:
            example = label if label in label_names() else label_names()[0]
            raise OptionError(f"{item!r} is no threshold; write it as in {example}:0.8.") from None
    return found
