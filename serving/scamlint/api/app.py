"""The application: settings in, an ASGI application out. Read this to see what the service consists of."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from scamlint import __version__
from scamlint.api import logs, openapi, problems
from scamlint.api.access import AccessGuard
from scamlint.api.engine import Engine
from scamlint.api.keys import KeyRing
from scamlint.api.metrics import Metrics
from scamlint.api.middleware import BodyGuard, RequestContext
from scamlint.api.origins import origin_pattern
from scamlint.api.ratelimits import RateLimits
from scamlint.api.routes import about, feedback, scan
from scamlint.api.settings import Settings
from scamlint.api.state import Service

_LOG = logging.getLogger("scamlint.api")
WEB = Path(__file__).parents[1] / "web"
_MEASURED_EVERY = 0.5  # seconds


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application. ``scamlint serve`` starts it; any ASGI server can.

    Args:
        settings: Settings; from the environment (``SCAMLINT_…``) when None.

    Raises:
        OptionError: The keys file cannot be read, or the storage of rate limits cannot be used.
    """
    settings = settings or Settings()
    logs.configure(settings.log_level)
    service = Service(settings, Metrics())
    keys = KeyRing(settings.api_keys_file) if settings.api_keys_file else None
    app = FastAPI(
        title="scamlint",
        version=__version__,
        summary="Marks the words in crypto documents that work like a scam.",
        lifespan=_lifespan(service),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    app.include_router(about.router)
    app.include_router(scan.router)
    app.include_router(feedback.router)
    pages = _page_paths() if settings.web else frozenset()
    if pages:
        app.router.default = _or_page(app.router.default)
    problems.install(app)
    openapi.install(app, settings)
    app.add_middleware(
        BodyGuard, limit=settings.max_body_bytes, seconds=settings.body_time_limit, early=_early_refusal(service)
    )
    app.add_middleware(AccessGuard, keys=keys, limits=RateLimits(settings), pages=pages)
    app.add_middleware(RequestContext, metrics=service.metrics)
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=origin_pattern(settings.cors_origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-API-Key", "X-Request-ID"],
        expose_headers=["X-Request-ID", "Retry-After"],
        max_age=600,
    )
    return app


def _page_paths() -> frozenset[str]:
    """Return the paths of the web page's files, none when there is no page."""
    files = [f"/{file.relative_to(WEB).as_posix()}" for file in WEB.rglob("*") if file.is_file()]
    return frozenset(["/", *files] if files else [])


def _or_page(not_found: ASGIApp) -> ASGIApp:
    """Serve the files of the web page at addresses that are no route."""
    files = StaticFiles(directory=WEB, html=True)

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await not_found(scope, receive, send)
            return
        scope["path_params"] = {}
        await files(scope, receive, send)
        scope["endpoint"] = files

    return page


def _lifespan(service: Service) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # A model that runs Python code must not hold up the event loop for Python's usual 5 ms.
        sys.setswitchinterval(0.0005)
        service.engine = engine = Engine(service.settings)
        service.metrics.watch_queue(engine.waiting)
        service.open_feedback()
        model = engine.detector(None).model
        _LOG.info("ready", extra={"model": model.name, "version": model.version})
        measuring = asyncio.create_task(_measure_queue(service.metrics))
        yield
        measuring.cancel()
        service.engine = None
        engine.stop()
        if service.feedback is not None:
            service.feedback.close()
        _LOG.info("stopped")

    return lifespan


async def _measure_queue(metrics: Metrics) -> None:
    """Keep the queue's gauges fresh for the other server processes, any of which may be asked for them."""
    while True:
        metrics.measure_queue()
        await asyncio.sleep(_MEASURED_EVERY)


def _early_refusal(service: Service) -> Callable[[Scope, int], None]:
    """Refuse work while the queue is full, before its body is read."""

    def check(scope: Scope, announced: int) -> None:
        if service.engine is not None and scope["path"] in ("/v1/scan", "/v1/scan/batch"):
            service.engine.check_room(announced)

    return check
