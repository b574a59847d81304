"""The files of a result: parts that appear whole or not at all, counting their rows, and joining them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import IO, Any

from scamlint.batch.encoders import Encoded, csv_header
from scamlint.batch.options import MIB, BatchOptions

PART_BYTES = 64 * MIB
PART_SECONDS = 60.0
_GROUP_ROWS = 8_192


class OpenPart:
    """A part that is being written under a hidden name."""

    def __init__(self, folder: Path, stem: str, options: BatchOptions) -> None:
        self._options = options
        self.name = f"{stem}.{options.format}"
        self._path = folder / self.name
        self._hidden = folder / f".{self.name}.tmp"
        self._file: IO[bytes] = self._hidden.open("wb")
        self._tables: list[Any] = []
        self._waiting = 0
        self._writer: Any = None
        self._started = time.monotonic()
        self.rows = self.errors = self.flagged = self._bytes = 0
        if options.format == "csv":
            self._file.write(csv_header(options))

    def write(self, encoded: Encoded) -> None:
        """Add the rows of one chunk."""
        self.rows += encoded.rows
        self.errors += encoded.errors
        self.flagged += encoded.flagged
        self._bytes += len(encoded.payload)
        if self._options.format != "parquet":
            self._file.write(encoded.payload)
            return
        import pyarrow as pa

        self._tables.append(pa.ipc.open_stream(encoded.payload).read_all())
        self._waiting += encoded.rows
        if self._waiting >= _GROUP_ROWS:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        from scamlint.batch.table import result_schema

        schema = result_schema(self._options.keep)
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._file, schema, compression="zstd")
        if self._tables:
            self._writer.write_table(pa.concat_tables(self._tables))
        self._tables, self._waiting = [], 0

    @property
    def is_full(self) -> bool:
        """Whether it is large or old enough to be closed."""
        old = time.monotonic() - self._started > PART_SECONDS
        return old or self.rows >= self._options.part_rows or self._bytes >= PART_BYTES

    def close(self) -> int:
        """Give the part its name; return its size in bytes."""
        if self._options.format == "parquet":
            self._write_group()
            self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._hidden, self._path)
        return self._path.stat().st_size

    def discard(self) -> None:
        """Throw it away."""
        self._file.close()
        self._hidden.unlink(missing_ok=True)


def count_rows(paths: list[Path], form: str) -> int:
    """Count the rows in the files of a result."""
    if form == "parquet":
        from pyarrow import parquet

        return sum(parquet.ParquetFile(path).metadata.num_rows for path in paths)
    if form == "csv":
        import csv

        csv.field_size_limit(2**31 - 1)
        total = 0
        for path in paths:
            with path.open(encoding="utf-8", newline="") as lines:
                total += sum(1 for _ in csv.reader(lines)) - 1
        return total
    total = 0
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(MIB):
                total += block.count(b"\n")
    return total


def join_parts(paths: list[Path], file: IO[bytes], options: BatchOptions) -> None:
    """Write the rows of all parts to one file.

    Args:
        paths: The parts, in order.
        file: Where to.
        options: Of the run.
    """
    if options.format == "parquet":
        from pyarrow import parquet

        from scamlint.batch.table import result_schema

        with parquet.ParquetWriter(file, result_schema(options.keep), compression="zstd") as writer:
            for path in paths:
                source = parquet.ParquetFile(path)
                for group in range(source.num_row_groups):
                    writer.write_table(source.read_row_group(group))
        return
    for number, path in enumerate(paths):
        with path.open("rb") as part:
            if options.format == "csv" and number:
                part.readline()
            shutil.copyfileobj(part, file, MIB)
