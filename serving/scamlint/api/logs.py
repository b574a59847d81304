"""Logs: one JSON object a line. They never hold words of a document, paths, queries, keys or values of errors."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

# Extra fields that may be written; anything else that code attaches to a record is left out.
_FIELDS = (
    "request_id method route status ms problem characters documents spans cached key_name address "
    "model version host port workers pid signal"
).split()


class JsonFormatter(logging.Formatter):
    """Writes a record as JSON. Of an exception it writes the type and the places, not its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        row: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage() if record.name.startswith("scamlint") else _library_message(record),
        }
        row.update({name: value for name in _FIELDS if (value := getattr(record, name, None)) is not None})
        if record.exc_info and record.exc_info[1] is not None:
            row["exception"] = describe(record.exc_info[1])
        return json.dumps(row, ensure_ascii=False, default=str)


def describe(error: BaseException) -> dict[str, Any]:
    """Return an exception's type and where it was raised, without its message."""
    trace: TracebackType | None = error.__traceback__
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    return {"type": type(error).__name__, "trace": frames[-12:]}


def configure(level: str) -> None:
    """Send every log of this process to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # it writes whole paths
    logging.getLogger("uvicorn").setLevel(logging.INFO)
    logging.getLogger("scamlint").setLevel(level.upper())


def _library_message(record: logging.LogRecord) -> str:
    """Return a library's message without the values that were put into it, unless it is the server's own start-up."""
    return record.getMessage() if record.name == "uvicorn.error" and record.levelno <= logging.INFO else str(record.msg)
