"""Writing the result: parts that appear whole or not at all, and one file made of them when that was asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from scamlint.batch.encoders import Encoded
from scamlint.batch.lock import RunLock
from scamlint.batch.manifest import MANIFEST_FILE, Manifest, Part, fsync_folder
from scamlint.batch.options import BatchOptions
from scamlint.batch.parts import OpenPart, count_rows, join_parts
from scamlint.batch.places import check_file, check_folder, is_part, kept_manifest, parts_folder, remove_result
from scamlint.errors import InputError, OptionError


class Output:
    """Where the rows of a run go. No other run can write there until it is closed.

    Args:
        options: Of the run.
        fingerprint: What the run is; a resumed run must have the same.

    Raises:
        OptionError: An earlier run or a file of another kind is in the way, another run is writing there, or the run
            cannot go on.
        InputError: The place cannot be written.
    """

    def __init__(self, options: BatchOptions, fingerprint: dict[str, Any]) -> None:
        self._options = options
        self.target = Path(options.output)
        self.folder = Path(parts_folder(options))
        self.manifest = Manifest(self.folder / MANIFEST_FILE)
        self._kept = Manifest(Path(kept_manifest(options)))
        self._open: OpenPart | None = None
        try:
            self._check_place()
            self._lock = RunLock(self.folder, self.target)
            try:
                self._prepare(fingerprint)
            except BaseException:
                self.close()
                raise
        except OSError as error:
            raise InputError(f"{self.folder} cannot be written: {error.strerror or error}.") from error

    def close(self) -> None:
        """Let other runs write there."""
        self._lock.release()

    def _check_place(self) -> None:
        """Refuse a place where a result must not go, before anything is made there."""
        options = self._options
        if options.single_file and self.target.is_dir():
            raise OptionError(f"{self.target} is a folder; name a file, or an output without that ending.")
        if not options.single_file and self.target.is_file():
            raise OptionError(f"{self.target} is a file; name a folder, or end with .parquet, .jsonl or .csv.")
        if options.single_file:
            check_file(self.target)
        check_folder(self.folder)

    def _prepare(self, fingerprint: dict[str, Any]) -> None:
        """Read what an earlier run left, or begin anew."""
        options = self._options
        if self._goes_on_from_kept():
            self.manifest = self._kept
            self.manifest.load(fingerprint)
            self._check_parts()
            return
        if self.manifest.exists() and not (options.resume or options.overwrite):
            raise OptionError(f"{self.folder} holds an earlier run; give --resume to go on, or --overwrite.")
        if self.manifest.exists() and options.resume:
            self.manifest.load(fingerprint)
        else:
            if not options.overwrite and any(is_part(path.name) for path in self.folder.iterdir()):
                raise OptionError(f"{self.folder} holds parts without a manifest; use another folder or --overwrite.")
            self.manifest.create(fingerprint)
        known = {part.name for part in self.manifest.parts}
        for path in list(self.folder.iterdir()):
            if is_part(path.name) and path.name not in known:
                path.unlink()
        self._check_parts()

    def _goes_on_from_kept(self) -> bool:
        """Whether the one file that was asked for is finished already.

        Raises:
            OptionError: It is there, and neither --resume nor --overwrite says what to do; or its manifest is lost.
        """
        is_there = self._options.single_file and self.target.exists() and self.target.stat().st_size > 0
        if not is_there or self._options.overwrite or self.manifest.exists():
            return False
        if not self._options.resume:
            raise OptionError(f"{self.target} holds an earlier run; give --resume to go on, or --overwrite.")
        if not self._kept.exists():
            raise OptionError(f"{self.target} has lost its manifest {self._kept.path.name}; use --overwrite.")
        return True

    def _check_parts(self) -> None:
        """Refuse to go on from files that are not what the earlier run wrote."""
        if self._is_published:
            if self.manifest.size not in (None, self.target.stat().st_size):
                again = "use --overwrite to score everything again"
                raise OptionError(f"{self.target} was changed since it was written; {again}.")
            return
        for part in self.manifest.parts:
            path = self.folder / part.name
            if not path.is_file():
                problem = f"{self.folder} lacks {part.name}, which its manifest names"
            elif path.stat().st_size != part.size:
                problem = f"{path} was changed since it was written"
            else:
                continue
            raise OptionError(f"{problem}; use --overwrite to score everything again.")

    @property
    def _is_published(self) -> bool:
        """Whether the one file that was asked for is there, and at most the tidying up was cut off."""
        return self.manifest.finished and self._options.single_file and self.target.exists()

    def write(self, encoded: Encoded) -> None:
        """Add the rows of one chunk to the open part."""
        if self._open is None:
            self._open = OpenPart(self.folder, f"part-{len(self.manifest.parts):05d}", self._options)
        self._open.write(encoded)

    @property
    def part_is_full(self) -> bool:
        """Whether the open part should be closed."""
        return self._open is not None and self._open.is_full

    def close_part(self, split: int, chunk: int, digest: str, consumed: int) -> None:
        """Finish the open part, if there is one; the arguments say where the run goes on, see ``Part``."""
        if self._open is None:
            return
        part, self._open = self._open, None
        size = part.close()
        fsync_folder(self.folder)
        self.manifest.add(Part(part.name, size, part.rows, part.errors, part.flagged, split, chunk, digest, consumed))

    def discard(self) -> None:
        """Throw away the open part."""
        if self._open is not None:
            self._open.discard()
            self._open = None

    def finish(self, digest: str) -> int:
        """Count the rows that are on the disk, and join the parts when one file was asked for.

        Args:
            digest: Hash of all inputs.

        Returns:
            The number of rows in the result, counted from the files.
        """
        if self._is_published:
            rows = count_rows([self.target], self._options.format)
            self._keep_manifest()
            return rows
        if not self.manifest.parts:  # no input at all still gives a result with a schema
            self._open = OpenPart(self.folder, "part-00000", self._options)
            self.close_part(0, 0, "", 0)
        paths = [self.folder / part.name for part in self.manifest.parts]
        rows = count_rows(paths, self._options.format)
        if self._options.single_file:
            with atomic(self.target) as file:
                join_parts(paths, file, self._options)
        size = self.target.stat().st_size if self._options.single_file else None
        if not self.manifest.finished:
            self.manifest.finish(digest, size)
        if self._options.single_file:
            self._keep_manifest()
        return rows

    def _keep_manifest(self) -> None:
        """Put the manifest of a single file beside it, and remove its parts."""
        if self.manifest is not self._kept:
            os.replace(self.manifest.path, self._kept.path)
            fsync_folder(self._kept.path.parent)
        if self.folder.is_dir():
            remove_result(self.folder)


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Write a file that appears under its name only when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.tmp")
    try:
        with hidden.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, path)
    finally:
        hidden.unlink(missing_ok=True)
    fsync_folder(path.parent)
