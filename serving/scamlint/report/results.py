"""Reading the rows of a batch result back, one at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from scamlint.batch.encoders import original_cell
from scamlint.batch.extras import need
from scamlint.batch.manifest import MANIFEST_FILE, is_finished
from scamlint.batch.options import OUTPUT_FORMATS
from scamlint.errors import InputError, ScamlintError
from scamlint.labels import label_names
from scamlint.spans import LEVELS

Row = dict[str, Any]

# What reports need of a row and of a span, and of which kinds it is.
_NONE = type(None)
_COLUMNS: dict[str, tuple[type, ...]] = {
    "id": (object,),
    "source": (str, _NONE),
    "status": (str,),
    "error": (str, _NONE),
    "level": (str, _NONE),
    "spans": (list,),
    "characters": (int, _NONE),
    "model": (str, _NONE),
    "version": (str, _NONE),
}
_SPAN: dict[str, tuple[type, ...]] = {
    "start": (int,),
    "end": (int,),
    "label": (str,),
    "score": (int, float),
    "words": (str,),
    "page": (int, _NONE),
    "before": (str, _NONE),
    "after": (str, _NONE),
}


def read_results(path: Path) -> Iterator[Row]:
    """Yield the full rows of a result.

    Args:
        path: A folder of parts, or a ``.parquet``, ``.jsonl`` or ``.csv`` file.

    Raises:
        InputError: There is no result, the run is not finished, a file is damaged, or its rows are not full ones.
    """
    for part in result_files(path):
        form = part.suffix[1:].lower()
        rows = _parquet(part) if form == "parquet" else _jsonl(part) if form == "jsonl" else _csv(part)
        done = 0
        try:
            for row in rows:
                _check_row(row, part)
                yield row
                done += 1
        except ScamlintError:
            raise
        except OSError as error:
            raise InputError(f"{part} cannot be read: {error.strerror or 'it is damaged'}.") from error
        except (ValueError, RecursionError, csv.Error) as error:
            raise InputError(f"{part} is damaged at row {done + 1}; make it again with scamlint batch.") from error


def result_files(path: Path) -> list[Path]:
    """Return the files of a result, in order.

    Raises:
        InputError: There is no result, or the run is not finished.
    """
    if path.is_dir():
        manifest = path / MANIFEST_FILE
        if manifest.exists() and not is_finished(manifest):
            raise InputError(f"The run in {path} is not finished; go on with scamlint batch --resume.")
        files = sorted(part for form in OUTPUT_FORMATS for part in path.glob(f"part-*.{form}"))
        if not files:
            raise InputError(f"{path} holds no parts of a result.")
        return files
    if path.suffix[1:].lower() not in OUTPUT_FORMATS or not path.is_file():
        raise InputError(f"{path} is no result; name a folder, or a file in .parquet, .jsonl or .csv.")
    return [path]


def _parquet(path: Path) -> Iterator[Row]:
    arrow = need("pyarrow", "files", "Reading Parquet")
    parquet = need("pyarrow.parquet", "files", "Reading Parquet")
    try:
        file = parquet.ParquetFile(path)
        _check_columns(file.schema_arrow.names, path)
        for batch in file.iter_batches(batch_size=2_048):
            yield from batch.to_pylist()
    except arrow.ArrowException as error:
        raise ValueError(f"{path} is damaged.") from error


def _jsonl(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def _csv(path: Path) -> Iterator[Row]:
    csv.field_size_limit(2**31 - 1)
    labels = label_names()
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = csv.DictReader(file)
        _check_columns(lines.fieldnames or (), path)
        for cells in lines:
            if None in cells or None in cells.values():
                raise ValueError("A row has more or fewer cells than the first line.")
            row: Row = {key: original_cell(value) or None for key, value in cells.items()}
            row["spans"] = json.loads(cells["spans"])
            row["characters"] = int(cells["characters"]) if cells["characters"] else None
            scored = row["status"] == "ok"
            found = [label for label in labels if cells.get(f"score_{label}")]
            row["scores"] = {label: float(cells[f"score_{label}"]) for label in found} if scored else None
            row["counts"] = {label: int(cells[f"count_{label}"] or 0) for label in found} if scored else None
            yield row


def _check_columns(names: Iterable[str], part: Path) -> None:
    missing = sorted(set(_COLUMNS).difference(names))
    if missing:
        raise InputError(
            f"{part} has no full rows ({missing[0]!r} is missing); make it with scamlint batch --rows full."
        )


def _check_row(row: Any, part: Path) -> None:
    """Refuse a row that scamlint batch did not write.

    Raises:
        InputError: A column is missing, or a label is not known.
        ValueError: A value is not of the kind that it should be.
    """
    if not isinstance(row, dict):
        raise ValueError("A row is no object.")
    _check_columns(row, part)
    _check_kinds(row, _COLUMNS)
    if row["level"] not in (None, *LEVELS):
        raise ValueError("There is no such level.")
    for span in row["spans"]:
        _check_kinds(span, _SPAN)
        if not 0 <= span["score"] <= 1 or row["characters"] is None:
            raise ValueError("A score is out of range, or a document that was not read has a span.")
        if span["label"] not in label_names():
            raise InputError(
                f"{part} has the label {span['label']!r}, which this scamlint does not know; score the documents again."
            )


def _check_kinds(values: Any, kinds: dict[str, tuple[type, ...]]) -> None:
    if not isinstance(values, dict) or not all(isinstance(values.get(name), kind) for name, kind in kinds.items()):
        raise ValueError("A value is not of its kind.")
