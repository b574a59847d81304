"""Telling how far a run is: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from scamlint.batch.inputs import STDIN, total_size
from scamlint.batch.options import BatchOptions
from scamlint.batch.summary import Summary

_PLAIN_SECONDS = 10.0


@contextmanager
def show_progress(options: BatchOptions) -> Iterator[Callable[[Summary], None]]:
    """Give a function that shows the state of a run on standard error."""
    meter = Meter(options)
    if not sys.stderr.isatty():
        yield _Plain(meter)
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(stderr=True), refresh_per_second=5, transient=True) as live:
        yield lambda summary: live.update(Text(meter.line(summary)))


class Meter:
    """Works out rate and time left. The inputs are measured in the background, so that a run starts at once."""

    def __init__(self, options: BatchOptions) -> None:
        self._total = 0
        if STDIN not in options.inputs:
            threading.Thread(target=self._measure, args=(options,), daemon=True).start()
        self._first: tuple[float, int] | None = None

    def _measure(self, options: BatchOptions) -> None:
        with suppress(Exception):  # the run lists the inputs too, and says what is wrong with them
            self._total = total_size(options)

    def line(self, summary: Summary) -> str:
        """Return the state of a run in one line."""
        rate = (summary.rows - summary.resumed) / max(summary.seconds, 1e-9)
        parts = [
            f"{summary.rows:,} documents",
            f"{rate:,.0f}/s",
            f"{summary.flagged:,} flagged",
            f"{summary.errors:,} errors",
        ]
        left = self._seconds_left(summary)
        if left is not None:
            parts.append(f"{_duration(left)} left")
        return ", ".join(parts)

    def _seconds_left(self, summary: Summary) -> float | None:
        if self._first is None and summary.consumed:
            self._first = (summary.seconds, summary.consumed)
        if self._first is None or not self._total:
            return None
        seconds, consumed = summary.seconds - self._first[0], summary.consumed - self._first[1]
        if seconds < 2.0 or consumed <= 0:
            return None
        return max(0.0, (self._total - summary.consumed) * seconds / consumed)


class _Plain:
    """Writes a line every ten seconds."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._last = time.monotonic()

    def __call__(self, summary: Summary) -> None:
        now = time.monotonic()
        if now - self._last >= _PLAIN_SECONDS:
            self._last = now
            sys.stderr.write(self._meter.line(summary) + "\n")
            sys.stderr.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
