"""What one simulated client of the API does; run by locust, see :mod:`scamlint_training.bench.api`.

Environment: ``BENCH_CHARACTERS`` the length of each text, ``BENCH_RATE`` requests a second for each client (0: the next
one follows the reply).
"""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

from locust import FastHttpUser, constant_throughput, task

from scamlint_training.bench.material import mixed_documents

_CHARACTERS = int(os.environ["BENCH_CHARACTERS"])
_RATE = float(os.environ.get("BENCH_RATE", "0"))
_BODIES = [
    json.dumps({"text": text, "offset_unit": "utf16"})
    for text in (
        "\n".join(mixed_documents(200 * _CHARACTERS))[number * _CHARACTERS : (number + 1) * _CHARACTERS]
        for number in range(200)
    )
]
_next = itertools.count()


class Client(FastHttpUser):
    """Posts one text after the other; replies are counted by their status."""

    connection_timeout = network_timeout = 120.0
    if _RATE:
        wait_time = constant_throughput(_RATE)

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
