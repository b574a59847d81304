"""Sample sites for the extension, written for this project; nothing in them exists. Served on a free port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


class _Handler(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".html": "text/html; charset=utf-8"}  # noqa: RUF012

    def end_headers(self) -> None:
        """Pages as strict as real ones: no inline style sheet of an extension would pass."""
        self.send_header(
            "Content-Security-Policy", "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'"
        )
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Sites:
    """A running web server.

    Attributes:
        url: Its address, on 127.0.0.1.
        other: The same server under another host name, localhost.
    """

    def __init__(self, server: ThreadingHTTPServer) -> None:
        port = server.server_address[1]
        self.url = f"http://127.0.0.1:{port}"
        self.other = f"http://localhost:{port}"


@contextmanager
def serving(folder: Path = _FOLDER) -> Iterator[Sites]:
    """Serve a folder for the length of a ``with`` block.

    Args:
        folder: The folder; the sample sites unless given.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Sites(server)
    finally:
        server.shutdown()
        server.server_close()
