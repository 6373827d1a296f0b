"""Reads are written: each once, however often it comes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from psycopg import errors as pg

from schemas.types import PlateRead
from storage.database import Connection, Database
from storage.reads.rows import read_row
from storage.sql import load_queries

_SQL = load_queries("reads/records")


class DayIsGone(Exception):
    """A day's partition is missing: retention dropped it since it was made sure of."""


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


def write_reads(connection: Connection, reads: Sequence[PlateRead]) -> int:
    """Store reads that are not stored yet; return how many that are.

    Args:
        connection: With the caller's transaction.
        reads: The reads; their days' partitions are there.

    Raises:
        DayIsGone: A partition is not there; nothing of this transaction can be committed.
    """
    cursor = connection.cursor()
    cursor.execute(_SQL["make_incoming"])
    with cursor.copy(_SQL["copy_reads"]) as copy:
        for read in reads:
            copy.write_row(read_row(read))
    try:
        count = cursor.execute(_SQL["insert_reads"]).rowcount
    except pg.CheckViolation as error:
        raise DayIsGone from error
    cursor.execute(_SQL["note_plates"])
    return count
