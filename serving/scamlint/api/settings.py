"""Settings of the service: environment variables ``SCAMLINT_…``, or options of ``scamlint serve``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from scamlint.bundle import DEFAULT_MODEL
from scamlint.cores import available_cores

PREFIX = "SCAMLINT_"
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+")

Names = Annotated[tuple[str, ...], NoDecode]


class Settings(BaseSettings):
    """Everything that can be set. Sizes are bytes or characters (code points), times are seconds."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(default=1, ge=1, le=256, description="Server processes; a process that dies is replaced.")
    model: str = Field(
        default=DEFAULT_MODEL, min_length=1, description="Model that answers unless the request names another."
    )
    extra_models: Names = Field(default=(), description="Further models that requests may name, separated by commas.")
    threads: int = Field(
        default=0, ge=0, description="Threads of the model in each process; 0 shares the cores evenly."
    )
    web: bool = Field(default=True, description="Serve the web page at /.")

    max_body_bytes: int = Field(default=10_000_000, ge=1_000, description="Largest request body.")
    max_characters: int = Field(default=1_000_000, ge=1, description="Most characters in a document.")
    max_segments: int = Field(default=20_000, ge=1, description="Most segments in a document.")
    max_batch_documents: int = Field(default=128, ge=1, description="Most documents in a batch request.")
    time_limit: float = Field(default=60.0, gt=0, description="Longest time for the model's work on a request.")
    body_time_limit: float = Field(default=30.0, gt=0, description="Longest time for a request body to arrive.")
    shutdown_time_limit: int = Field(default=90, ge=1, description="Longest wait at shutdown for accepted requests.")
    max_connections: int = Field(default=1_000, ge=1, description="Most open connections in each process.")

    micro_batching: bool = Field(default=True, description="Let concurrent requests share runs of the model.")
    batch_characters: int = Field(default=8_192, ge=1, description="Most characters in a shared run of the model.")
    short_characters: int = Field(
        default=20_000, ge=1, description="Documents longer than this are run beside the short ones, not before them."
    )
    queue_documents: int = Field(default=512, ge=1, description="Most documents that wait for the model.")
    queue_characters: int = Field(default=4_000_000, ge=1, description="Most characters that wait for the model.")
    queue_time: float = Field(
        default=2.0,
        gt=0,
        description="A request is refused when its last document would wait longer than this for its turn.",
    )
    cache_bytes: int = Field(
        default=64_000_000, ge=0, description="Memory for remembered results; 0 remembers nothing."
    )

    cors_origins: Names = Field(
        default=("chrome-extension://*", "moz-extension://*", "safari-web-extension://*"),
        description="Origins that browsers may call from, separated by commas; * stands for any host.",
    )
    api_keys_file: Path | None = Field(
        default=None,
        description="File of hashed API keys; without it no key is asked for. `--new-key NAME` makes a line.",
    )
    rate_limit_key: str = Field(default="", description="Limit for each API key, such as 600/minute; empty is none.")
    rate_limit_address: str = Field(
        default="", description="Limit for each client address, such as 60/minute; empty is none."
    )
    rate_limit_storage: str = Field(
        default="async+memory://",
        description="Where counts are kept: in each process, or in a shared storage such as async+redis://127.0.0.1:6379.",
    )
    forwarded_allow_ips: str = Field(
        default="127.0.0.1", description="Proxies whose X-Forwarded-For is believed, separated by commas; * for all."
    )

    feedback: bool = Field(default=True, description="Take feedback.")
    feedback_database: str = Field(
        default="",
        description="SQLAlchemy URL of the feedback database; empty is a SQLite file in the user's state folder.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What is logged.")

    @field_validator("extra_models", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin; write it as in https://example.org, without a path.")
        return value

    @field_validator("rate_limit_key", "rate_limit_address")
    @classmethod
    def _check_rate(cls, value: str) -> str:
        if value:
            from limits import parse_many

            try:
                parse_many(value)
            except ValueError:
                raise ValueError(f"{value!r} is no rate limit; write it as in 600/minute.") from None
        return value

    @property
    def models(self) -> tuple[str, ...]:
        """Every model that is served, the default one first."""
        return tuple(dict.fromkeys((self.model, *self.extra_models)))

    @property
    def threads_per_process(self) -> int:
        """Threads that the model of one process may use."""
        return self.threads or max(1, available_cores() // self.workers)


def environment(values: dict[str, Any]) -> dict[str, str]:
    """Return settings as environment variables, so that server processes read them.

    Args:
        values: Values by the name of the field; those that are None are left out.
    """
    return {PREFIX + name.upper(): str(value) for name, value in values.items() if value is not None}


def settings_table() -> str:
    """Return a Markdown table of every setting, generated from :class:`Settings`."""
    rows = ["| option | variable | default | what it does |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = ", ".join(default) if isinstance(default, tuple) else "" if default is None else str(default).lower()
        rows.append(
            f"| `--{name.replace('_', '-')}` | `{PREFIX}{name.upper()}` | {f'`{shown}`' if shown else ''} "
            f"| {field.description} |"
        )
    return "\n".join(rows) + "\n"
