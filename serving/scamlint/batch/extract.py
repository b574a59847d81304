"""From a raw record to a document with text. Runs in the workers; what it reads may be hostile."""

from __future__ import annotations

import json
import re
from typing import Any

from scamlint.batch.docx import docx_text
from scamlint.batch.extras import need
from scamlint.batch.html import html_text
from scamlint.batch.inputs import form_of_input
from scamlint.batch.mail import mail_text
from scamlint.batch.options import BatchOptions
from scamlint.batch.records import OK, Document, DocumentError, Record
from scamlint.batch.streams import decode_text, decompress, open_raw, read_all
from scamlint.batch.values import finite
from scamlint.errors import OptionError

_UNDECODED = re.compile("[\udc80-\udcff]")


def extract(record: Record, options: BatchOptions) -> Document:
    """Parse one record.

    Args:
        record: Any record.
        options: Of the run.

    Returns:
        The document; when it cannot be read, one with a status and an error. Only a MemoryError is let through.
    """
    if record.status != OK:
        return Document.failed(record, record.status, record.error or "")
    try:
        return _parse(record, options)
    except DocumentError as error:
        return Document.failed(record, error.status, error.message)
    except OptionError as error:  # an extra is missing
        return Document.failed(record, "unreadable", str(error))
    except MemoryError:
        raise
    except OSError as error:
        return Document.failed(record, "unreadable", f"The file cannot be read: {error.strerror or error}.")
    except Exception as error:  # parsers raise anything; their words may quote the document, so only the type is told
        return Document.failed(record, "unreadable", f"The document is damaged ({type(error).__name__}).")


def _parse(record: Record, options: BatchOptions) -> Document:
    document = Document(record.id, record.source, keep=record.keep)
    if record.form == "text":
        document.text = _string(record.data, options)
        return document
    if record.form == "json":
        return _from_json(record, options)
    data = record.data if record.data is not None else _read(record, options)
    if isinstance(data, str):
        data = data.encode("utf-8")
    if record.form == ".pdf":
        document.text, document.pages = pdf_text(data)
    elif record.form == ".docx":
        document.text = docx_text(data, options.max_bytes)
    elif record.form == ".eml":
        document.text = mail_text(data, options)
    elif record.form == ".html":
        document.text = html_text(decode_text(data, options.encoding, html=True))
    else:
        document.text = decode_text(data, options.encoding)
        document.is_file = record.data is None and not form_of_input(record.source)[1]
    if not document.text.strip():
        raise DocumentError("no_text", "The document holds no words; if it has pictures of text, run OCR on it first.")
    return document


def _read(record: Record, options: BatchOptions) -> bytes:
    compression = form_of_input(record.source)[1]
    with open_raw(record.source) as raw:
        try:
            return read_all(decompress(raw, compression), options.max_bytes)
        except (EOFError, ValueError) as error:
            raise DocumentError("unreadable", "The compressed file is damaged.") from error


def _string(value: Any, options: BatchOptions) -> str:
    if not isinstance(value, str):
        kind = "nothing" if value is None else type(value).__name__
        raise DocumentError("invalid", f"The column {options.text_column!r} holds {kind}, not a string.")
    if _UNDECODED.search(value):
        raise DocumentError("invalid", "The text is not valid UTF-8; name its encoding with --encoding.")
    return value


def _from_json(record: Record, options: BatchOptions) -> Document:
    """Parse a line of JSON. What identifies the row is put into the record first, so that an error row has it too."""
    row = _json_object(record, options)
    record.keep = {name: finite(row.get(name)) for name in options.keep}
    text = row.get(options.text_column)
    if text is None:
        message = f"The line has no field {options.text_column!r}; name the field that has the text with --text-column."
        raise DocumentError("invalid", message)
    if not isinstance(text, str):
        raise DocumentError("invalid", f"The field {options.text_column!r} is no string.")
    return Document(record.id, record.source, text, keep=record.keep)


def _json_object(record: Record, options: BatchOptions) -> dict[str, Any]:
    data = record.data if isinstance(record.data, bytes) else (record.data or "").encode("utf-8", "surrogatepass")
    if not data.strip():
        raise DocumentError("invalid", "The line is empty.")
    problem = None
    try:
        words = data.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = DocumentError("invalid", f"The line is not valid UTF-8 (byte {error.start}).")
        words = data.decode("utf-8", "replace")
    try:
        row = json.loads(words, strict=False)
    except json.JSONDecodeError as error:
        raise problem or DocumentError("invalid", f"The line is no valid JSON (character {error.pos}).") from error
    except (ValueError, RecursionError) as error:
        message = "The line is JSON that cannot be read: nested too deep, or a number too long."
        raise problem or DocumentError("invalid", message) from error
    if not isinstance(row, dict):
        raise problem or DocumentError("invalid", f"The line holds a {type(row).__name__}, not an object.")
    found = finite(row.get(options.id_column))
    if found is not None:
        record.id = found if isinstance(found, (str, int)) else json.dumps(found)
    if problem is not None:
        raise problem
    return row


def pdf_text(data: bytes) -> tuple[str, tuple[int, ...]]:
    """Return the text of a PDF and the offset at which each page begins, in code points.

    Raises:
        DocumentError: It is damaged, locked, or has no text layer.
    """
    pdfium = need("pypdfium2", "files", "Reading PDF")
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        locked = "password" in str(error).lower()
        message = "The PDF needs a password." if locked else "The PDF is damaged."
        raise DocumentError("unreadable", message) from error
    pieces: list[str] = []
    starts: list[int] = []
    length = 0
    try:
        for page in pdf:
            # U+FFFE and U+0002 stand for a hyphen at which a word was broken; a soft hyphen says the same.
            words = page.get_textpage().get_text_bounded()
            words = words.replace("\r\n", "\n").replace("\ufffe", "\u00ad").replace("\x02", "\u00ad")
            starts.append(length)
            pieces.append(words + "\n")
            length += len(words) + 1
            page.close()
    except pdfium.PdfiumError as error:
        raise DocumentError("unreadable", f"Page {len(starts) + 1} of the PDF is damaged.") from error
    finally:
        pdf.close()
    text = "".join(pieces)
    if starts and not text.strip():
        raise DocumentError("no_text", "The PDF has no text, only pictures; run OCR on it first.")
    return text, tuple(starts)
