"""Several processes open one file: each waits for the others, and none for ever."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from services.sqlite_sharing import is_busy, use_write_ahead_log


def mode(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return str(connection.execute("pragma journal_mode").fetchone()[0])


def test_a_file_that_is_free_is_shared_at_once(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a", isolation_level=None)
    use_write_ahead_log(connection, 0.0)
    connection.execute("create table t (a)")
    connection.close()
    assert mode(tmp_path / "a") == "wal"


def test_one_that_another_writes_is_waited_for_and_given_up_in_the_end(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "a", isolation_level=None, check_same_thread=False)
    other.execute("create table t (a)")
    other.execute("begin exclusive")
    connection = sqlite3.connect(tmp_path / "a", timeout=0, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="locked") as raised:
        use_write_ahead_log(connection, 0.05)
    assert is_busy(raised.value)
    free = threading.Timer(0.1, lambda: other.execute("commit"))
    free.start()
    use_write_ahead_log(connection, 60.0)
    free.join()
    connection.close()
    other.close()
    assert mode(tmp_path / "a") == "wal"


def test_a_file_that_cannot_be_used_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"no database at all, but long enough to be looked at" * 100)
    connection = sqlite3.connect(tmp_path / "a")
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        use_write_ahead_log(connection, 3600.0)
    connection.close()


@pytest.mark.parametrize(
    ("code", "busy"),
    [
        (sqlite3.SQLITE_BUSY, True),
        (sqlite3.SQLITE_LOCKED, True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, True),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, True),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_IOERR, False),
    ],
)
def test_which_errors_say_that_another_one_is_at_it(code: int, *, busy: bool) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    assert is_busy(error) is busy
    assert not is_busy(None)
    assert not is_busy(ValueError())
