"""The HTTP API under load: a real server on loopback, clients simulated by locust in processes of their own.

Server and clients share the machine's cores, so the figures are a lower bound of what the server does alone.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from scamlint import Detector
from scamlint_training.bench import Options, Row
from scamlint_training.bench.material import mixed_documents

LENGTHS = (500, 10_000)
CLIENTS = (1, 8, 64)
_LOAD = Path(__file__).with_name("_locust.py")


@dataclass(frozen=True, slots=True)
class Load:
    """What clients saw of replies with one status.

    Attributes:
        requests: How many there were.
        rate: How many a second.
        times: Response times in milliseconds, sorted.
    """

    requests: int
    rate: float
    times: list[float]

    def percentile(self, share: float) -> float:
        """Return the response time that a share of the replies keeps, in milliseconds."""
        return self.times[min(int(share * len(self.times)), len(self.times) - 1)] if self.times else float("nan")


def measure(options: Options) -> list[Row]:
    """Measure throughput and latency with and without micro-batching, then overload."""
    seconds = 2 if options.quick else 8
    rows: list[Row] = []
    for length in LENGTHS:
        own: list[float] = []
        busiest = 0.0
        for setting, name in (("--micro-batching", "batching on"), ("--no-micro-batching", "batching off")):
            own.append(in_process(options.model, length, seconds / 2))
            with served(options.model, setting, "--cache-bytes", "0", "--queue-time", "60") as url:
                for clients in CLIENTS:
                    load = drive(url, length, clients, seconds).get("200", Load(0, 0.0, []))
                    title = f"{length} characters, {clients} clients, {name}"
                    rows.append(Row(f"{title}: throughput", load.rate, "texts/s"))
                    rows += [
                        Row(f"{title}: p{percent}", load.percentile(percent / 100), "ms") for percent in (50, 95, 99)
                    ]
                    if clients == CLIENTS[-1] and name == "batching on":
                        busiest = load.rate
        mean = sum(own) / len(own)
        note = "before and after the run with batching on"
        rows.append(Row(f"{length} characters, in process", mean, "texts/s", note=note))
        rows.append(Row(f"{length} characters, {CLIENTS[-1]} clients, by in process", busiest / mean, "", ">= 0.7"))
    rows += overload(options, seconds)
    return rows


def in_process(model: str, length: int, seconds: float) -> float:
    """Return the detector's own throughput on texts of one length, in texts a second."""
    texts = texts_of(length)
    detector = Detector.load(model)
    for _ in detector.scan_many(texts[:5]):
        continue
    started = time.perf_counter()
    done = 0
    for _ in detector.scan_many(cycle(texts)):
        done += 1
        if time.perf_counter() - started >= seconds:
            break
    return done / (time.perf_counter() - started)


def texts_of(length: int) -> list[str]:
    """Return 200 texts of one length, cut from the corpus."""
    text = "\n".join(mixed_documents(200 * length))
    return [text[number * length : (number + 1) * length] for number in range(200)]


def overload(options: Options, seconds: int) -> list[Row]:
    """Send ten times what the server can do; measure those that it accepts."""
    length = LENGTHS[-1]
    with served(options.model, "--cache-bytes", "0") as url:
        calm = drive(url, length, 1, seconds)["200"]
        unloaded = calm.percentile(0.99)
        # Replies take some seconds each with eight clients; a short look would miss those that were on their way.
        capacity = drive(url, length, 8, 4 * seconds)["200"].rate
    patience = round(unloaded / 1000, 4)
    with served(options.model, "--cache-bytes", "0", "--queue-time", str(patience)) as url:
        drive(url, length, 1, 2)
        clients = max(10, math.ceil(5 * capacity))
        seen = drive(url, length, clients, seconds, rate=10 * capacity / clients)
    accepted, refused = seen.get("200", Load(0, 0.0, [])), seen.get("429", Load(0, 0.0, []))
    note = f"10 times capacity ({capacity:.3g} texts/s of {length} characters), --queue-time {patience}"
    return [
        Row("overload: sent", sum(load.rate for load in seen.values()), "requests/s", note=note),
        Row("overload: accepted, by capacity", accepted.rate / capacity, "", ">= 0.5"),
        Row("overload: refused with 429", refused.rate, "requests/s", note="with Retry-After"),
        Row(
            "overload: neither accepted nor refused",
            sum(load.requests for status, load in seen.items() if status not in ("200", "429")),
            "requests",
            "<= 0",
        ),
        Row("overload: p99 of accepted, by the unloaded p99", accepted.percentile(0.99) / unloaded, "", "<= 3"),
    ]


def drive(url: str, length: int, clients: int, seconds: int, rate: float = 0.0) -> dict[str, Load]:
    """Let clients post texts for some seconds.

    Args:
        url: The server.
        length: Characters of each text.
        clients: How many at once.
        seconds: How long.
        rate: Requests a second for each client; 0 lets each wait for its reply only.

    Returns:
        What they saw, by status.
    """
    command = [sys.executable, "-m", "locust", "-f", str(_LOAD), "--headless", "--json", "--host", url]
    command += ["-u", str(clients), "-r", str(clients), "-t", f"{seconds}s", "--stop-timeout", "60"]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".jsonl") as bodies:
        bodies.writelines(json.dumps({"text": text, "offset_unit": "utf16"}) + "\n" for text in texts_of(length))
        bodies.flush()
        environment = {**os.environ, "BENCH_BODIES": bodies.name, "BENCH_RATE": str(rate)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seen = {}
    for row in json.loads(done.stdout):
        times = sorted(float(time) for time, count in row["response_times"].items() for _ in range(count))
        span = max(row["last_request_timestamp"] - row["start_time"], float(seconds))
        seen[row["name"]] = Load(row["num_requests"], row["num_requests"] / span, times)
    return seen


@contextmanager
def served(model: str, *settings: str) -> Iterator[str]:
    """Start a server, give its URL, stop it."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "scamlint", "serve", "--port", "0", "--model", model, "--no-feedback"]
        with log.open("wb") as file:
            process = subprocess.Popen([*command, "--log-level", "warning", *settings], stderr=file)
        try:
            while not (found := re.search(r"running on (http://[0-9.:]+)", log.read_text(encoding="utf-8"))):
                if process.poll() is not None:
                    raise RuntimeError(f"The server did not start: {log.read_text(encoding='utf-8')}")
                time.sleep(0.1)
            yield found[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def main() -> None:
    """Run this part alone."""
    from scamlint_training.bench.__main__ import main as run

    sys.argv[1:1] = ["--part", "api"]
    run()


if __name__ == "__main__":
    main()
