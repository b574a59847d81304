"""Reading the rows of a batch result back, one at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scamlint.batch.extras import need
from scamlint.batch.manifest import MANIFEST_FILE
from scamlint.batch.options import OUTPUT_FORMATS
from scamlint.errors import InputError
from scamlint.labels import label_names

Row = dict[str, Any]


def read_results(path: Path) -> Iterator[Row]:
    """Yield the full rows of a result.

    Args:
        path: A folder of parts, or a ``.parquet``, ``.jsonl`` or ``.csv`` file.

    Raises:
        InputError: There is no result, the run is not finished, or its rows have the short form.
    """
    for part in result_files(path):
        form = part.suffix[1:].lower()
        rows = _parquet(part) if form == "parquet" else _jsonl(part) if form == "jsonl" else _csv(part)
        for row in rows:
            if "status" not in row or "spans" not in row:
                raise InputError(f"{part} has no full rows; run scamlint batch with --rows full.")
            yield row


def result_files(path: Path) -> list[Path]:
    """Return the files of a result, in order.

    Raises:
        InputError: There is no result, or the run is not finished.
    """
    if path.is_dir():
        manifest = path / MANIFEST_FILE
        if manifest.exists() and b'"finished"' not in manifest.read_bytes():
            raise InputError(f"The run in {path} is not finished; go on with scamlint batch --resume.")
        files = sorted(part for form in OUTPUT_FORMATS for part in path.glob(f"part-*.{form}"))
        if not files:
            raise InputError(f"{path} holds no parts of a result.")
        return files
    if path.suffix[1:].lower() not in OUTPUT_FORMATS or not path.is_file():
        raise InputError(f"{path} is no result; name a folder, or a file in .parquet, .jsonl or .csv.")
    return [path]


def _parquet(path: Path) -> Iterator[Row]:
    parquet = need("pyarrow.parquet", "files", "Reading Parquet")
    for batch in parquet.ParquetFile(path).iter_batches(batch_size=2_048):
        yield from batch.to_pylist()


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open(encoding="ascii") as file:
        for line in file:
            yield json.loads(line)


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(2**31 - 1)
    labels = label_names()
    with path.open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            row: Row = {key: value or None for key, value in cells.items()}
            row["spans"] = json.loads(cells["spans"])
            scored = row["status"] == "ok"
            found = [label for label in labels if cells.get(f"score_{label}")]
            row["scores"] = {label: float(cells[f"score_{label}"]) for label in found} if scored else None
            row["counts"] = {label: int(cells[f"count_{label}"]) for label in found} if scored else None
            yield row
