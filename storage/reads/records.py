"""Reads, their hits and the messages about them: written in one transaction, or not at all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

from psycopg import errors as pg

from schemas.errors import InvalidInput
from schemas.types import Hit, PlateRead, SourceItem
from storage.database import Connection, Database
from storage.item_ledger import item_values
from storage.reads.rows import hit_row, read_row
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("reads/records")


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """What the relay has to publish about one hit.

    `payload` is the Alert as UTF-8 JSON, `key` the Kafka key, `headers` (name, value) pairs.
    """

    alert_id: UUID
    hit_id: UUID
    topic: str
    key: str
    payload: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """One read with everything that follows from it."""

    read: PlateRead
    hits: tuple[Hit, ...] = ()
    messages: tuple[OutboxMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteOutcome:
    """How many rows were new; what was there already does not count."""

    reads: int = 0
    hits: int = 0
    alerts: int = 0


class Records:
    """The history of reads, and the outbox. Writing the same records again changes nothing.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._days: set[date] = set()
        self._days_lock = threading.Lock()

    def write(
        self,
        records: Sequence[ReadRecord],
        *,
        finished: Sequence[SourceItem] = (),
        follow: Callable[[Connection], WriteOutcome] | None = None,
    ) -> WriteOutcome:
        """Write records, and the source items that end with them, in one transaction.

        Args:
            records: Reads with their hits and messages.
            finished: Files and pictures that need not be processed again.
            follow: Writes in the same transaction, after the reads, what depends on what is stored.

        Returns:
            How many reads, hits and alerts were new.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; write the same again.
            StorageFull: Nothing was written.
            InvalidInput: A value cannot be stored (a message that is not JSON, a number that is not finite).
        """
        if not records and not finished:
            return WriteOutcome()
        days = {record.read.captured_at.astimezone(UTC).date() for record in records}
        self._ensure_days(days)
        try:
            return self._write(records, finished, follow)
        except _NoPartition:
            # Retention dropped the day since we saw it.
            with self._days_lock:
                self._days.clear()
            self._ensure_days(days)
            return self._write(records, finished, follow)

    def _ensure_days(self, days: set[date]) -> None:
        """Make the days' partitions in a short transaction of their own: making one locks the table's definition."""
        with self._days_lock:
            missing = sorted(days - self._days)
        if not missing:
            return
        with self._database.connection() as connection:
            for day in missing:
                connection.execute(_SQL["ensure_partition"], {"day": day})
        with self._days_lock:
            self._days.update(missing)

    def _write(
        self,
        records: Sequence[ReadRecord],
        finished: Sequence[SourceItem],
        follow: Callable[[Connection], WriteOutcome] | None,
    ) -> WriteOutcome:
        try:
            with self._database.transaction() as connection:
                reads = _write_reads(connection, [record.read for record in records]) if records else 0
                hits = _write_hits(connection, records)
                alerts = _write_messages(connection, records)
                followed = follow(connection) if follow is not None else WriteOutcome()
                for item in finished:
                    values = item_values(item)
                    connection.execute(_SQL["finish_item"], values)
                    connection.execute(_SQL["forget_reject"], values)
                return WriteOutcome(reads, hits + followed.hits, alerts + followed.alerts)
        except ValueError as error:
            raise InvalidInput(f"a record cannot be stored: {error}") from error


class _NoPartition(Exception):
    """A day's partition is missing."""


def _write_reads(connection: Connection, reads: Sequence[PlateRead]) -> int:
    cursor = connection.cursor()
    cursor.execute(_SQL["make_incoming"])
    with cursor.copy(_SQL["copy_reads"]) as copy:
        for read in reads:
            copy.write_row(read_row(read))
    try:
        count = cursor.execute(_SQL["insert_reads"]).rowcount
    except pg.CheckViolation as error:
        raise _NoPartition from error
    cursor.execute(_SQL["note_plates"])
    return count


def _write_hits(connection: Connection, records: Sequence[ReadRecord]) -> int:
    rows = [hit_row(hit, record.read.captured_at) for record in records for hit in record.hits]
    if not rows:
        return 0
    cursor = connection.cursor()
    cursor.executemany(_SQL["insert_hit"], rows)
    return cursor.rowcount


def _write_messages(connection: Connection, records: Sequence[ReadRecord]) -> int:
    messages = [(record, message) for record in records for message in record.messages]
    if not messages:
        return 0
    cursor = connection.cursor()
    # Until commit, so that alert numbers and outbox ids become visible in their order.
    cursor.execute(_SQL["lock_alert_numbers"])
    alerts = 0
    for record, message in messages:
        values = _message_values(record, message)
        alerts += cursor.execute(_SQL["insert_alert"], values).rowcount
        cursor.execute(_SQL["insert_message"], values)
    cursor.execute(_SQL["wake_relay"])
    return alerts


def _message_values(record: ReadRecord, message: OutboxMessage) -> dict[str, Any]:
    tiers = {hit.hit_id: hit.tier.value for hit in record.hits}
    if message.hit_id not in tiers:
        raise InvalidInput(f"the message of alert {message.alert_id} names a hit that is not in its record")
    try:
        document = message.payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the message of alert {message.alert_id} is not UTF-8 JSON") from error
    return {
        "alert_id": message.alert_id,
        "hit_id": message.hit_id,
        "captured_at": record.read.captured_at,
        "tier": tiers[message.hit_id],
        "document": document,
        "topic": message.topic,
        "key": storable(message.key),
        "headers": jsonb([list(header) for header in message.headers]),
        "payload": message.payload,
    }
