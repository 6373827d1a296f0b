"""A durable queue of messages in one SQLite file: processes of one machine fill and empty it, each when it can.

Whoever fills it may go on while the database is away or the run that empties it is started anew. What is stored has
reached the disk (WAL, synchronous=FULL), and what is deleted is overwritten (secure_delete): messages hold plates.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Self

from schemas.errors import TransientError
from storage.spool.messages import Message, SpooledMessage, Waiting
from storage.spool.sqlite_file import SqliteFile

VERSION = 1

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
_SIZES = ("page_count", "freelist_count", "page_size")
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
        self._file = SqliteFile(path, _SCHEMA, VERSION, durable=durable)

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
        with self._file.translated(), self._file.transaction():
            self._file.executemany(_ADD, rows)

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
        with self._file.translated(), contextlib.closing(self._file.execute(_TAKE, (after, limit))) as rows:
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
        with self._file.translated(), self._file.transaction():
            self._file.executemany("delete from messages where number = ?", [(number,) for number in numbers])

    def end(self, cutoff: datetime) -> int:
        """Delete messages that nobody has processed for too long; return how many.

        Args:
            cutoff: Those that came before it end, aware.

        Raises:
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged, or may not be written.
        """
        with self._file.translated(), self._file.transaction():
            return self._file.execute(_END, ((cutoff - _EPOCH) // _MICROSECOND,)).rowcount

    def waiting(self) -> dict[str, Waiting]:
        """Return how many messages wait, by source; sources without any are not there.

        Raises:
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged.
        """
        with self._file.translated():
            return {
                source: Waiting(count, _EPOCH + oldest * _MICROSECOND)
                for source, count, oldest in self._file.execute(_WAITING)
            }

    def used_bytes(self) -> int:
        """Return how much of its file holds messages, with what belongs to them.

        Raises:
            TransientError: Another process keeps the spool busy.
            ConfigurationError: The file is damaged.
        """
        with self._file.translated():
            sizes = [self._file.execute(f"pragma {name}").fetchone()[0] for name in _SIZES]
        pages, free, page_bytes = sizes
        return int((pages - free) * page_bytes)

    def compact(self) -> bool:
        """Give back the room of what was deleted, its bytes in the log of changes included; say whether that was done.

        Where others are at work just now it is not, and may be tried again.

        Raises:
            ConfigurationError: The file is damaged.
        """
        try:
            with self._file.translated():
                self._file.execute("vacuum")
                (busy, _, _) = self._file.execute("pragma wal_checkpoint(truncate)").fetchone()
        except TransientError:
            return False
        return not busy

    def close(self) -> None:
        """Close the connection."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        self.close()
        return False
