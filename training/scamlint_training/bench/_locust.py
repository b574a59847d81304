"""What one simulated client of the API does; run by locust, see :mod:`scamlint_training.bench.api`.

Environment: ``BENCH_BODIES`` a file with one request body a line, ``BENCH_RATE`` requests a second for each client (0:
the next one follows the reply). Bodies are read, not made, because locust's clock runs while this module is imported.
"""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, task

_RATE = float(os.environ["BENCH_RATE"])
_BODIES = Path(os.environ["BENCH_BODIES"]).read_text(encoding="utf-8").splitlines()
_next = itertools.count()


class Client(FastHttpUser):
    """Posts one text after the other; replies are counted by their status."""

    connection_timeout = network_timeout = 120.0
    if _RATE:

        def wait_time(self) -> float:
            """Return seconds until the next request: arrivals at random, as from many strangers."""
            return random.expovariate(_RATE)

    @task
    def scan(self) -> None:
        """Post one text."""
        body = _BODIES[next(_next) % len(_BODIES)]
        headers = {"Content-Type": "application/json"}
        response: Any
        with self.client.post("/v1/scan", data=body, headers=headers, catch_response=True) as response:
            response.request_meta["name"] = str(response.status_code)
            if response.status_code in (200, 429):
                response.success()
