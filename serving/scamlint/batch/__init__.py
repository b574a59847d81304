"""Scoring dumps: many documents in, one row for each of them out, none lost.

The order to read: ``records`` → ``score`` → ``child`` → ``engine``. README.md in this folder describes the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scamlint.batch.options import BatchOptions

if TYPE_CHECKING:
    from scamlint.batch.engine import run_batch
    from scamlint.batch.summary import Summary
    from scamlint.batch.table import scan_table

__all__ = ["BatchOptions", "Summary", "run_batch", "scan_table"]

_LAZY = {
    "Summary": "scamlint.batch.summary",
    "run_batch": "scamlint.batch.engine",
    "scan_table": "scamlint.batch.table",
}


def __getattr__(name: str) -> Any:
    """Import the engine, numpy and pyarrow only when they are asked for."""
    if name in _LAZY:
        import importlib

        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'scamlint.batch' has no attribute {name!r}")
