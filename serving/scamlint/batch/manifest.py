"""The record of what a run has finished, so that it can go on after a crash."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scamlint.batch.records import Position, Stop
from scamlint.errors import OptionError

MANIFEST_FILE = "_manifest.jsonl"
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A finished part of the result.

    Attributes:
        name: File name.
        size: Bytes.
        rows: Rows in it.
        errors: Rows with a status other than ``ok``.
        flagged: Rows with at least one span.
        split: Where the next chunk stands: its split ...
        chunk: ... and its number in the split.
        digest: Hash of the inputs up to and including that split.
        consumed: Bytes of input before that split.
    """

    name: str
    size: int
    rows: int
    errors: int
    flagged: int
    split: int
    chunk: int
    digest: str
    consumed: int

    @property
    def next(self) -> Position:
        """Where the run goes on after this part."""
        return Position(self.split, self.chunk)


class Manifest:
    """An append-only file: a line with what the run is, one for each finished part and each stop, one when all is done.

    Attributes:
        parts: The finished parts.
        stops: For each split that no reader survived, where to stop in it.
        finished: Whether all is done.
        digest: When all is done, the hash of all inputs.
        size: When all is done and one file was made of the parts, its bytes.

    Args:
        path: Of the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: list[Part] = []
        self.stops: dict[int, Stop] = {}
        self.finished = False
        self.digest = ""
        self.size: int | None = None

    def exists(self) -> bool:
        """Whether an earlier run left one."""
        return self.path.exists()

    def create(self, fingerprint: dict[str, Any]) -> None:
        """Begin a new one."""
        self.path.unlink(missing_ok=True)
        self._append({"format": _FORMAT, "run": fingerprint})
        fsync_folder(self.path.parent)

    def load(self, fingerprint: dict[str, Any]) -> None:
        """Read what an earlier run finished.

        Raises:
            OptionError: That run had another model or other options, and the message says which; or the file is
                damaged.
        """
        lines = self.path.read_bytes().split(b"\n")
        entries = []
        good = 0
        for line in lines[:-1]:  # what stands after the last line end was cut by a crash
            try:
                entries.append(json.loads(line))
            except ValueError:
                break
            good += len(line) + 1
        if not entries or entries[0].get("format") != _FORMAT:
            raise OptionError(f"{self.path} is no manifest of this version; use --overwrite to start again.")
        differences = _differences(entries[0]["run"], fingerprint)
        if differences:
            raise OptionError(f"The run cannot go on: {'; '.join(differences)}. Use --overwrite to restart.")
        os.truncate(self.path, good)
        self.parts = [Part(**entry["part"]) for entry in entries[1:] if "part" in entry]
        self._check_names()
        for entry in entries[1:]:
            if "stop" in entry:
                split = entry["stop"].pop("split")
                self.stops[split] = Stop(**entry["stop"])
            if entry.get("finished"):
                self.finished, self.digest, self.size = True, entry["inputs"], entry.get("size")

    def _check_names(self) -> None:
        """Refuse parts that are named twice, whose rows would count twice."""
        seen = set()
        for part in self.parts:
            if part.name in seen:
                raise OptionError(f"{self.path} names {part.name} twice; use --overwrite to score everything again.")
            seen.add(part.name)

    def add(self, part: Part) -> None:
        """Note a finished part; it is on the disk when this returns."""
        self._append({"part": asdict(part)})
        self.parts.append(part)

    def stop(self, split: int, stop: Stop) -> None:
        """Note where readers have to stop in a split; it is on the disk when this returns."""
        self._append({"stop": {"split": split, **asdict(stop)}})
        self.stops[split] = stop

    def finish(self, digest: str, size: int | None = None) -> None:
        """Note that every part is there, the hash of all inputs, and the bytes of the one file that was asked for."""
        rows = sum(part.rows for part in self.parts)
        self._append({"finished": True, "rows": rows, "inputs": digest, "size": size})
        self.finished, self.digest, self.size = True, digest, size

    def _append(self, entry: dict[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write(json.dumps(entry).encode("ascii") + b"\n")
            file.flush()
            os.fsync(file.fileno())


def is_finished(path: Path) -> bool:
    """Whether a manifest says that its run is finished.

    Args:
        path: Of the manifest.
    """
    for line in path.read_bytes().splitlines():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):  # cut by a crash
            continue
        if isinstance(entry, dict) and entry.get("finished") is True:
            return True
    return False


def _differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    return [
        f"{name} was {before.get(name)!r} and is now {now.get(name)!r}"
        for name in dict.fromkeys([*before, *now])
        if before.get(name) != now.get(name)
    ]


def fsync_folder(folder: Path) -> None:
    """Make new names in a folder last through a power cut, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
