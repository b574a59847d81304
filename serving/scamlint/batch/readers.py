"""Readers of files that hold many documents. Each one yields a record a document, and reads as it goes."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, cast

from scamlint.batch.extras import need
from scamlint.batch.inputs import form_of
from scamlint.batch.json_rows import read_json, read_jsonl
from scamlint.batch.options import ARCHIVE_FORMS, ROW_FORMS, BatchOptions
from scamlint.batch.parquet_rows import read_parquet
from scamlint.batch.records import DocumentError, Record
from scamlint.batch.separated import read_separated
from scamlint.batch.streams import Prefixed, decompress, read_all

_BLOCK = 1 << 16


def read_stream(form: str, stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    """Yield the records of a container.

    Args:
        form: Its suffix, such as ``.jsonl``.
        stream: Its decompressed bytes; a zip or Parquet file must be seekable.
        source: Its name in the results.
        options: Of the run.

    Raises:
        DocumentError: The rest of the container cannot be read.
    """
    yield from _READERS[form](stream, source, options)


def unsupported(id_: str, source: str, what: str) -> Record:
    """Return the record of a file of a kind that is not read."""
    return Record.failed(id_, source, "unsupported", f"Files of the kind {what!r} are not read.")


def _zip(stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    if not stream.seekable():
        stream = io.BytesIO(read_all(stream, 8 * options.max_bytes))
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DocumentError("unreadable", "The zip archive is damaged.") from error
    for info in archive.infolist():
        if info.is_dir() or _is_hidden(info.filename):
            continue
        name = f"{source}!{_clean(info.filename)}"
        if info.flag_bits & 0x1:
            yield Record.failed(name, name, "unreadable", "This member of the archive needs a password.")
            continue
        yield from _member(name, info.file_size, partial(archive.open, info), options)


class _TarMember(tarfile.TarInfo):
    """A member whose header must be whole: tarfile takes a broken one behind the first for the end of the archive."""

    @classmethod
    def fromtarfile(cls, tarfile_: tarfile.TarFile) -> _TarMember:
        """Read the next header.

        Raises:
            tarfile.TarError: It is damaged, or the archive breaks off; or it is the mark of the archive's end.
        """
        try:
            return super().fromtarfile(tarfile_)
        except _BROKEN_HEADERS as error:
            raise tarfile.ReadError(str(error)) from error


def _tar(stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    try:
        archive = tarfile.open(fileobj=stream, mode="r|", tarinfo=_TarMember)  # noqa: SIM115 - the caller closes the stream
        while (info := archive.next()) is not None:
            vars(archive)["members"] = []  # tarfile would hold every member for good
            if not (info.isfile() or info.islnk()) or _is_hidden(info.name):
                continue
            name = f"{source}!{_clean(info.name)}"
            if info.islnk():
                if form_of(name)[0] or not options.skip_unsupported:
                    yield Record.failed(name, name, "unsupported", _LINK)
                continue
            yield from _member(name, info.size, partial(_tar_member, archive, info), options)
    except tarfile.TarError as error:
        raise DocumentError("unreadable", "The tar archive is damaged from here on.") from error


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    """Open a member of an archive that is read as it comes; it says that it is not seekable, which tarfile does not."""
    return io.BufferedReader(Prefixed(b"", cast("IO[bytes]", archive.extractfile(info))))


def _member(name: str, size: int, open_member: Callable[[], Any], options: BatchOptions) -> Iterator[Record]:
    """Yield the records of one member of an archive; whatever is wrong with it costs no other member."""
    form, compression = form_of(name)
    number = 0
    try:
        if form in ROW_FORMS:
            with open_member() as raw:
                for record in read_stream(form, decompress(raw, compression), name, options):
                    number += 1
                    yield record
        elif form in ARCHIVE_FORMS:
            yield Record.failed(name, name, "unsupported", "An archive inside an archive is not opened; unpack it.")
        elif not form:
            if not options.skip_unsupported:
                yield unsupported(name, name, _kind(name))
        elif size > options.max_bytes:
            yield Record.failed(name, name, "too_large", f"The document has {size:,} bytes; see --max-bytes.")
        else:
            with open_member() as raw:
                yield Record(name, name, form, read_all(decompress(raw, compression), options.max_bytes))
    except tarfile.TarError:
        raise
    except DocumentError as error:
        yield broken_off(name, name, number, error)
    except Exception as error:  # zipfile, zlib and lzma raise many kinds for a damaged member
        yield broken_off(
            name, name, number, DocumentError("unreadable", f"The member is damaged ({type(error).__name__}).")
        )


def broken_off(id_: str, source: str, number: int, error: DocumentError) -> Record:
    """Return the record that stands for the part of a container that cannot be read."""
    if number == 0:
        return Record.failed(id_, source, error.status, error.message)
    message = f"Only the first {number:,} documents could be read: {error.message}"
    return Record.failed(f"{id_}:rest", source, error.status, message)


def _warc(stream: IO[bytes], source: str, options: BatchOptions) -> Iterator[Record]:
    archive = need("warcio.archiveiterator", "files", "Reading WARC")
    exceptions = need("warcio.exceptions", "files", "Reading WARC")
    number = 0
    try:
        for number, found in enumerate(archive.ArchiveIterator(stream), start=1):
            if not found.rec_type:
                raise DocumentError("unreadable", "The WARC file is damaged from here on.")
            if found.rec_type not in ("response", "resource", "conversion"):
                continue
            headers = found.rec_headers
            id_ = (headers.get_header("WARC-Record-ID") or f"{source}:{number}").strip("<>")
            name = f"{source}!{headers.get_header('WARC-Target-URI') or number}"
            http = found.http_headers.get_header("Content-Type") if found.http_headers else None
            mime = (http or headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
            form = _MIME.get(mime)
            if form is None:
                if not options.skip_unsupported:
                    yield unsupported(id_, name, mime or "unknown")
                continue
            try:
                yield Record(id_, name, form, _captured(found, options))
            except DocumentError as error:
                yield Record.failed(id_, name, error.status, error.message)
        if number == 0:
            raise DocumentError("unreadable", "There is no WARC record in the file.")
    except (exceptions.ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        raise DocumentError("unreadable", "The WARC file is damaged from here on.") from error


def _captured(found: Any, options: BatchOptions) -> bytes:
    """Return the content of a WARC record, decoded as its HTTP headers say."""
    coding = _normal_header(found, "Content-Encoding")
    _normal_header(found, "Transfer-Encoding")
    if coding not in ("", "identity", "gzip", "deflate", "br"):
        raise DocumentError("unreadable", f"Content in the encoding {coding!r} is not read.")
    data = read_all(found.content_stream(), options.max_bytes)
    while found.raw_stream.read(_BLOCK):
        pass
    if getattr(found.raw_stream, "limit", 0) > 0:
        raise DocumentError("unreadable", "The record breaks off before its end.")
    return data


def _normal_header(found: Any, name: str) -> str:
    """Write a coding of a WARC record's HTTP headers as warcio compares it, and return it; empty when there is none."""
    headers = found.http_headers
    coding = (headers.get_header(name) or "").strip().lower() if headers else ""
    if coding:
        coding = "gzip" if coding == "x-gzip" else coding
        while headers.remove_header(name):  # it may stand there twice, and warcio takes the first
            pass
        headers.add_header(name, coding)
    return coding


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/") if part not in (".", ".."))


def _clean(name: str) -> str:
    """Return a member's name without what UTF-8 cannot hold."""
    return name.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _kind(name: str) -> str:
    base = name.rsplit("/", 1)[-1]
    return "." + base.rsplit(".", 1)[-1] if "." in base else base


_LINK = "A hard link to another member of the archive is not followed; unpack the archive to read it under this name."
_BROKEN_HEADERS = (
    tarfile.InvalidHeaderError,  # type: ignore[attr-defined]
    tarfile.TruncatedHeaderError,  # type: ignore[attr-defined]
    tarfile.EmptyHeaderError,  # type: ignore[attr-defined]
)
_MIME = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
}
_READERS: dict[str, Callable[[IO[bytes], str, BatchOptions], Iterator[Record]]] = {
    ".jsonl": read_jsonl,
    ".json": read_json,
    ".csv": read_separated,
    ".tsv": partial(read_separated, delimiter="\t"),
    ".parquet": read_parquet,
    ".zip": _zip,
    ".tar": _tar,
    ".warc": _warc,
}
