"""Files that other programs may still be writing: which are whole, and what tells a new version from an old one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

POLL_SECONDS = 1.0
"""How long a source waits before it looks again."""

SETTLE_SECONDS = 0.5
"""A file changed less than `YOUNG_SECONDS` ago is whole if it does not change for this long."""

YOUNG_SECONDS = 2.0


def fingerprint(path: Path) -> str:
    """Return text that changes when the file's content does: its size and modification time."""
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"


def modified_at(path: Path) -> datetime:
    """Return when the file was last written, in UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


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


def _state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
