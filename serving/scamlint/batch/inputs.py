"""Finding the inputs: files, folders, globs and URLs become one sorted stream of input files."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scamlint.batch.extras import need
from scamlint.batch.manifest import MANIFEST_FILE
from scamlint.batch.options import ARCHIVE_FORMS, ROW_FORMS, TEXT_FORMS, BatchOptions
from scamlint.batch.patterns import matches
from scamlint.batch.places import check_apart, holds_result, lies_in, local_path, result_places
from scamlint.errors import InputError

_ALIASES = {
    ".ndjson": ".jsonl",
    ".htm": ".html",
    ".xhtml": ".html",
    ".markdown": ".md",
    ".text": ".txt",
    ".tgz": ".tar",
}
_KNOWN = frozenset((*TEXT_FORMS, *ROW_FORMS, *ARCHIVE_FORMS))
_WEB = ("http://", "https://")
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Input:
    """One input file.

    Attributes:
        path: How to open it.
        source: Its name in the results.
        form: Suffix that says what it is, such as ``.jsonl``; empty when scamlint does not read such files.
        compression: ``gz``, ``zst`` or empty.
        size: Bytes.
        stamp: Time of the last change, in nanoseconds, or what a remote system gives in its place.
        problem: Why it cannot be read, when that is known already.
    """

    path: str
    source: str
    form: str
    compression: str
    size: int = 0
    stamp: str = ""
    problem: str = ""

    @property
    def is_container(self) -> bool:
        """Whether it holds several documents."""
        return self.form in ROW_FORMS or self.form in ARCHIVE_FORMS


def form_of(name: str, forced: str | None = None) -> tuple[str, str]:
    """Return the form and the compression that a file name stands for.

    Args:
        name: A path or the name of an archive's member.
        forced: A form without its dot that is to be used whatever the name says.
    """
    lowered = name.lower()
    compression = ""
    for suffix, kind in ((".gz", "gz"), (".zst", "zst"), (".zstd", "zst"), (".tgz", "gz")):
        if lowered.endswith(suffix):
            compression = kind
            lowered = lowered[: -len(suffix)] + (".tar" if suffix == ".tgz" else "")
    if forced == "tgz":
        compression = "gz"
    form = "." + forced if forced else os.path.splitext(lowered)[1]
    form = _ALIASES.get(form, form)
    return (form if form in _KNOWN else ""), compression


def form_of_input(path: str, forced: str | None = None) -> tuple[str, str]:
    """Return the form and the compression of an input; the query of a web address is no part of its name.

    Args:
        path: A path or a URL.
        forced: A form without its dot that is to be used whatever the name says.
    """
    return form_of(path.partition("?")[0] if path.startswith(_WEB) else path, forced)


def check_inputs(options: BatchOptions) -> None:
    """Refuse inputs that do not exist, or that the result would be written over, before anything is started.

    Raises:
        InputError: An input that was named does not exist or matches nothing.
        OptionError: An input is the output, or lies in it; or it is a URL, and what reads URLs is not installed.
    """
    for name in options.inputs:
        if "://" in name:
            need("fsspec", "files", "Reading a URL")
        if name == STDIN or "://" in name or os.path.lexists(name):
            continue
        if not glob.has_magic(name) or not any(True for _ in matches(name)):
            raise InputError(f"{name} does not exist; give a file, a folder, a glob or a URL.")
    check_apart(options)


def find_inputs(options: BatchOptions, stdin: str = "") -> Iterator[Input]:
    """Yield every input file, always in the same order.

    Folders, also those that a glob matches, are walked in order of name; hidden files and linked folders are left out,
    and so are the run's own output and folders with an earlier result.

    Args:
        options: Of the run.
        stdin: Where standard input was saved.
    """
    own = result_places(options)
    for name in options.inputs:
        if name == STDIN:
            yield _local(stdin, options, "stdin", options.input_format or "jsonl")
        elif "://" in name:
            yield from _remote(name, options, own)
        elif os.path.lexists(name):
            yield from _under(name, os.path.realpath(name), options, own)
        else:
            yield from _matching(name, options, own)


def total_size(options: BatchOptions, stdin: str = "") -> int:
    """Return the bytes of all inputs."""
    return sum(item.size for item in find_inputs(options, stdin))


def _matching(pattern: str, options: BatchOptions, own: tuple[str, ...]) -> Iterator[Input]:
    """Yield the files that a local pattern matches, and those of the folders that it matches.

    A pattern with ``**`` may match a folder and what is in it; those files come once.
    """
    given: set[str] = set()
    walked: set[str] = set()
    folders: set[str] = set()
    for match in sorted(set(matches(pattern))):
        real, is_folder = os.path.realpath(match), os.path.isdir(match)
        if lies_in(real, own) or (is_folder and holds_result(match)):
            continue
        if is_folder and (pattern.endswith("**") or _was_walked(real, folders)):
            continue
        if "**" not in pattern:
            yield from _under(match, real, options, own)
            continue
        folders.update([real] if is_folder else [])
        for item in _under(match, real, options, own):
            place = os.path.realpath(item.path)
            if place not in (given if is_folder else walked):
                given.add(place)
                walked.update([place] if is_folder else [])
                yield item


def _was_walked(real: str, folders: set[str]) -> bool:
    """Whether a folder lies in one of those that were walked, and not in a hidden one, which is left out there."""
    while real not in folders:
        parent, name = os.path.split(real)
        if parent == real or name.startswith("."):
            return False
        real = parent
    return True


def _under(path: str, real: str, options: BatchOptions, own: tuple[str, ...]) -> Iterator[Input]:
    """Yield one file, or the files of a folder and of those inside it; ``real`` is the path without links."""
    if real in own:
        return
    if not os.path.isdir(path):
        yield _local(path, options)
        return
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        yield Input(path, path, ".txt", "", problem=f"The folder cannot be listed: {error.strerror}.")
        return
    for name in names:
        child = os.path.join(path, name)
        if name.startswith(".") or (os.path.isdir(child) and (os.path.islink(child) or holds_result(child))):
            continue
        yield from _under(child, os.path.join(real, name), options, own)


def _local(path: str, options: BatchOptions, source: str = "", forced: str | None = None) -> Input:
    form, compression = form_of(path, forced or options.input_format)
    source = source or path
    try:
        found = os.stat(path)
    except OSError as error:
        return Input(path, source, ".txt", "", problem=f"The file cannot be opened: {error.strerror}.")
    if not stat.S_ISREG(found.st_mode):
        return Input(path, source, ".txt", "", problem="This is no regular file.")
    return Input(path, source, form, compression, found.st_size, str(found.st_mtime_ns))


def _remote(url: str, options: BatchOptions, own: tuple[str, ...]) -> Iterator[Input]:
    fsspec = need("fsspec", "files", "Reading a URL")
    try:
        system, path = fsspec.core.url_to_fs(url)
        for item in _remote_files(system, path):
            local = local_path(system.unstrip_protocol(item))
            if local is None or not lies_in(os.path.realpath(local), own):
                yield _remote_input(system, item, options)
    except FileNotFoundError:
        problem = "There is no file of this name, and none that it matches as a pattern."
        yield Input(url, url, ".txt", "", problem=problem)
    except ImportError as error:
        # fsspec says which package reads a kind of URL ("Install s3fs to access S3"), the module's name does not.
        problem = f"The library for this kind of URL is missing: {error}."
        yield Input(url, url, ".txt", "", problem=problem)
    except Exception as error:  # whatever a storage library raises
        problem = f"The storage cannot be listed ({type(error).__name__})."
        yield Input(url, url, ".txt", "", problem=problem)


def _remote_files(system: Any, path: str) -> list[str]:
    """Return the files that a path or a pattern stands for, each one once; folders give those in them.

    A name may hold the letters of patterns, and a web address has a question mark before its query: what exists under
    the very name is meant. A web address is a folder only when it ends with a slash: fsspec takes every page with links
    for one.

    Raises:
        FileNotFoundError: A pattern matches nothing.
    """
    if not glob.has_magic(path) or system.exists(path):
        is_page = path.startswith(_WEB) and not path.endswith("/")
        return [path] if is_page or not system.isdir(path) else _remote_folder(system, path, keep=path)
    files: dict[str, None] = {}
    matches = system.glob(path, detail=True)
    if not matches:
        raise FileNotFoundError(path)
    for match, info in sorted(matches.items()):
        if info.get("type") != "directory":
            files[match] = None
        elif not path.endswith("**"):  # else what is in it matches too
            files |= dict.fromkeys(_remote_folder(system, match))
    return list(files)


def _remote_folder(system: Any, folder: str, keep: str = "") -> list[str]:
    """Return the files of a folder and of those inside it, but those of earlier results; ``keep`` is no such folder."""
    files = sorted(system.find(folder))
    manifests = [file for file in files if file.endswith(f"/{MANIFEST_FILE}")]
    results = tuple(file.removesuffix(MANIFEST_FILE) for file in manifests if file != f"{keep}/{MANIFEST_FILE}")
    return [file for file in files if not file.startswith(results)]


def _remote_input(system: Any, path: str, options: BatchOptions) -> Input:
    full = system.unstrip_protocol(path)
    form, compression = form_of_input(full, options.input_format)
    try:
        info = system.info(path)
    except Exception as error:  # whatever a storage library raises
        return Input(full, full, ".txt", "", problem=f"The file cannot be opened ({type(error).__name__}).")
    stamp = str(info.get("ETag") or info.get("mtime") or info.get("LastModified") or "")
    return Input(full, full, form, compression, int(info.get("size") or 0), stamp)
