"""Where a result may go: never over an input, and never over what no run of scamlint wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from scamlint.batch.manifest import MANIFEST_FILE
from scamlint.batch.options import COLUMNS, SHORT_COLUMNS, BatchOptions
from scamlint.errors import OptionError

# Where the Ray engine writes before its files get their names.
WRITING_FOLDER = "_writing"
_PART = re.compile(r"\.?part-\d{5,}\.(?:parquet|jsonl|csv)(?:\.tmp)?")
_OWN = (MANIFEST_FILE, WRITING_FOLDER)
# A row of JSONL is not longer than this, or the file does not count as a result.
_LONGEST_ROW = 1 << 26


def holds_result(folder: str) -> bool:
    """Whether a folder holds the result of a run, finished or not."""
    return os.path.exists(os.path.join(folder, MANIFEST_FILE))


def is_part(name: str) -> bool:
    """Whether a file name is one that a part of a result has, finished or not."""
    return _PART.fullmatch(name) is not None


def parts_folder(options: BatchOptions) -> str:
    """Return the folder in which the parts are written."""
    return options.output + ".parts" if options.single_file else options.output


def kept_manifest(options: BatchOptions) -> str:
    """Return the hidden file beside a single result that says what run made it."""
    folder, name = os.path.split(options.output)
    return os.path.join(folder, f".{name}{MANIFEST_FILE}")


def result_places(options: BatchOptions) -> tuple[str, ...]:
    """Return the real paths that belong to the run: the result, the folder of its parts, and its manifest."""
    paths = [options.output, parts_folder(options)]
    if options.single_file:
        paths.append(kept_manifest(options))
    return tuple(os.path.realpath(path) for path in dict.fromkeys(paths))


def lies_in(real_path: str, places: Sequence[str]) -> bool:
    """Whether a real path is one of some places or lies under one."""
    return any(real_path == place or real_path.startswith(place.rstrip(os.sep) + os.sep) for place in places)


def local_path(name: str) -> str | None:
    """Return the path that an input stands for, or None when it is on no disk of this machine."""
    protocol, mark, path = name.partition("://")
    if not mark:
        return name
    return path if protocol in ("file", "local") else None


def check_apart(options: BatchOptions) -> None:
    """Refuse an input that is the output or lies in it.

    Folders and globs in which the output lies are fine; it is left out of them.

    Raises:
        OptionError: The run would write over its own input.
    """
    places = result_places(options)
    for name in options.inputs:
        path = local_path(name)
        if path is None or not os.path.exists(path):
            continue
        same = os.path.exists(options.output) and os.path.samefile(path, options.output)  # under any spelling
        if same or lies_in(os.path.realpath(path), places):
            raise OptionError(
                f"{name} is an input and lies where the result would go ({options.output}); name another output."
            )


def check_file(path: Path) -> None:
    """Refuse to replace a file that is no result, and a pipe or a device, which it does not open.

    Raises:
        OptionError: There is such a file.
    """
    if path.exists() and not path.is_file():
        raise OptionError(f"{path} is no regular file; name another output.")
    if path.exists() and not is_result(path):
        raise OptionError(
            f"{path} exists and is no result of scamlint batch; name another output, or move that file away."
        )


def check_folder(folder: Path) -> None:
    """Refuse to write among files that are no result.

    Raises:
        OptionError: The folder holds such files and no result.
    """
    if not folder.is_dir() or (folder / MANIFEST_FILE).exists():
        return
    for name in sorted(os.listdir(folder)):
        if not (name.startswith(".") or is_part(name) or name in _OWN):
            raise OptionError(
                f"{folder} holds files that are no result of scamlint batch, such as {name}; "
                "name a new or an empty folder as the output."
            )


def remove_result(folder: Path) -> None:
    """Remove what a run left in a folder, and nothing else; the folder too when it is empty then."""
    for path in list(folder.iterdir()):
        if path.name == WRITING_FOLDER:
            shutil.rmtree(path)
        elif path.name in _OWN or is_part(path.name):
            path.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


# The columns that every version wrote.
_LASTING = COLUMNS[: COLUMNS.index("offsets")]


def is_result(path: Path) -> bool:
    """Whether a file holds rows that scamlint wrote. An empty file counts: nothing in it can be lost."""
    with path.open("rb") as file:
        line = file.readline(_LONGEST_ROW)
    if not line:
        return True
    if line.startswith(b"PAR1"):
        return _parquet_columns(path)[: len(_LASTING)] == list(_LASTING)
    if line.startswith(b"id,"):
        # Behind these columns stand those of the labels, which are not the same for every model.
        fixed = COLUMNS[: COLUMNS.index("scores")]
        return line.decode("utf-8", "replace").rstrip("\r\n").split(",")[: len(fixed)] == list(fixed)
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    names = list(row) if isinstance(row, dict) else []
    return any(names[: len(columns)] == list(columns) for columns in (_LASTING, SHORT_COLUMNS))


def _parquet_columns(path: Path) -> list[str]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        return []
    try:
        return list(parquet.read_schema(path).names)
    except (ArrowException, OSError):
        return []
