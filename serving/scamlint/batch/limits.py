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

# Exit status, as multiprocessing tells it, of a process that used up its processor time.
CPU_LIMIT_EXIT = -int(signal.SIGPROF) if sys.platform != "win32" else 1_000


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


def arm_cpu_limit(seconds: float) -> None:
    """Have the kernel end this process after so many more seconds of processor time; 0 takes the limit away.

    Processor time, so that a busy machine makes no document late; and the kernel, because a parser that hangs in
    native code runs no signal handler. The process then ends with :data:`CPU_LIMIT_EXIT`.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


@contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Set :func:`arm_cpu_limit` for a block."""
    arm_cpu_limit(seconds)
    try:
        yield
    finally:
        arm_cpu_limit(0.0)


def wall_seconds(cpu_seconds: float) -> float:
    """Return how long the parent waits for what may take ``cpu_seconds`` of processor time: for what only sleeps."""
    return 4.0 * cpu_seconds + 20.0


def waits(pid: int) -> bool:
    """Whether a process sleeps: it neither runs, nor waits for a core of a busy machine, nor was stopped.

    Only such a process can be late by the clock; one that computes is ended by its limit of processor time. Where the
    system does not tell (not Linux), it counts as one that sleeps.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            state = file.read().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in (b"R", b"T", b"t")


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
