"""Files as other programs leave them: which are whole, which are new, and names and times that are odd."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from schemas.errors import UnreadableMedia

POLL_SECONDS = 1.0
"""How long a source waits before it looks again."""

SETTLE_SECONDS = 0.5
"""A file changed less than `YOUNG_SECONDS` ago is whole if it does not change for this long."""

YOUNG_SECONDS = 2.0

_FIRST_TIME = 0.0
_END_OF_TIMES = datetime(2200, 1, 1, tzinfo=UTC).timestamp()

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def fingerprint(path: Path) -> str:
    """Return text that changes when the file's content does: its size and modification time."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def has_fingerprint(path: Path, expected: str) -> bool:
    """Return whether a file is there and its `fingerprint` is the expected one."""
    try:
        return fingerprint(path) == expected
    except OSError:
        return False


def came_at(path: Path) -> datetime:
    """Return when a file came to its folder, by the clock of its file system, whatever time it was given.

    Args:
        path: The file.
    """
    return moment_of(path.stat().st_ctime)


def moment_of(seconds: float) -> datetime:
    """Return a time of the file system as a date, within what a date can say and not in the future."""
    return datetime.fromtimestamp(min(max(seconds, _FIRST_TIME), time.time()), UTC)


def modified_at(path: Path) -> datetime:
    """Return when the file was last written, in UTC.

    Where the file's time can not be that of a recording (before 1970, after 2200, or beyond what a date can say), the
    time at which the file system last changed its entry takes its place: when it came here.

    Args:
        path: The file.
    """
    status = path.stat()
    written = status.st_mtime if _FIRST_TIME <= status.st_mtime < _END_OF_TIMES else status.st_ctime
    return datetime.fromtimestamp(min(max(written, _FIRST_TIME), _END_OF_TIMES), UTC)


def text_of(path: Path | str) -> str:
    """Return a file's name as text that can be stored, sent and shown: bytes that are no UTF-8 become escapes.

    A name that is UTF-8 stays as it is, so that ids made of it do, too.

    Args:
        path: The name as Python has it, which keeps such bytes as halves of surrogate pairs.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def open_regular(path: Path) -> int:
    """Open a file for reading, never waiting for another program as opening a pipe would.

    Args:
        path: The file.

    Returns:
        A file descriptor.

    Raises:
        UnreadableMedia: It is missing, may not be read, or is a pipe, a socket, a device or a folder.
    """
    source = text_of(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise UnreadableMedia("no such file; check the path", source=source) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableMedia(f"cannot be read ({reason}); check its permissions", source=source) from error
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode) and not _is_standard_input(path, mode):
        os.close(descriptor)
        raise UnreadableMedia(f"cannot be read (it is {kind_of(mode)}), expected a file; leave it out", source=source)
    os.set_blocking(descriptor, True)
    return descriptor


def kind_of(mode: int) -> str:
    """Return in words what a file that is no file is.

    Args:
        mode: `st_mode` of its status.
    """
    return next((words for test, words in _KINDS if test(mode)), "no regular file")


def stable_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield those files that nobody is writing now, in the given order.

    Young files are looked at twice; those that changed in between, or are gone, are left for the next listing.

    Args:
        paths: Existing files.
    """
    seen = {path: state for path in paths if (state := _state(path)) is not None}
    now = time.time()
    young = {path for path, (_, modified) in seen.items() if abs(now - modified / 1e9) < YOUNG_SECONDS}
    if young:
        time.sleep(SETTLE_SECONDS)
    for path, state in seen.items():
        if path not in young or _state(path) == state:
            yield path


def wait_for_change(stop: Event, seconds: float = POLL_SECONDS) -> bool:
    """Wait until it is worth looking again.

    Args:
        stop: Set to end the wait at once.
        seconds: How long to wait.

    Returns:
        False when `stop` was set.
    """
    return not stop.wait(seconds)


def _is_standard_input(path: Path, mode: int) -> bool:
    # `... | platewatch read /dev/stdin` and `platewatch read <(...)`: somebody writes there, and it is meant.
    return stat.S_ISFIFO(mode) and path.is_relative_to("/dev")


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
