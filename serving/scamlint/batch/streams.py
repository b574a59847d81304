"""Opening inputs: local or remote, plain or compressed, and telling what encoding text is in."""

from __future__ import annotations

import codecs
import gzip
import io
from typing import IO, Any, cast

from scamlint.batch.extras import need
from scamlint.batch.records import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def open_raw(path: str) -> IO[bytes]:
    """Open a local file or a URL for reading."""
    if "://" in path:
        fsspec = need("fsspec", "files", "Reading a URL")
        return cast("IO[bytes]", fsspec.open(path, "rb").open())
    return open(path, "rb")


def decompress(stream: IO[bytes], compression: str) -> IO[bytes]:
    """Return a stream of the decompressed bytes.

    Args:
        stream: What to read.
        compression: ``gz``, ``zst`` or empty.
    """
    if compression == "gz":
        return cast("IO[bytes]", _Gzip(fileobj=stream))
    if compression == "zst":
        # Of the libraries for zstd, Arrow both works through a stream and tells when it breaks off.
        arrow = need("pyarrow", "files", "Reading .zst")
        return cast("IO[bytes]", io.BufferedReader(arrow.CompressedInputStream(stream, "zstd")))
    return stream


class _Gzip(gzip.GzipFile):
    """Decompressed bytes; they can be sought in only where the compressed ones can, whatever GzipFile says."""

    def seekable(self) -> bool:
        """Whether one can go back in it."""
        return bool(cast("IO[bytes]", self.fileobj).seekable())


class Prefixed(io.RawIOBase):
    """A stream whose first bytes were already read."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first = first
        self._rest = rest

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; return how many bytes were put into it."""
        data = self._first[: len(buffer)] or self._rest.read(len(buffer)) or b""
        self._first = self._first[len(data) :] if self._first else b""
        buffer[: len(data)] = data
        return len(data)


def read_all(stream: IO[bytes], limit: int) -> bytes:
    """Read a whole document.

    Raises:
        DocumentError: It is longer than ``limit`` bytes.
    """
    parts: list[bytes] = []
    left = limit + 1
    while left > 0:
        part = stream.read(min(left, 1 << 20))
        if not part:
            return b"".join(parts)
        parts.append(part)
        left -= len(part)
    raise DocumentError("too_large", f"The document is longer than {limit:,} bytes; raise --max-bytes to read it.")


def bom_encoding(start: bytes) -> str | None:
    """Return the encoding that a byte order mark names."""
    return next((encoding for mark, encoding in _BOMS if start.startswith(mark)), None)


def codec_name(encoding: str) -> str:
    """Return the name that Python has for an encoding; for UTF-8 under any of its names, the one that reads over a BOM.

    Raises:
        LookupError: There is no such encoding.
    """
    name = codecs.lookup(encoding).name
    return "utf-8-sig" if name == "utf-8" else name


def detect_encoding(data: bytes, *, html: bool = False) -> str:
    """Return the encoding of a text: by its byte order mark, UTF-8 when it is valid, else by its letters.

    Args:
        data: The text, or its beginning.
        html: Whether a ``meta`` element may name the encoding.
    """
    named = bom_encoding(data)
    if named is not None:
        return named
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    encoding: Any = need("resiliparse.parse.encoding", "files", "Text that is not UTF-8").detect_encoding(
        data[: 1 << 20], html5_compatible=True, from_html_meta=html
    )
    found = str(encoding or "utf-8")  # which it says, too, when it does not know
    return "cp1252" if found == "utf-8" and not _is_damaged_utf_8(data) else found


def _is_damaged_utf_8(data: bytes) -> bool:
    """Whether text that is not valid UTF-8 is meant to be: it has as many valid letters outside ASCII as faults."""
    text = data.decode("utf-8", "ignore")
    letters = len(text) - len(text.encode("ascii", "ignore"))
    faults = data.decode("utf-8", "replace").count("\ufffd") - text.count("\ufffd")
    return letters >= faults


def decode_text(data: bytes, encoding: str | None, *, html: bool = False) -> str:
    """Decode a whole document.

    Args:
        data: The document.
        encoding: What the user says it is; found out when None.
        html: Whether a ``meta`` element may name the encoding.

    Raises:
        DocumentError: The encoding that the user named does not fit.
    """
    chosen = encoding or detect_encoding(data, html=html)
    try:
        return data.decode(codec_name(chosen), errors="strict" if encoding else "replace")
    except UnicodeDecodeError as error:
        message = f"The text is not {encoding} (byte {error.start}); leave out --encoding to have it found out."
        raise DocumentError("invalid", message) from error
    except LookupError as error:
        raise DocumentError("unreadable", f"The encoding {chosen!r} is not known.") from error
