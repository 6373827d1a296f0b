"""What a subscriber remembers: the alerts that it handed out, and the messages that it could not read."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from uuid import UUID

from schemas.errors import ConfigurationError, StorageFull, TransientError
from services.private_files import make_private_folder, touch_private
from services.sqlite_sharing import is_busy, use_write_ahead_log

SEEN_DAYS = 30
"""Longer than a topic keeps a message, so that no replay brings an alert twice."""
UNREADABLE_DAYS = 21
BUSY_SECONDS = 10.0

_SCHEMA = """
create table if not exists seen (
    consumer_group text not null,
    alert_id text not null,
    received_at text not null,
    primary key (consumer_group, alert_id)
) without rowid;
create index if not exists seen_by_time on seen (received_at);
create table if not exists refused (
    consumer_group text not null,
    topic text not null,
    partition integer not null,
    message_offset integer not null,
    alert_id text not null,
    reason text not null,
    received_at text not null,
    primary key (consumer_group, topic, partition, message_offset)
);
create table if not exists unreadable (
    consumer_group text not null,
    topic text not null,
    partition integer not null,
    message_offset integer not null,
    reason text not null,
    payload blob,
    received_at text not null,
    primary key (consumer_group, topic, partition, message_offset)
);
"""


@dataclass(frozen=True, slots=True)
class UnreadableMessage:
    """A message that is not an alert: where it stands, why it was not understood, and its bytes."""

    topic: str
    partition: int
    offset: int
    reason: str
    payload: bytes | None


@dataclass(frozen=True, slots=True)
class RefusedAlert:
    """An alert that was refused on receipt: where it stands, which one, and why."""

    topic: str
    partition: int
    offset: int
    alert_id: UUID
    reason: str


class ReceivedAlerts:
    """A consumer group's memory, a SQLite file (WAL) that a crash cannot damage. For one thread.

    Args:
        path: The file; made when absent.
        group: The consumer group.

    Raises:
        ConfigurationError: The file cannot be opened or is not SQLite.
        StorageFull: No space left.
        TransientError: Another process keeps the file busy.
    """

    def __init__(self, path: Path, group: str) -> None:
        self._path = path
        self._group = group
        try:
            make_private_folder(path.parent)
            touch_private(path)  # SQLite gives its write-ahead log the same permissions
            self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise ConfigurationError(f"{path}: cannot be opened ({error})") from error
        try:
            with self._translated():
                use_write_ahead_log(self._connection, BUSY_SECONDS)
            self._run("pragma synchronous = full")
            for statement in _SCHEMA.split(";"):
                self._run(statement)
        except BaseException:
            self._connection.close()
            raise

    def is_seen(self, alert_id: UUID) -> bool:
        """Return whether the alert was handed out before."""
        found = self._run(
            "select 1 from seen where consumer_group = ? and alert_id = ?", self._group, str(alert_id)
        ).fetchone()
        return found is not None

    def remember(self, alert_id: UUID) -> None:
        """Record that the alert was handed out."""
        self._run("insert or ignore into seen values (?, ?, ?)", self._group, str(alert_id), _text(datetime.now(UTC)))

    def keep_unreadable(self, message: UnreadableMessage) -> bool:
        """Keep a message that is not an alert, with the reason.

        Returns:
            Whether it is new.
        """
        cursor = self._run(
            "insert or ignore into unreadable values (?, ?, ?, ?, ?, ?, ?)",
            self._group,
            message.topic,
            message.partition,
            message.offset,
            message.reason,
            message.payload,
            _text(datetime.now(UTC)),
        )
        return cursor.rowcount == 1

    def keep_refused(self, message: RefusedAlert) -> bool:
        """Keep that an alert was refused, and why; nothing of what it said.

        Returns:
            Whether it is new.
        """
        cursor = self._run(
            "insert or ignore into refused values (?, ?, ?, ?, ?, ?, ?)",
            self._group,
            message.topic,
            message.partition,
            message.offset,
            str(message.alert_id),
            message.reason,
            _text(datetime.now(UTC)),
        )
        return cursor.rowcount == 1

    def refused(self) -> list[RefusedAlert]:
        """Return the alerts that were refused on receipt, in the order of the topic."""
        rows = self._run(
            "select topic, partition, message_offset, alert_id, reason from refused where consumer_group = ? "
            "order by topic, partition, message_offset",
            self._group,
        ).fetchall()
        return [RefusedAlert(topic, partition, offset, UUID(one), why) for topic, partition, offset, one, why in rows]

    def unreadable(self) -> list[UnreadableMessage]:
        """Return the messages that were not understood, in the order of the topic."""
        rows = self._run(
            "select topic, partition, message_offset, reason, payload from unreadable where consumer_group = ? "
            "order by topic, partition, message_offset",
            self._group,
        ).fetchall()
        return [UnreadableMessage(*row) for row in rows]

    def forget_old(self, now: datetime) -> None:
        """Remove what is older than it needs to be, or may be, kept.

        Args:
            now: The present, aware.
        """
        self._run("delete from seen where received_at < ?", _text(now - timedelta(days=SEEN_DAYS)))
        self._run("delete from refused where received_at < ?", _text(now - timedelta(days=SEEN_DAYS)))
        self._run("delete from unreadable where received_at < ?", _text(now - timedelta(days=UNREADABLE_DAYS)))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        with self._translated():
            return self._connection.execute(statement, values)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
                raise StorageFull(f"{self._path}: no space left for the received alerts") from error
            if is_busy(error):
                raise TransientError(f"{self._path}: another process keeps it busy") from error
            raise ConfigurationError(f"{self._path}: cannot be used ({error}); move it away to begin anew") from error


def _text(moment: datetime) -> str:
    # One fixed width, so that text compares as time does.
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
