"""Reading JSONL, and JSON that holds objects in arrays or one after the other."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import IO, AnyStr

from scamlint.batch.options import BatchOptions
from scamlint.batch.records import DocumentError, Record
from scamlint.batch.streams import Prefixed, bom_encoding, codec_name

_BLOCK = 1 << 16


def read_jsonl(stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    """Yield a record for each line.

    Args:
        stream: The bytes of the file.
        source: Its name in the results.
        options: Of the run.
    """
    for number, line in enumerate(_lines(stream, options), start=1):
        id_ = f"{source}:{number}"
        if line is None:
            yield Record.failed(
                id_, source, "too_large", f"The line is longer than {options.max_bytes:,} bytes; see --max-bytes."
            )
        else:
            yield Record(id_, source, "json", line)


def _lines(stream: IO[bytes], options: BatchOptions) -> Iterator[bytes | None]:
    """Yield lines without their ends as UTF-8; None for one that is longer than the limit."""
    first = stream.readline(options.max_bytes + 2)
    encoding = options.encoding or bom_encoding(first)
    if encoding and codec_name(encoding) != "utf-8-sig":
        text = io.TextIOWrapper(Prefixed(first, stream), encoding, errors="replace", newline="\n")  # type: ignore[type-var]
        for words in _cut(text.readline(options.max_bytes + 2), text.readline, "\n", options.max_bytes):
            yield None if words is None else words.rstrip("\r\n").encode("utf-8", "replace")
        return
    for line in _cut(first.removeprefix(b"\xef\xbb\xbf"), stream.readline, b"\n", options.max_bytes):
        yield None if line is None else line.rstrip(b"\r\n")


def _cut(line: AnyStr, readline: Callable[[int], AnyStr], end: AnyStr, limit: int) -> Iterator[AnyStr | None]:
    """Yield a line and those behind it; None for one that is longer than the limit, the rest of which is read over."""
    while line:
        if not line.endswith(end) and len(line) > limit:
            while (rest := readline(1 << 20)) and not rest.endswith(end):
                pass
            yield None
        else:
            yield line
        line = readline(limit + 2)


def read_json(stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    """Yield the objects of JSON arrays, of a single object, or of objects and arrays one after the other.

    Args:
        stream: The bytes of the file.
        source: Its name in the results.
        options: Of the run.

    Raises:
        DocumentError: The rest cannot be read.
    """
    start = stream.read(_BLOCK)
    encoding = options.encoding or bom_encoding(start) or "utf-8"
    text = io.TextIOWrapper(io.BufferedReader(Prefixed(start, stream)), encoding, errors="surrogateescape")
    values = _JsonValues(text, options.max_bytes)
    for number, value in enumerate(values, start=1):
        yield Record(f"{source}:{number}", source, "json", value.encode("utf-8", "surrogateescape"))


class _JsonValues:
    """Cuts a stream of JSON into its values without holding more than one of them."""

    _SKIP = re.compile("[\ufeff\\s,]*")

    def __init__(self, text: io.TextIOWrapper, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._buffer = ""
        self._at = 0
        self._decoder = json.JSONDecoder(strict=False)

    def __iter__(self) -> Iterator[str]:
        in_array = False
        while self._next_token():
            if self._buffer[self._at] == ("]" if in_array else "["):
                in_array = not in_array
                self._at += 1
            else:
                yield self._value()
        if in_array:
            raise DocumentError("unreadable", "The JSON array breaks off.")

    def _next_token(self) -> bool:
        while True:
            match = self._SKIP.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer):
                return True
            if not self._more():
                return False

    def _value(self) -> str:
        while True:
            try:
                _, end = self._decoder.raw_decode(self._buffer, self._at)
            except (ValueError, RecursionError) as error:
                end = 0
                if isinstance(error, RecursionError) or len(self._buffer) - self._at > self._limit or not self._more():
                    message = "The JSON is broken, too deep, or one value is longer than --max-bytes; repair it there."
                    raise DocumentError("unreadable", message) from error
            if end and (end < len(self._buffer) or not self._more()):
                value = self._buffer[self._at : end]
                self._at = end
                return value

    def _more(self) -> bool:
        """Read as much again as is held, so that a long value is parsed a logarithmic number of times."""
        block = self._text.read(max(_BLOCK, len(self._buffer) - self._at))
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return bool(block)
