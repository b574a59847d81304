"""A real scamlint server in a process of its own, on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 180.0


def free_port() -> int:
    """Return a port of the loopback address that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """``scamlint serve`` as a child process.

    Args:
        folder: Where its log and its feedback database go.
        model: Model that it serves.
        port: Port; a free one when None.
        settings: Further settings, by the name of the environment variable without ``SCAMLINT_``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model: str = "baseline",
        port: int | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"server-{self.port}.log"
        self._model = model
        self._settings = {"FEEDBACK_DATABASE": f"sqlite:///{folder / 'feedback.db'}", **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            RuntimeError: It ended, or did not answer in time; the message holds the end of its log.
        """
        environment = {**os.environ, **{f"SCAMLINT_{name}": value for name, value in self._settings.items()}}
        command = [sys.executable, "-m", "scamlint", "serve", "--model", self._model, "--port", str(self.port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"The server did not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def stop(self) -> None:
        """Stop the server; nothing happens when it does not run."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


@contextmanager
def running_server(
    folder: Path, *, model: str = "baseline", settings: dict[str, str] | None = None
) -> Iterator[ServerProcess]:
    """Run a server for the length of a ``with`` block.

    Args:
        folder: Where its log and its feedback database go.
        model: Model that it serves.
        settings: Further settings, as for :class:`ServerProcess`.
    """
    server = ServerProcess(folder, model=model, settings=settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()
