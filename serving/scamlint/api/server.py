"""Starting server processes: one, or several under uvicorn's supervisor, which replaces those that die."""

from __future__ import annotations

import errno
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from scamlint.api import logs
from scamlint.api.keys import KeyRing
from scamlint.api.ratelimits import check_storage
from scamlint.api.settings import Settings
from scamlint.bundle import resolve
from scamlint.errors import OptionError


def run(settings: Settings) -> None:
    """Serve until a signal says stop.

    Args:
        settings: Settings; server processes read theirs from the environment.

    Raises:
        ModelError: There is no such model.
        OptionError: The feedback database, the keys file or the storage of rate limits cannot be used.
    """
    for model in settings.models:
        resolve(model)
    if settings.api_keys_file is not None:
        KeyRing(settings.api_keys_file)
    check_storage(settings.rate_limit_storage)
    _check_address(settings.host, settings.port)
    logs.configure(settings.log_level)
    _prepare_feedback(settings)
    with _shared_metrics(settings.workers):
        uvicorn.run(
            "scamlint.api.app:create_app",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=settings.workers,
            lifespan="on",
            log_config=None,
            log_level=logging.INFO,
            access_log=False,
            ws="none",  # there is no such route, and the handshake of a refused one would be logged with its address
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.forwarded_allow_ips,
            limit_concurrency=settings.max_connections,
            timeout_graceful_shutdown=settings.shutdown_time_limit,
        )


def _check_address(host: str, port: int) -> None:
    """Try whether the server can listen there, before anything is started.

    Raises:
        OptionError: It cannot; the message says why.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise OptionError(f"Port {port} of {host} is taken; name another one with --port.") from error
        problem = error.strerror or str(error)
        raise OptionError(f"The server cannot listen on port {port} of {host} ({problem}).") from error


def _prepare_feedback(settings: Settings) -> None:
    """Bring the schema up to date once, before there are several processes."""
    if settings.feedback:
        from scamlint.api.feedback import FeedbackStore

        FeedbackStore(settings.feedback_database).close()


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Give several processes a folder in which prometheus-client sums up their metrics."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="scamlint-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield
