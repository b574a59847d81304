"""The command line. Commands are imported only when they are run, so that ``--help`` is quick."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from scamlint import __version__
from scamlint.cli.exits import ended, past_click
from scamlint.render.visible import visible

# Command: (module, function, one line of help).
_COMMANDS = {
    "scan": ("scamlint.cli.scan", "scan", "Show the flagged passages of documents."),
    "serve": ("scamlint.cli.serve", "serve", "Serve the HTTP API and the web page."),
    "batch": ("scamlint.cli.batch", "batch", "Score many documents: folders, archives, tables; one row for each."),
    "report": ("scamlint.cli.report", "report", "Make a page, SARIF or CSV of the results of batch."),
    "feedback": ("scamlint.cli.feedback", "feedback", "Export the feedback that the API took."),
    "labels": ("scamlint.cli.labels", "labels", "List the labels and what they mean."),
}


class _LazyGroup(click.Group):
    """A group whose commands live in modules that are imported on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, function, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in _COMMANDS.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with past_click():  # this prints the help, too
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with past_click():
                return super().invoke(ctx)
        except click.UsageError as error:  # click prints what was typed, such as the name of a file, as it is
            shown = visible(error.format_message(), keep="\n\t")
            if shown == error.format_message():
                raise
            raise click.UsageError(shown, error.ctx) from error


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scamlint")
def cli() -> None:
    """Highlight the words in crypto documents that work like a scam.

    It marks language, never gives a verdict on people: a marked document may be honest, an unmarked one a fraud.
    """


def main() -> None:
    """Run the command line and end the process; see :mod:`scamlint.cli.exits` for the statuses."""
    sys.exit(ended(lambda: cli.main(standalone_mode=False)))
