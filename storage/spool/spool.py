"""A durable queue of messages in one SQLite file: processes of one machine fill and empty it, each when it can.

Whoever fills it may go on while the database is away or the run that empties it is started anew. What is stored has
reached the disk (WAL, synchronous=FULL), and what is deleted is overwritten (secure_delete): messages hold plates.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

from schemas.errors import ConfigurationError, StorageFull, TransientError
from services.private_files import make_private_folder, touch_private
from storage.spool.messages import Message, SpooledMessage, Waiting

VERSION = 1
BUSY_SECONDS = 5.0
"""How long another process's transaction is waited for: they last milliseconds."""
WAL_BYTES = 64 << 20
"""The log is cut back to this after a burst."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SCHEMA = """
create table messages (
    number integer primary key autoincrement,
    source text not null,
    received_us integer not null,
    content_type text not null,
    headers text not null,
    path text not null,
    body blob not null
) strict;
create index messages_of_source on messages (source, received_us);
"""
_ADD = "insert into messages (source, received_us, content_type, headers, path, body) values (?, ?, ?, ?, ?, ?)"
_TAKE = (
    "select number, source, received_us, content_type, headers, path, body from messages "
    "where number > ? order by number limit ?"
)
_END = "delete from messages where received_us < ?"
_WAITING = "select source, count(*), min(received_us) from messages group by source"


class Spool:
    """One connection to a spool. A thread uses it at a time; each thread, or process, opens its own.

    Args:
        path: The file; made when absent, for us alone, with its folder.
        durable: Whether a stored message has to survive a power cut. Who only deletes needs no such thing: a message
            that comes again is processed again.

    Raises:
        ConfigurationError: It cannot be opened, or is of a newer Platewatch.
        StorageFull: The disk is full.
        TransientError: Another process keeps it busy.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        with self._translated():
            try:
                make_private_folder(path.parent)
                touch_private(path)
            except OSError as error:
                raise ConfigurationError(f"{path}: cannot be opened ({error.strerror}); correct data_dir") from error
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(durable)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, durable: bool) -> None:
        execute = self._connection.execute
        execute("pragma secure_delete = on")
        execute("pragma journal_mode = wal")
        execute(f"pragma synchronous = {'full' if durable else 'normal'}")
        execute(f"pragma journal_size_limit = {WAL_BYTES}")
        (version,) = execute("pragma user_version").fetchone()
        if version == 0:
            with self._transaction():
                (version,) = execute("pragma user_version").fetchone()
                if version == 0:  # another process may have been first
                    for statement in filter(str.strip, _SCHEMA.split(";")):
                        execute(statement)
                    execute(f"pragma user_version = {VERSION}")
                    version = VERSION
        if version > VERSION:
            raise ConfigurationError(
                f"{self.path}: is of a newer Platewatch (its version is {version}, expected {VERSION}); start that one"
            )

    def add(self, messages: Sequence[Message]) -> None:
        """Store messages, all or none; they are on the disk when this returns.

        Raises:
            StorageFull: The disk is full.
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged, or may not be written.
        """
        rows = [
            (
                message.source,
                (message.received_at - _EPOCH) // _MICROSECOND,
                message.content_type,
                json.dumps(dict(message.headers)) if message.headers else "{}",
                message.path,
                message.body,
            )
            for message in messages
        ]
        with self._translated(), self._transaction():
            self._connection.executemany(_ADD, rows)

    def take(self, after: int, limit: int, most_bytes: int = 32 << 20) -> list[SpooledMessage]:
        """Return messages in their order; they stay until `discard`.

        Args:
            after: The number of the last one that was taken; 0: from the first one.
            limit: Most messages.
            most_bytes: No further one is taken once their bodies have so many bytes.

        Raises:
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged.
        """
        taken: list[SpooledMessage] = []
        size = 0
        with self._translated(), contextlib.closing(self._connection.execute(_TAKE, (after, limit))) as rows:
            for number, source, received_us, content_type, headers, path, body in rows:
                received_at = _EPOCH + received_us * _MICROSECOND
                message = Message(source, received_at, body, content_type, json.loads(headers), path)
                taken.append(SpooledMessage(number, message))
                size += len(body)
                if size >= most_bytes:
                    break
        return taken

    def discard(self, numbers: Sequence[int]) -> None:
        """Delete messages that were processed; those that are not there do not matter.

        Raises:
            StorageFull: The disk is full.
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged, or may not be written.
        """
        with self._translated(), self._transaction():
            self._connection.executemany("delete from messages where number = ?", [(number,) for number in numbers])

    def end(self, cutoff: datetime) -> int:
        """Delete messages that nobody has processed for too long; return how many.

        Args:
            cutoff: Those that came before it end, aware.

        Raises:
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged, or may not be written.
        """
        with self._translated(), self._transaction():
            return self._connection.execute(_END, ((cutoff - _EPOCH) // _MICROSECOND,)).rowcount

    def waiting(self) -> dict[str, Waiting]:
        """Return how many messages wait, by source; sources without any are not there.

        Raises:
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged.
        """
        with self._translated():
            return {
                source: Waiting(count, _EPOCH + oldest * _MICROSECOND)
                for source, count, oldest in self._connection.execute(_WAITING)
            }

    def compact(self) -> bool:
        """Give back the room of what was deleted, its bytes in the log of changes included; say whether that was done.

        Where others are at work just now it is not, and may be tried again.

        Raises:
            ConfigurationError: The file is damaged.
        """
        try:
            with self._translated():
                self._connection.execute("vacuum")
                (busy, _, _) = self._connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        except TransientError:
            return False
        return not busy

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        self.close()
        return False

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
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
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def _translate(self, error: sqlite3.Error) -> StorageFull | TransientError | ConfigurationError:
        code = getattr(error, "sqlite_errorcode", None)
        kind = None if code is None else code & 0xFF
        if kind == sqlite3.SQLITE_FULL:
            return StorageFull(f"{self.path}: no space left; make room on its disk")
        if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return TransientError(f"{self.path}: another process keeps it busy")
        if kind == sqlite3.SQLITE_IOERR:
            return TransientError(f"{self.path}: its disk fails or is full ({error}); look at the disk")
        return ConfigurationError(
            f"{self.path}: cannot be used ({error}); correct its permissions, or, where it is damaged, move it away "
            "and keep it: the messages in it were not processed"
        )
