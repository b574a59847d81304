"""``scamlint labels``."""

from __future__ import annotations

import dataclasses
import json

import click

from scamlint.labels import all_labels


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print them.")
def labels(form: str) -> None:
    """List the labels and what they mean."""
    if form == "json":
        click.echo(json.dumps([dataclasses.asdict(label) for label in all_labels()], indent=2))
        return
    from rich.table import Table

    from scamlint.render.console import Console

    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column("label", no_wrap=True)
    table.add_column("what it means")
    for label in all_labels():
        name = f"[bold {label.ansi}]{label.name}[/]" + (" [dim](core)[/]" if label.core else "")
        table.add_row(name, f"{label.explanation}\n[dim]{label.source}[/]")
    Console().print(table)
