"""One page at a time: latency of ``scan``, cold start, and memory, each in its own process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from scamlint import Detector
from scamlint_training.bench import Options, Row
from scamlint_training.bench.material import page_of

PAGE = 5_000

_FIRST_RESULT = "from scamlint import Detector; Detector.load({model!r}).scan('Earn a guaranteed 2% a day.')"
_PEAK = """
import resource, sys
from scamlint import Detector
pages = [sys.stdin.read()] * {pages}
for report in Detector.load({model!r}).scan_many(pages): pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def measure(options: Options) -> list[Row]:
    """Measure latency, cold start and peak memory."""
    page = page_of(PAGE)
    detector = Detector.load(options.model)
    for _ in range(3):
        detector.scan(page)
    times = []
    for _ in range(10 if options.quick else 300):
        started = time.perf_counter()
        detector.scan(page)
        times.append((time.perf_counter() - started) * 1000)
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    cold = cold_starts(options.model, 2 if options.quick else 9)
    return [
        Row("scan, one page of 5,000 characters, median", cuts[49], "ms"),
        Row("scan, one page of 5,000 characters, 99th percentile", cuts[98], "ms"),
        Row("cold start: process start to first result, median", statistics.median(cold), "s", "<= 0.6"),
        Row(
            "peak resident memory, 200 pages of 5,000 characters",
            peak_memory(options.model, page, 5 if options.quick else 200),
            "MB",
            "<= 250",
        ),
    ]


def cold_starts(model: str, count: int) -> list[float]:
    """Return seconds from starting Python to its exit after one result; one run warms the file cache."""
    times = []
    for _ in range(count + 1):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", _FIRST_RESULT.format(model=model)], check=True)
        times.append(time.perf_counter() - started)
    return times[1:]


def peak_memory(model: str, page: str, pages: int) -> float:
    """Return the peak resident memory of a process that scans a page many times, in MB."""
    code = _PEAK.format(model=model, pages=pages)
    done = subprocess.run([sys.executable, "-c", code], input=page, capture_output=True, text=True, check=True)
    return float(done.stdout)
