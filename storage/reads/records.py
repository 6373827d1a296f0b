"""Reads are written: each once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from schemas.settling import Arrived
from schemas.types import PlateRead
from storage.database import Connection, Database
from storage.gathering import Gathering
from storage.reads.merging import without_doubles
from storage.reads.revisions import copy_reads, insert_reads, inserted_ids, keep_revisions, lock_reads
from storage.sql import load_queries

_SQL = load_queries("reads/records")
MAKE_INCOMING = _SQL["make_incoming"]
"""Makes the table that `write_reads` copies to."""


def ensure_days(database: Database, days: Iterable[date]) -> None:
    """Make days' partitions in a short transaction of their own each: making one locks the table's definition.

    Args:
        database: An open database.
        days: UTC days of capture.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    with database.connection() as connection:
        for day in days:
            connection.execute(_SQL["ensure_partition"], {"day": day})


def write_reads(
    connection: Connection, reads: Sequence[PlateRead], gathering: Gathering | None = None
) -> list[Arrived]:
    """Store reads that are not stored yet, and what those that are say anew.

    Args:
        connection: With the caller's transaction.
        reads: The reads; their days' partitions are there.
        gathering: Begun as soon as nothing of it is asked for any more; its first statement was `MAKE_INCOMING`. None:
            each statement is waited for.

    Returns:
        What every read is: new, or which revision of one that was stored before.

    Raises:
        DayIsGone: A partition is not there; nothing of this transaction can be committed.
    """
    lock_reads(connection, reads)
    once = without_doubles(reads)
    cursor = connection.cursor()
    if gathering is None:
        cursor.execute(MAKE_INCOMING)
    copy_reads(cursor, once)
    if insert_reads(cursor) == len(reads):
        if gathering is not None:
            gathering.begin()
        cursor.execute(_SQL["note_plates"])
        return [Arrived.NEW] * len(reads)
    new = inserted_ids(cursor)
    cursor.execute(_SQL["note_plates"])
    arrived = keep_revisions(connection, cursor, reads, new)
    if gathering is not None:
        gathering.begin()
    return arrived
