"""Files of records that several connections and processes share: what is stored, nobody takes away by looking at it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from services.private_files import touch_private
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
