"""A real server on a real port, started as a user starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest


class Server:
    """`scamlint serve` in a process of its own."""

    def __init__(self, folder: Path, *options: str, **variables: str) -> None:
        self.folder = folder
        self.log = folder / "log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SCAMLINT_")}
        environment |= {
            "SCAMLINT_MODEL": "baseline",
            "SCAMLINT_FEEDBACK_DATABASE": f"sqlite:///{folder}/feedback.sqlite",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scamlint", "serve", "--port", "0", *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment | variables,
                cwd=folder,
            )
        self.url = self._wait()
        self.port = int(self.url.rpartition(":")[2])
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False, verify=False)

    def _wait(self) -> str:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            match = re.search(r"running on (http://[0-9.:]+)", self.text())
            if match:
                try:
                    if httpx.get(match[1] + "/readyz", trust_env=False, verify=False, timeout=60).status_code == 200:
                        return match[1]
                except httpx.TransportError:
                    pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(f"The server did not start:\n{self.text()}")

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def scan(self, **body: object) -> dict:
        reply = self.client.post("/v1/scan", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def metric(self, name: str) -> float:
        lines = self.client.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((name + " ", name + "{")))

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            self.client.close()
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server with the settings that a user gets, for tests that leave it as it is."""
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers with other settings."""
    running: list[Server] = []

    def begin(*options: str, **variables: str) -> Server:
        folder = tmp_path / str(len(running))
        folder.mkdir()
        running.append(Server(folder, *options, **variables))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


PITCH = (
    "Join our trading robot today. It pays a guaranteed profit of 2% every day with zero risk, and your capital is "
    "always safe. Only 50 places are left, so register before midnight. Invite your friends and earn a 10% commission."
)


@pytest.fixture(scope="session")
def pitch() -> str:
    """A text that the models flag."""
    return PITCH


@pytest.fixture(scope="session")
def huge() -> str:
    """A document of 300,000 characters, which keeps the model busy for a while."""
    line = (
        "The committee met on Tuesday and talked about the budget of the library, the roof and the garden, item {}.\n"
    )
    text = "".join(line.format(number) for number in range(3_000))
    return text[:300_000]
