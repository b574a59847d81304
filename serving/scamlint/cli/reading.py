"""Reading the one document that a command is given: text as it is, other kinds in a child process with limits."""

from __future__ import annotations

import os
import stat
import time
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING

from scamlint.errors import InputError

if TYPE_CHECKING:
    from scamlint.batch.options import BatchOptions
    from scamlint.batch.pool import Child
    from scamlint.batch.records import Document, Record

_START = 1 << 16
# What `file` takes for a sign of data: control characters other than bell, backspace, white space and escape.
_CONTROLS = bytes((*range(7), *range(14, 27), *range(28, 32), 127))
_SPACE = frozenset("\ufeff \t\r\n\f")
_MARKUP = ("<!doctype html", "<html", "<head", "<body")


def read_text(name: str, parser: Parser) -> str:
    """Read the text of a document.

    Args:
        name: A path, or ``-`` for standard input.
        parser: What reads documents that are not text.

    Returns:
        The text. Of a text file, bytes that do not fit its encoding become U+FFFD.

    Raises:
        InputError: The file cannot be read, or is not one document.
    """
    from scamlint.batch.inputs import form_of
    from scamlint.batch.options import ARCHIVE_FORMS, ROW_FORMS
    from scamlint.batch.records import Record

    if name == "-":
        return _plain("Standard input", 0, "", parser)
    try:
        mode = os.stat(name).st_mode
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    if stat.S_ISDIR(mode):
        raise InputError(f"{name} is a folder; score its documents with scamlint batch.")
    form, compression = form_of(name)
    if form in ROW_FORMS or form in ARCHIVE_FORMS:
        raise InputError(f"{name} holds many documents; score them with scamlint batch.")
    if not form or (form in (".txt", ".md") and not compression):
        return _plain(name, name, form, parser)
    if not stat.S_ISREG(mode):
        raise InputError(f"{name} is no regular file; save what it gives to one first.")
    path = os.path.abspath(name)
    return parser.text(name, Record(path, path, form))


def _plain(name: str, file: str | int, form: str, parser: Parser) -> str:
    """Read text; without a known ending, what begins like HTML or PDF is parsed as that."""
    from scamlint.batch.records import Record
    from scamlint.batch.streams import bom_encoding

    try:
        with open(file, "rb", closefd=file != 0) as stream:
            data = stream.read(_START)
            encoding = bom_encoding(data) or "utf-8-sig"
            start = data.decode(encoding, errors="replace")
            parsed = "" if form else _sniff(start)
            if not parsed:
                _check_text(name, start)
            data += stream.read()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}.") from error
    if parsed:
        return parser.text(name, Record(name, name, parsed, data))
    text = data.decode(encoding, errors="replace")
    _check_text(name, text)
    return text


def _check_text(name: str, text: str) -> None:
    """Refuse data and unknown encodings; a control character or a broken letter here and there is no reason to."""
    data = text.encode("utf-8", errors="replace")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if 50 * controls > len(data) or 10 * text.count("\ufffd") > 3 * len(text) or text.startswith("{\\rtf"):
        raise InputError(
            f"{name} is not text in UTF-8; convert it to that. HTML, PDF, Word's .docx and mail are read too, when the "
            "name says so."
        )


def _sniff(start: str) -> str:
    """Return ``.pdf`` or ``.html`` when a document begins like one, else nothing."""
    if start.startswith("%PDF-"):
        return ".pdf"
    position = 0
    while True:
        while start[position : position + 1] in _SPACE:
            position += 1
        for opening, closing in (("<!--", "-->"), ("<?", ">")):
            if start.startswith(opening, position):
                end = start.find(closing, position)
                break
        else:
            return ".html" if start[position : position + 20].lower().startswith(_MARKUP) else ""
        if end < 0:
            return ""
        position = end + len(closing)


class Parser:
    """Parses documents in a child process with limits, as ``scamlint batch`` does.

    The process starts with the first document and again after one that it did not survive. Time is limited everywhere,
    memory on Linux only. Scoring the text is not limited.
    """

    def __init__(self) -> None:
        self._child: Child | None = None
        self._options: BatchOptions | None = None

    def __enter__(self) -> Parser:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def text(self, name: str, record: Record) -> str:
        """Return the text of a document.

        Args:
            name: What the user calls it.
            record: The document.

        Raises:
            InputError: It cannot be parsed.
        """
        from scamlint.batch.options import MIB, BatchOptions

        options = self._options = self._options or BatchOptions(inputs=("-",), output="-")
        if record.data is not None and len(record.data) > options.max_bytes:
            status, problem = "too_large", None
        else:
            document = self._parse(record, options)
            if document.status == "ok":
                return document.text
            status, problem = document.status, document.error
        known = {
            "too_large": f"It has more than {options.max_bytes // MIB} MiB; scamlint batch --max-bytes reads more.",
            "timeout": f"Reading it takes over {options.timeout:g} s; scamlint batch --timeout waits longer.",
            "memory": f"Reading it needs over {options.memory} MiB; scamlint batch --memory gives it more.",
            "crashed": f"The process that read it died; it is broken, hostile or needs over {options.memory} MiB.",
        }
        raise InputError(f"{name} cannot be read. {known.get(status, problem)}")

    def _parse(self, record: Record, options: BatchOptions) -> Document:
        from scamlint.batch.limits import wall_seconds
        from scamlint.batch.pool import Child
        from scamlint.batch.records import Document

        child = self._child = self._child or Child(parse_documents, options)
        latest = time.monotonic() + wall_seconds(options.timeout)
        try:
            child.pipe.send(record)
            while not child.pipe.poll(0.2):
                if time.monotonic() > latest and child.sleeps():
                    return Document.failed(record, "timeout", "")
            document: Document = child.pipe.recv()
            return document
        except (EOFError, OSError):
            return Document.failed(record, "timeout" if child.used_up_its_time() else "crashed", "")
        finally:
            if child.process.exitcode is not None or time.monotonic() > latest:
                self._end()

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def parse_documents(pipe: Connection, beats: object, options: BatchOptions) -> None:
    """Parse what comes through a pipe, until it is closed; the main function of the child process.

    Args:
        pipe: Takes records, gives documents.
        beats: Not used.
        options: The limits.
    """
    from scamlint.batch.extract import extract
    from scamlint.batch.limits import cpu_limit, follow_parent, memory_limit
    from scamlint.batch.records import Document

    follow_parent()
    while True:
        try:
            record = pipe.recv()
        except EOFError:
            return
        try:
            with memory_limit(options.memory), cpu_limit(options.timeout):
                document = extract(record, options)
        except MemoryError:
            document = Document.failed(record, "memory", "")
        pipe.send(document)
