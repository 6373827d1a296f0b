"""A small SQLite file of our own: durable, overwritten where it is deleted, its errors in our words."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from schemas.errors import ConfigurationError, StorageFull, TransientError
from services.private_files import make_private_folder, touch_private
from services.sqlite_sharing import is_busy, use_write_ahead_log

BUSY_SECONDS = 5.0
"""How long another process's transaction is waited for: they last milliseconds."""
WAL_BYTES = 64 << 20
"""The log is cut back to this after a burst."""


class SqliteFile:
    """One connection to a file. A thread uses it at a time.

    What is stored has reached the disk (WAL, synchronous=FULL), and what is deleted is overwritten (secure_delete).

    Args:
        path: The file; made when absent, for us alone, with its folder.
        schema: The statements that make its tables, separated by `;`.
        version: The schema's version.
        durable: Whether what is stored has to survive a power cut.

    Raises:
        ConfigurationError: It cannot be opened, or is of a newer Platewatch.
        StorageFull: The disk is full.
        TransientError: Another process keeps it busy.
    """

    def __init__(self, path: Path, schema: str, version: int, *, durable: bool = True) -> None:
        self.path = path
        with self.translated():
            try:
                make_private_folder(path.parent)
                touch_private(path)
            except OSError as error:
                raise ConfigurationError(f"{path}: cannot be opened ({error.strerror}); correct data_dir") from error
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(schema, version, durable)
            except BaseException:
                self._connection.close()
                raise

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Execute a statement; call it within `translated`."""
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> sqlite3.Cursor:
        """Execute a statement for every row; call it within `translated`."""
        return self._connection.executemany(statement, rows)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done within it, all or none; within `translated`."""
        # Immediate: a transaction that begins as a reader cannot wait for another writer.
        self._connection.execute("begin immediate")
        try:
            yield
            self._connection.execute("commit")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("rollback")
            raise

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """Raise SQLite's errors in our words.

        Raises:
            StorageFull: The disk is full.
            TransientError: Another process keeps the file busy, or its disk fails.
            ConfigurationError: The file is damaged, or may not be written.
        """
        try:
            yield
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _prepare(self, schema: str, expected: int, durable: bool) -> None:
        execute = self._connection.execute
        execute("pragma secure_delete = on")
        use_write_ahead_log(self._connection, BUSY_SECONDS)
        execute(f"pragma synchronous = {'full' if durable else 'normal'}")
        execute(f"pragma journal_size_limit = {WAL_BYTES}")
        (version,) = execute("pragma user_version").fetchone()
        if version == 0:
            with self.transaction():
                (version,) = execute("pragma user_version").fetchone()
                if version == 0:  # another process may have been first
                    for statement in filter(str.strip, schema.split(";")):
                        execute(statement)
                    execute(f"pragma user_version = {expected}")
                    version = expected
        if version > expected:
            raise ConfigurationError(
                f"{self.path}: is of a newer Platewatch (its version is {version}, expected {expected}); start that one"
            )

    def _translate(self, error: sqlite3.Error) -> StorageFull | TransientError | ConfigurationError:
        code = getattr(error, "sqlite_errorcode", None)
        kind = None if code is None else code & 0xFF
        if kind == sqlite3.SQLITE_FULL:
            return StorageFull(f"{self.path}: no space left; make room on its disk")
        if is_busy(error):
            return TransientError(f"{self.path}: another process keeps it busy")
        if kind == sqlite3.SQLITE_IOERR:
            return TransientError(f"{self.path}: its disk fails or is full ({error}); look at the disk")
        return ConfigurationError(
            f"{self.path}: cannot be used ({error}); correct its permissions, or, where it is damaged, move it away "
            "and keep it: the messages in it were not processed"
        )
