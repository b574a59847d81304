"""Limits that a worker sets on itself while it reads a document of unknown origin."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.connection import wait

if sys.platform != "win32":
    import resource


@contextmanager
def memory_limit(mib: int) -> Iterator[None]:
    """Let the process grow by at most ``mib`` MiB inside the block, where the system can enforce that (Linux)."""
    if sys.platform != "linux":
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit_growth(mib)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def limit_growth(mib: int) -> None:
    """Let the process grow by at most ``mib`` MiB from here on, where the system can enforce that (Linux)."""
    if sys.platform != "linux":
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _address_space() + mib * 1024 * 1024
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


@contextmanager
def last_resort(seconds: float) -> Iterator[None]:
    """Have the kernel end this process when the block takes longer, even if the parent is gone."""
    if sys.platform == "win32":
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def follow_parent() -> None:
    """Ignore Ctrl-C, which the parent handles, and end this process as soon as the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="scamlint-watch-parent").start()


def _address_space() -> int:
    """Return the size of the process's address space, in bytes (Linux)."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
