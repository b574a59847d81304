"""How the command line ends: its exit statuses, and what it says before it."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from scamlint.errors import ScamlintError
from scamlint.render.visible import visible

MISUSE = 2
UNEXPECTED = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 130  # 128 and SIGINT, as a shell says it
NOBODY_READS = 141  # 128 and SIGPIPE
_PACKAGE = Path(__file__).parents[1]


class _PastClickError(Exception):
    """Carries an error that click would take for something else."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


@contextmanager
def past_click() -> Iterator[None]:
    """Let errors pass click that it would hide: a broken pipe, which it gives status 1, and EOFError, its Ctrl-C."""
    try:
        yield
    except (BrokenPipeError, EOFError) as error:
        raise _PastClickError(error) from error


def ended(command: Callable[[], object]) -> int:
    """Run a command and return the status that the process is to end with.

    Whatever goes wrong is said in one sentence that holds no words of a document. An error that scamlint does not raise
    on purpose never gets status 1, which a command may give a meaning.

    Args:
        command: Runs click without its standalone mode; what it returns is a status when it is a number.

    Returns:
        0, the status that the command returned, 2, 70, 130 or 141.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        status = _said(command)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        return NOBODY_READS
    except OSError as error:
        return _say(f"Standard output cannot be written: {error.strerror}.", UNEXPECTED)
    finally:
        _drop_unwritten()


def _said(command: Callable[[], object]) -> int:
    """Run a command; say what went wrong, if anything did, and return the status.

    Raises:
        BrokenPipeError: Nobody reads what is printed.
    """
    try:
        returned = _run(command)
        return returned if isinstance(returned, int) else 0
    except BrokenPipeError:
        raise
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        return MISUSE if error.exit_code == 1 else error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _say("stopped.", STOPPED)
    except ScamlintError as error:
        return _say(str(error), MISUSE)
    except OSError as error:
        return _say(f"The command cannot go on: {error.strerror or 'no reason given'} ({_place(error)}).", UNEXPECTED)
    except Exception as error:
        return _say(f"An error that should not happen ended it ({_place(error)}); please report it.", UNEXPECTED)


def _run(command: Callable[[], object]) -> object:
    try:
        return command()
    except _PastClickError as carried:
        raise carried.error from None


def _say(sentence: str, status: int) -> int:
    with suppress(OSError):  # a status is still told when nobody hears the sentence
        click.echo(f"scamlint: {visible(sentence)}", err=True)
    return status


def _place(error: BaseException) -> str:
    """Return the kind of an error and the line of scamlint that raised it; its words may quote a document."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents]
    last = (ours or frames)[-1]
    return f"{type(error).__name__}, {Path(last.filename).name}, line {last.lineno}"


def _drop_unwritten() -> None:
    """Throw away what could not be written; Python would try again at the end, and make the status 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
