"""Files of records that several connections and processes share: what is stored, nobody takes away by looking at it."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import ConfigurationError, StorageFull, TransientError
from services.private_files import touch_private
from storage.spool.spool import Spool
from storage.spool.sqlite_file import SqliteFile

_SCHEMA = "create table notes (note text not null) strict"
_OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(*(note for (note,) in connection.execute("select note from notes order by note")))
connection.close()
"""


def by_another_process(path: Path) -> list[str]:
    """What a process of its own finds in the file, which it opens and closes, as somebody does who looks at it."""
    done = subprocess.run([sys.executable, "-c", _OTHER, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_who_looks_at_a_file_takes_nothing_of_what_is_stored_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    with contextlib.ExitStack() as closing:
        # A process has several connections, one after another.
        files = [SqliteFile(path, _SCHEMA, 1) for _ in range(3)]
        for file in files:
            closing.callback(file.close)
        files[0].execute("insert into notes values ('a')")
        touch_private(path)
        assert by_another_process(path) == ["a"]
        # SQLite's last one to close ends the log; it was not the last.
        assert path.with_name("notes.sqlite-wal").exists()
        files[1].execute("insert into notes values ('b')")
        assert by_another_process(path) == ["a", "b"]
        files[2].execute("insert into notes values ('c')")
    assert by_another_process(path) == ["a", "b", "c"]


FAULTS: dict[int, tuple[type[Exception], str]] = {
    sqlite3.SQLITE_FULL: (StorageFull, "no space left; make room on its disk"),
    sqlite3.SQLITE_BUSY: (TransientError, "another process keeps it busy"),
    sqlite3.SQLITE_BUSY_SNAPSHOT: (TransientError, "another process keeps it busy"),
    sqlite3.SQLITE_IOERR_WRITE: (TransientError, "its disk fails or is full"),
    sqlite3.SQLITE_CORRUPT: (ConfigurationError, "the messages in it were not processed"),
    sqlite3.SQLITE_READONLY: (ConfigurationError, "correct its permissions"),
}


@pytest.mark.parametrize("code", FAULTS)
def test_what_sqlite_says_is_said_in_our_words_with_the_file(tmp_path: Path, code: int) -> None:
    kind, words = FAULTS[code]
    error = sqlite3.OperationalError("disk trouble")
    error.sqlite_errorcode = code
    file = SqliteFile(tmp_path / "notes.sqlite", _SCHEMA, 1)
    file.close()
    with pytest.raises(kind, match=words) as caught, file.translated():
        raise error
    assert type(caught.value) is kind
    assert str(caught.value).startswith(f"{file.path}: ")


def test_a_transaction_is_stored_as_a_whole_and_a_file_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "notes" / "notes.sqlite"
    with contextlib.closing(SqliteFile(path, f"{_SCHEMA};create table more (note text);\n", 3)) as file:
        with file.transaction():
            file.executemany("insert into notes values (?)", [("a",), ("b",)])

        def fail() -> None:
            with file.translated(), file.transaction():
                file.execute("insert into notes values ('c')")
                file.execute("insert into notes values (null)")

        with pytest.raises(ConfigurationError):
            fail()
        with file.transaction():  # nothing of it is left open
            file.execute("insert into more values ('d')")
        kept = [(name, file.execute(f"pragma {name}").fetchone()[0]) for name in ("synchronous", "secure_delete")]
        assert kept == [("synchronous", 2), ("secure_delete", 1)]  # full
        assert 0 < file.execute("pragma journal_size_limit").fetchone()[0] < 1 << 30
    with contextlib.closing(SqliteFile(path, "create table never (x)", 3, durable=False)) as file:
        tables = file.execute("select name from sqlite_master order by name").fetchall()
        assert (tables, file.execute("pragma synchronous").fetchone()) == ([("more",), ("notes",)], (1,))
        assert file.execute("select note from notes").fetchall() == [("a",), ("b",)]
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path)] == [0o700, 0o600]
    with pytest.raises(ConfigurationError, match=r"is of a newer Platewatch \(its version is 3, expected 2\)"):
        SqliteFile(path, _SCHEMA, 2)
    with pytest.raises(ConfigurationError, match=r"cannot be opened \(.+\); correct data_dir"):
        SqliteFile(path / "below", _SCHEMA, 1)


@pytest.mark.parametrize(("given", "level"), [({}, 2), ({"durable": True}, 2), ({"durable": False}, 1)])
def test_what_is_stored_outlasts_a_power_cut_unless_nobody_would_miss_it(
    tmp_path: Path, given: dict[str, bool], level: int
) -> None:
    """SQLite's 2 is a write to the disk at each commit, 1 one now and then."""
    with contextlib.ExitStack() as closing:
        spool = closing.enter_context(Spool(tmp_path / "inbox.sqlite", **given))
        file = SqliteFile(tmp_path / "notes.sqlite", _SCHEMA, 1, **given)
        closing.callback(file.close)
        for one in (file, spool._file):
            assert one.execute("pragma synchronous").fetchone() == (level,)
