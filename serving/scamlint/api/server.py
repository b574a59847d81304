"""Starting server processes."""

from __future__ import annotations

import uvicorn

from scamlint.api.settings import Settings


def run(settings: Settings) -> None:
    """Serve until a signal says stop.

    Args:
        settings: Settings; server processes read theirs from the environment.
    """
    uvicorn.run(
        "scamlint.api.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        limit_concurrency=settings.max_connections,
        timeout_graceful_shutdown=settings.shutdown_time_limit,
    )
