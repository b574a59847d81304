"""A proxy between the extension and the real server that notes what goes through, and can hold replies back."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its reply.

    Attributes:
        path: Path of the request.
        headers: Headers of the request, names in lower case.
        body: Its body as text.
        status: Status of the reply.
        reply: Body of the reply as text.
    """

    path: str
    headers: dict[str, str]
    body: str
    status: int
    reply: str

    @property
    def segments(self) -> dict[str, str]:
        """Texts that were sent, by segment id."""
        return {row["id"]: row["text"] for row in json.loads(self.body).get("segments", [])}

    @property
    def words(self) -> list[str]:
        """The words of every span in the reply, as the server cut them out."""
        rows = json.loads(self.reply).get("segments", []) if self.status == 200 else []
        return [span["text"] for row in rows for span in row["spans"]]


class Recorder:
    """The proxy.

    Attributes:
        url: Where it listens.
        exchanges: What went through, oldest first.
        delay: Seconds by which each reply is held back.
    """

    def __init__(self, target: str) -> None:
        self.exchanges: list[Exchange] = []
        self.delay = 0.0
        self._target = target
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def scans(self) -> list[Exchange]:
        """The scans among the exchanges."""
        return [exchange for exchange in list(self.exchanges) if exchange.path == "/v1/scan"]

    @property
    def sent(self) -> str:
        """Everything that was sent, as one string."""
        return "\n".join(text for exchange in self.scans for text in exchange.segments.values())

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        """Pass a request on.

        Returns:
            Status, headers and body of the reply; 502 when the server is away.
        """
        request = urllib.request.Request(self._target + path, data=body or None, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, dict(reply.headers.items()), reply.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers.items()), error.read()
        except OSError:
            return 502, {}, b"{}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                sent = {name.lower(): value for name, value in self.headers.items()}
                passed = {name: value for name, value in sent.items() if name not in ("host", "content-length")}
                status, headers, reply = recorder.forward(self.command, self.path, passed, body)
                exchange = Exchange(
                    self.path, sent, body.decode(errors="replace"), status, reply.decode(errors="replace")
                )
                recorder.exchanges.append(exchange)
                time.sleep(recorder.delay)
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection", "date", "server"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = do_OPTIONS = _answer

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def recording(target: str) -> Iterator[Recorder]:
    """Record what goes to a server for the length of a ``with`` block.

    Args:
        target: Address of the server.
    """
    recorder = Recorder(target)
    try:
        yield recorder
    finally:
        recorder.close()
