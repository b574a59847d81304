"""Importing what an extra brings, with a sentence that says what to install when it is missing."""

from __future__ import annotations

import importlib
from typing import Any

from scamlint.errors import OptionError


def need(module: str, extra: str, purpose: str) -> Any:
    """Import a module of an extra.

    Args:
        module: Name of the module.
        extra: The extra of scamlint that installs it.
        purpose: What it is needed for, as the start of a sentence.

    Raises:
        OptionError: It is not installed; the message has the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise OptionError(
            f"{purpose} needs {module.partition('.')[0]}: run pip install 'scamlint[{extra}]'."
        ) from error
