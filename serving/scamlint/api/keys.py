"""API keys: made at random, kept only as hashes.

A key holds 256 random bits, so one round of SHA-256 protects it; slow hashes are for passwords that people choose.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
import time
from pathlib import Path

from scamlint.errors import OptionError

_LOG = logging.getLogger("scamlint.api")
_LINE = re.compile(r"(?P<name>[\w.@-]{1,64})\s+sha256:(?P<digest>[0-9a-f]{64})")
# The file is looked at again after this many seconds, so that a key can be withdrawn without a restart.
_LOOK_AGAIN = 2.0


def new_key() -> str:
    """Return a new random key."""
    return "scamlint_" + secrets.token_urlsafe(32)


def key_line(name: str, key: str) -> str:
    """Return the line of the keys file for a key.

    Args:
        name: Who uses it: letters, digits and ``. @ _ -``; it appears in logs.
        key: The key.

    Raises:
        OptionError: The name has other characters.
    """
    line = f"{name} sha256:{_digest(key)}"
    if not _LINE.fullmatch(line):
        raise OptionError(f"{name!r} cannot name a key: use up to 64 letters, digits, and the signs . @ _ -")
    return line


class KeyRing:
    """The keys of a file; the file is read again when it changes.

    Args:
        path: File with one ``NAME sha256:HEX`` a line; empty lines and lines that begin with ``#`` are skipped.

    Raises:
        OptionError: The file cannot be read, or a line is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._stamp_now()
        self._looked = time.monotonic()
        self._complaint = ""  # what was logged last about the file
        self._names = self._read()

    def name_of(self, key: str) -> str | None:
        """Return the name of a valid key, or None. Takes the same time whichever key comes near."""
        self._refresh()
        digest = _digest(key)
        found = None
        for known, name in self._names.items():
            if hmac.compare_digest(known, digest):
                found = name
        return found

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._looked < _LOOK_AGAIN:
            return
        self._looked = now
        try:
            stamp = self._stamp_now()
            if stamp != self._stamp:
                self._names, self._stamp = self._read(), stamp
            self._complaint = ""
        except OptionError as error:  # the file is being written, or is broken
            if str(error) != self._complaint:
                self._complaint = str(error)
                _LOG.error("the keys that were read last stay in force, also withdrawn ones: %s", error)

    def _stamp_now(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError as error:
            raise OptionError(f"The keys file {self._path} cannot be read: {error.strerror}.") from None
        return status.st_mtime_ns, status.st_size

    def _read(self) -> dict[str, str]:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise OptionError(f"The keys file {self._path} cannot be read: {type(error).__name__}.") from None
        names: dict[str, str] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise OptionError(
                    f"{self._path}, line {number}: write NAME sha256:HEX (scamlint serve --new-key NAME)."
                )
            names[match["digest"]] = match["name"]
        return names


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
