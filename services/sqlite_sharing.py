"""Opening one SQLite file from several processes at once."""

from __future__ import annotations

import sqlite3
import time

_PAUSE_SECONDS = 0.01


def use_write_ahead_log(connection: sqlite3.Connection, seconds: float) -> None:
    """Let others read the file while one writes, once nobody else is doing the same.

    SQLite's own timeout does not hold here: whoever changes a file's journal has read it first, and a lock that grows
    from reading to writing is refused at once when another holds one (SQLITE_BUSY), since both could wait for ever.

    Args:
        connection: The connection, outside a transaction.
        seconds: How long others are waited for.

    Raises:
        sqlite3.Error: Somebody kept the file busy for so long, or it cannot be used.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.Error as error:
            if not is_busy(error) or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(_PAUSE_SECONDS)


def is_busy(error: BaseException | None) -> bool:
    """Return whether another connection keeps the file busy."""
    # The low byte is the kind of error, the others say more of it.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
