"""Rich's console as the command line needs it."""

from __future__ import annotations

import rich.console


class Console(rich.console.Console):
    """A console that leaves it to the command line how to end when nobody reads on; rich would exit with status 1."""

    def on_broken_pipe(self) -> None:
        """Raise the BrokenPipeError that rich is handling."""
        raise
