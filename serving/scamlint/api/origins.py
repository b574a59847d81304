"""Which web origins may call from a browser."""

from __future__ import annotations

import re
from collections.abc import Iterable


def origin_pattern(origins: Iterable[str]) -> str:
    """Return a regular expression that matches the allowed origins and nothing else.

    Args:
        origins: Origins such as ``https://example.org``; ``*`` stands for any characters of a host name.
    """
    parts = [".*" if origin == "*" else re.escape(origin).replace(r"\*", r"[A-Za-z0-9._-]+") for origin in origins]
    return "|".join(parts) or r"(?!)"
