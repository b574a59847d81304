"""Local patterns: what a glob matches, where ** goes into no hidden or linked folder and into no earlier result."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator

from scamlint.batch.places import holds_result

_SEPARATORS = re.escape(os.sep + (os.altsep or ""))
_ANY_DEPTH = re.compile(rf"(?:^|(?<=[{_SEPARATORS}]))\*\*(?:[{_SEPARATORS}]+|$)")


def matches(pattern: str) -> Iterator[str]:
    """Yield the files and folders that a pattern matches, in no order, some of them perhaps twice.

    ``**`` stands for folders at any depth. Linked ones are left out, other than by :mod:`glob`: a link to a folder
    above it would lead there again and again.

    Args:
        pattern: Of a local path.
    """
    start, *rest = _ANY_DEPTH.split(pattern, maxsplit=1)
    if not rest:
        yield from glob.iglob(pattern)
        return
    for top in glob.iglob(start) if start else [""]:
        for folder in _folders(top):
            if rest[0]:
                yield from matches(glob.escape(folder) + rest[0])
            else:
                yield folder or os.curdir
                yield from glob.iglob(glob.escape(folder) + "*")


def _folders(top: str) -> Iterator[str]:
    """Yield a folder, empty for the current one, and those inside it, each with a separator at its end."""
    yield top
    try:
        with os.scandir(top or os.curdir) as entries:
            inside = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:  # glob passes over a folder that cannot be listed, too
        return
    for name in inside:
        folder = os.path.join(top, name, "")
        if not name.startswith(".") and not holds_result(folder):
            yield from _folders(folder)
