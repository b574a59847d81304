"""Single values: cells of Arrow columns as Python values, and those as what a result can hold."""

from __future__ import annotations

import json
import math
from typing import Any

from scamlint.batch.extras import need

# Levels of lists and objects in a value; far below what Python's stack holds.
_DEEPEST = 200


def column_values(column: Any) -> list[Any]:
    """Return the values of an Arrow column; bytes that are not UTF-8 become U+FFFD in its strings.

    Times and dates come as strings: Arrow has ones that Python has not, such as nanoseconds and years after 9999.
    """
    arrow = need("pyarrow", "files", "Parquet")
    kind = column.type
    if arrow.types.is_timestamp(kind) and kind.tz is not None:  # its zone may be one that this machine does not know
        column = column.cast(arrow.timestamp(kind.unit, "UTC"))
    if arrow.types.is_temporal(kind) and not arrow.types.is_interval(kind):
        column = column.cast(arrow.string())
    try:
        values: list[Any] = column.to_pylist()
    except UnicodeDecodeError:
        values = [_replaced(cell) for cell in column]
    return values


def is_text(kind: Any) -> bool:
    """Whether an Arrow type is one of strings, such as that of a column of texts."""
    types = need("pyarrow.types", "files", "Parquet")
    kind = getattr(kind, "storage_type", kind)  # of strings that are marked as JSON
    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def text_values(column: Any) -> tuple[list[Any], frozenset[int]]:
    """Return the texts of an Arrow column, and the places of those that are not valid UTF-8; there they are None.

    A column of another type has no texts: each one is None.
    """
    if not is_text(column.type):
        return [None] * len(column), frozenset()
    try:
        return column.to_pylist(), frozenset()
    except UnicodeDecodeError:
        texts = [_text(cell) for cell in column]
    return texts, frozenset(place for place, cell in enumerate(column) if cell.is_valid and texts[place] is None)


def _text(cell: Any) -> Any:
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return None


def _replaced(cell: Any) -> Any:
    """Return the value of a cell whose strings, also those inside of it, may be no UTF-8."""
    types = need("pyarrow.types", "files", "Parquet")
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        pass
    if types.is_struct(cell.type):
        return {name: _replaced(cell[name]) for name in cell}
    if types.is_dictionary(cell.type):
        return _replaced(cell.value)
    if types.is_nested(cell.type):
        items = [_replaced(item) for item in cell.values]
        return [tuple(item.values()) for item in items] if types.is_map(cell.type) else items
    return cell.as_buffer().to_pybytes().decode("utf-8", "replace")


def finite(value: Any, levels: int = _DEEPEST) -> Any:
    """Replace by None what cannot be written as JSON: NaN, the infinite numbers, and what is nested too deep.

    Args:
        value: Any value; inside of it they are replaced too.
        levels: How many levels of lists and objects are kept.
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dict, list, tuple)) and not levels:
        return None
    if isinstance(value, dict):
        return {key: finite(item, levels - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item, levels - 1) for item in value]
    return value


def as_string(value: Any) -> str | None:
    """Return a value of an id or kept column as a string.

    Numbers, lists and structs are written as JSON, other values, such as decimals, as Python prints them. A number that
    JSON does not have is None.
    """
    value = finite(value)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float, list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def encodable(value: Any) -> Any:
    """Replace lone surrogates, which UTF-8 cannot hold, by U+FFFD in every string of a row."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [encodable(item) for item in value]
    return value
