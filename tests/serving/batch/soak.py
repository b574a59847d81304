"""The long test of dumps: nothing is lost, kills change nothing, memory stays where it is. ``make soak`` runs it.

python tests/serving/batch/soak.py --documents 100000 --kills 10
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import psutil
from dump import make_dump
from running import SCAMLINT, read_rows

LIMITS = ["--model", "baseline", "--timeout", "5", "--memory", "512"]
# A result is compared column by column; nothing in it may depend on when it was made.
KEY = ("source", "id")


def start(inputs: Path, output: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start a run."""
    command = [*SCAMLINT, "batch", str(inputs), "--output", str(output), *LIMITS, *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def run(inputs: Path, output: Path, *more: str) -> tuple[str, float, int]:
    """Run to the end; return the last line, the seconds, and the peak memory of all processes in bytes."""
    started = time.monotonic()
    process = start(inputs, output, *more)
    meter = MemoryMeter(process.pid)
    meter.start()
    _, said = process.communicate()
    meter.stop()
    if process.returncode != 0:
        raise SystemExit(f"scamlint batch ended with {process.returncode}:\n{said.decode()}")
    return said.decode().strip().splitlines()[-1], time.monotonic() - started, meter.peak


class MemoryMeter(threading.Thread):
    """Samples the memory of a process and of its children: proportional set size, so that nothing counts twice."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._done.wait(0.1):
            total = 0
            try:
                for process in [self._process, *self._process.children(recursive=True)]:
                    total += process.memory_full_info().pss
            except psutil.Error:
                continue
            self.peak = max(self.peak, total)

    def stop(self) -> None:
        self._done.set()
        self.join()


def run_with_kills(inputs: Path, output: Path, delays: list[float], *more: str) -> int:
    """Kill a run with SIGKILL after each delay and let it go on; return how many kills hit a running process."""
    hit = 0
    for delay in delays:
        process = start(inputs, output, "--resume", *more)
        try:
            process.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            hit += 1
        process.communicate()
    run(inputs, output, "--resume", *more)
    return hit


def compare(first: Path, second: Path) -> None:
    """Stop when two results do not hold the same rows in the same order."""
    rows, others = read_rows(first), read_rows(second)
    if rows != others:
        different = [pair for pair in zip(rows, others, strict=False) if pair[0] != pair[1]]
        for row, other in different[:10]:
            keys = [key for key in row if row[key] != other[key]]
            print(f"{row['source']} {row['id']}: " + "; ".join(f"{key} {row[key]!r} / {other[key]!r}" for key in keys))
        raise SystemExit(f"{first} has {len(rows)} rows, {second} {len(others)}; {len(different)} of them differ.")


def main() -> None:
    """Run every check and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="scamlint-soak-"))
    try:
        dump = make_dump(folder / "in", arguments.documents)
        print(f"dump: {dump.documents:,} documents, {dump.broken:,} of them broken", flush=True)
        said, seconds, peak = run(folder / "in", folder / "clean")
        print(f"clean run: {said} Peak {peak / 2**20:.0f} MiB", flush=True)
        rows = read_rows(folder / "clean")
        broken = sum(row["status"] != "ok" for row in rows)
        if (len(rows), broken) != (dump.documents, dump.broken):
            raise SystemExit(f"{len(rows):,} rows, {broken:,} broken: not what the dump holds")
        del rows

        rng = random.Random(arguments.seed)
        delays = [rng.uniform(0.5, seconds * 2 / (arguments.kills + 1)) for _ in range(arguments.kills)]
        hit = run_with_kills(folder / "in", folder / "killed", delays, "--part-rows", "2000")
        compare(folder / "clean", folder / "killed")
        print(f"{hit} kills: the same rows", flush=True)

        # Without the hostile files, whose own appetite would hide what the size of the input costs.
        small = make_dump(folder / "small", arguments.documents // 10, hostile=False)
        large = make_dump(folder / "large", arguments.documents, hostile=False)
        _, _, small_peak = run(folder / "small", folder / "small-out")
        _, _, large_peak = run(folder / "large", folder / "large-out")
        ratio = large_peak / small_peak
        print(f"peak memory: {small_peak / 2**20:.0f} MiB for {small.documents:,} documents, "
              f"{large_peak / 2**20:.0f} MiB for {large.documents:,}: {ratio:.2f}×")  # fmt: skip
        if ratio > 1.2:
            raise SystemExit("Ten times the input takes more than 1.2 times the memory.")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
