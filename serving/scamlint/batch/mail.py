"""The words of a mail: its subject and every part of its body that a reader may see."""

from __future__ import annotations

import codecs
import email
import email.policy
import re
from email.message import EmailMessage
from typing import cast

from scamlint.batch.html import html_text
from scamlint.batch.options import BatchOptions
from scamlint.batch.streams import bom_encoding, decode_text

_PLAIN = ("text/plain", "text/markdown")
_HTML = ("text/html", "application/xhtml+xml")
_ADDRESS = re.compile(r"\[image:[^\]]*\]|<?\b(?:https?|mailto|tel):[^\s>]*>?", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")


def mail_text(data: bytes, options: BatchOptions) -> str:
    """Return subject and body of a message; attachments are not read.

    Args:
        data: The message.
        options: Of the run.
    """
    encoding = bom_encoding(data)
    if encoding in ("utf-16", "utf-32"):
        data = data.decode(encoding, "replace").encode()
    # The parser takes a mark or an empty line at the start for the end of the headers.
    data = data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    return _message(email.message_from_bytes(data, policy=email.policy.default), options)


def _message(message: EmailMessage, options: BatchOptions) -> str:
    pieces = [str(message["subject"] or ""), *_texts(message, options)]
    return "\n\n".join(piece for piece in pieces if piece)


def _texts(part: EmailMessage, options: BatchOptions) -> list[str]:
    """Return the texts of a part and of those inside it, in order."""
    kind = part.get_content_type()
    if part.is_attachment():
        return []
    if part.is_multipart():
        inner = [cast("EmailMessage", child) for child in part.iter_parts()]
        if kind == "message/rfc822":
            return [_message(child, options) for child in inner]
        if kind == "multipart/alternative":
            inner.sort(key=lambda child: child.get_content_type() not in _PLAIN)
            return _merged(["\n\n".join(_texts(child, options)) for child in inner])
        return [text for child in inner for text in _texts(child, options)]
    if kind.startswith("multipart/"):  # its boundary is missing or not the one that was named
        return [_decoded(part, options)]
    if kind in _HTML:
        return [html_text(_decoded(part, options, html=True))]
    return [_decoded(part, options)] if kind in _PLAIN else []


def _decoded(part: EmailMessage, options: BatchOptions, *, html: bool = False) -> str:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    declared = part.get_content_charset()
    if declared:
        try:
            return content.decode(declared)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode_text(content, options.encoding, html=html)


def _merged(versions: list[str]) -> list[str]:
    """Return the first version of a text that says anything, and of the others the lines that it lacks.

    A mail brings the same text as plain words and as HTML, but nothing makes the two say the same.
    """
    versions = [version for version in versions if version.strip()]
    merged = versions[:1]
    known = _words("\n".join(merged))
    for version in versions[1:]:
        lines = []
        at = 0
        for line in version.splitlines():
            words = _words(line)
            # The next line mostly stands behind the last one that was found.
            found = known.find(words, at) if words else at
            found = known.find(words) if found < 0 else found
            if found < 0:
                lines.append(line)
            else:
                at = found
        if lines:
            merged.append("\n".join(lines))
            known += _words(merged[-1])
    return merged


def _words(text: str) -> str:
    """Return the words of a text without what only one version has: layout, punctuation, addresses of links."""
    words = re.findall(r"\w+", _ADDRESS.sub(" ", _INVISIBLE.sub("", text)).casefold())
    return f" {' '.join(words)} " if words else ""
