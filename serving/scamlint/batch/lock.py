"""A lock on the folder of a run, so that no second run writes there at the same time."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from scamlint.errors import OptionError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Hidden, so that whoever reads a folder of parts passes over it.
LOCK_FILE = ".lock"
_TRIES = 10


class RunLock:
    """An exclusive lock. The system takes it back when the process ends, however it ends.

    On a file system that knows no locks nothing is locked, and two runs on one output have to be kept apart by hand.

    Args:
        folder: Where the parts of the run are written; it is made when it does not exist.
        target: The output, for the message.

    Raises:
        OptionError: Another run holds the lock.
        OSError: The folder cannot be written.
    """

    def __init__(self, folder: Path, target: Path) -> None:
        self._path = folder / LOCK_FILE
        descriptor = _open_locked(self._path)
        if descriptor is None:
            raise OptionError(f"Another run is writing {target} right now; wait for its end, or name another output.")
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the lock back, and remove its file, and the folder when nothing else is in it."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(descriptor)
            descriptor = -1
        with suppress(OSError):  # another run may have it open by now
            self._path.unlink()
            self._path.parent.rmdir()
        if descriptor >= 0:
            os.close(descriptor)


def _open_locked(path: Path) -> int | None:
    """Return a descriptor of the locked file, or None when another process has locked it."""
    for _ in range(_TRIES):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except FileNotFoundError:  # a run that ended has just removed the folder
            continue
        if not _lock(descriptor):
            os.close(descriptor)
            return None
        if _is_at(descriptor, path):
            return descriptor
        os.close(descriptor)  # a run that ended has just removed the file
    return None


def _lock(descriptor: int) -> bool:
    """Lock an open file; False when another process has."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some network file systems have no locks
        return True
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether an open file is still the one that has this name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
