"""A watched folder: a file is taken when it is complete, newest first, by a rename."""

from __future__ import annotations

import errno
import fcntl
import fnmatch
import os
import signal
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hotlists.feeds.names import is_partial_name
from hotlists.feeds.tray import Tray
from schemas.errors import TransientError

_SUPERSEDED = "{newest}, which came with it, is newer; this one was not imported"


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells that a file is the same and was not written to."""

    inode: int
    size: int
    modified_ns: int


class FolderWatch:
    """Takes complete files from a folder, one at a time.

    A file is complete once its size and time did not change for the settle time and nobody has it open for writing.
    Of several complete ones the newest is taken; the others are superseded and go to the rejected ones.

    Args:
        folder: The watched folder.
        pattern: Which names count, as in a shell.
        settle_seconds: How long a file has to stay as it is.
        tray: Where it goes.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        folder: Path,
        pattern: str,
        settle_seconds: float,
        tray: Tray,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder
        self._pattern = pattern
        self._settle_seconds = settle_seconds
        self._tray = tray
        self._clock = clock
        self._seen: dict[Path, tuple[Signature, float]] = {}

    def next(self) -> Path | None:
        """Return a complete file in the working folder, or None when there is none now.

        What an interrupted run left there comes first.

        Raises:
            TransientError: The folder is not there.
            ConfigurationError: A file cannot be moved.
        """
        left = self._tray.waiting()
        if left is not None:
            self._seen = {path: seen for path, seen in self._seen.items() if path == left}
            return left if self._is_complete(left) else None
        complete = [path for path in self._candidates() if self._is_complete(path)]
        if not complete:
            return None
        complete.sort(key=lambda path: (self._seen[path][0].modified_ns, path.name))
        newest = complete.pop()
        for older in complete:
            self._tray.file_away(older, "rejected", _SUPERSEDED.format(newest=newest.name))
        expected = self._seen[newest][0]
        taken = self._tray.take(newest)
        if signature(taken) == expected:
            return taken
        # Another file had taken its name in between. It has to settle like every other one.
        return None

    @property
    def is_settling(self) -> bool:
        """Whether a file is there that may be complete soon."""
        return bool(self._seen)

    def _candidates(self) -> list[Path]:
        try:
            with os.scandir(self._folder) as entries:
                found = [Path(entry.path) for entry in entries if self._counts(entry)]
        except OSError as error:
            raise TransientError(f"the watched folder {self._folder} cannot be read ({error.strerror})") from error
        self._seen = {path: seen for path, seen in self._seen.items() if path in found}
        return found

    def _counts(self, entry: os.DirEntry[str]) -> bool:
        return (
            entry.is_file(follow_symlinks=False)
            and not is_partial_name(entry.name)
            and fnmatch.fnmatchcase(entry.name, self._pattern)
        )

    def _is_complete(self, path: Path) -> bool:
        now = self._clock()
        try:
            current = signature(path)
            before = self._seen.get(path)
            if before is None or before[0] != current:
                self._seen[path] = (current, now)
                return self._settle_seconds == 0 and not is_open_for_writing(path)
            return now - before[1] >= self._settle_seconds and not is_open_for_writing(path)
        except FileNotFoundError:
            self._seen.pop(path, None)
            return False


def signature(path: Path) -> Signature:
    """Return what tells that a file is the same and was not written to."""
    status = path.stat()
    return Signature(status.st_ino, status.st_size, status.st_mtime_ns)


def is_open_for_writing(path: Path) -> bool:
    """Tell whether a process on this machine has a file open for writing, where the system can tell.

    Source:
        fcntl(2), "Leases": a read lease is refused while the file is open for writing.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return False
        # A writer that opens the file right now sends a signal; by default one that ends the process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        # Any other refusal means that the file system, or this user, cannot tell.
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False
