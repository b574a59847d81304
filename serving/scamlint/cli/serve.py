"""``scamlint serve``."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import click

from scamlint.errors import OptionError

try:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from scamlint.api import keys
    from scamlint.api.settings import PREFIX, Settings, environment
except ImportError as error:
    raise OptionError(
        f"`scamlint serve` needs packages that are not installed ({error.name}): pip install 'scamlint[api]'"
    ) from error


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each setting."""
    for name, field in reversed(Settings.model_fields.items()):
        default = ", ".join(field.default) if isinstance(field.default, tuple) else field.default
        flag = f"--{name.replace('_', '-')}"
        if isinstance(field.default, bool):
            flag += f"/--no-{name.replace('_', '-')}"
        shown = "" if default in (None, "") else f"  [default: {str(default).lower()}]"
        option = click.option(
            flag,
            default=None,
            type=bool if isinstance(field.default, bool) else str,
            metavar=None if isinstance(field.default, bool) else _metavar(field.default),
            help=f"{field.description}{shown}",
        )
        function = option(function)
    return function


def _metavar(default: Any) -> str:
    return {int: "NUMBER", float: "SECONDS", tuple: "LIST"}.get(type(default), "TEXT")


def _problem(error: ErrorDetails) -> str:
    """Say what is wrong with a setting in words of ours where pydantic's are for programmers."""
    if error["type"] in ("int_parsing", "float_parsing", "bool_parsing"):
        kind = {"int": "a whole number", "float": "a number", "bool": "true or false"}[error["type"].split("_")[0]]
        return f"it must be {kind}, got {error['input']!r}"
    return str(error.get("ctx", {}).get("error") or error["msg"]).rstrip(".")


@click.command(context_settings={"show_default": False})
@_options
@click.option("--new-key", metavar="NAME", help="Make an API key, print it and its line for the keys file, and exit.")
def serve(new_key: str | None, **values: Any) -> None:
    """Serve the HTTP API, and the web page at /.

    Every option can also be set by an environment variable: SCAMLINT_PORT for --port, and so on.
    """
    if new_key is not None:
        key = keys.new_key()
        line = keys.key_line(new_key, key)
        click.echo(f"Key, shown only now:    {key}")
        click.echo(f"Line of the keys file:  {line}")
        return
    os.environ.update(environment(values))
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise OptionError(f"--{name.replace('_', '-')} ({PREFIX}{name.upper()}): {_problem(first)}.") from None
    from scamlint.api.server import run

    run(settings)
