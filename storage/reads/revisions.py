"""Reads that are stored come again: as they were, as a newer revision, or as one that others have overtaken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from uuid import UUID

from psycopg import Cursor
from psycopg import errors as pg

from schemas.settling import Arrived
from schemas.types import PlateRead
from storage import statements
from storage.database import Connection
from storage.reads.merging import arrivals_of, merged
from storage.reads.rows import read_row, stored_read
from storage.sql import load_queries

_SQL = load_queries("reads/revisions", "reads/records")


class DayIsGone(Exception):
    """A day's partition is missing: retention dropped it since it was made sure of."""


def lock_reads(connection: Connection, reads: Iterable[PlateRead]) -> None:
    """Keep other writers of these reads' revisions out until commit; a read that comes once has none.

    Args:
        connection: With the caller's transaction.
        reads: The reads to be written.
    """
    ids = {read.read_id for read in reads if read.revision or not read.is_final}
    if ids:
        statements.execute(connection, _SQL["lock_reads"], {"read_ids": list(ids)})


def keep_revisions(
    connection: Connection, cursor: Cursor[tuple[object, ...]], reads: Sequence[PlateRead], new: set[UUID]
) -> list[Arrived]:
    """Keep every revision of those reads of a batch that have several, and show the newest of each.

    Args:
        connection: With the caller's transaction.
        cursor: The one with which the batch was copied.
        reads: The batch, every revision once.
        new: Those of its reads that were not stored before; the newest of each is now.

    Returns:
        What every read is.
    """
    known = {read.read_id for read in reads} - new
    keys = statements.all(connection, _SQL["newest_keys"], {"read_ids": list(known)}) if known else []
    found = arrivals_of(reads, {read_id: (is_final, revision) for read_id, is_final, revision in keys})
    several = {
        read.read_id for read, arrived in zip(reads, found, strict=True) if arrived in (Arrived.NEWER, Arrived.LATE)
    }
    if several:
        values = {"read_ids": list(several)}
        statements.execute(connection, _SQL["keep_stored"], values)
        statements.execute(connection, _SQL["keep_incoming"], values)
        _show_newest(connection, cursor, several)
    return found


def revisions_of(connection: Connection, read_ids: Iterable[UUID]) -> Iterator[list[PlateRead]]:
    """Yield the kept revisions of reads that have several, read by read, the newest first and as they came."""
    rows = statements.all(connection, _SQL["revisions"], {"read_ids": list(read_ids)}, row=stored_read)
    for _, revisions in groupby(rows, key=lambda read: read.read_id):
        yield list(revisions)


def _show_newest(connection: Connection, cursor: Cursor[tuple[object, ...]], read_ids: Iterable[UUID]) -> None:
    """Put the newest revision of every read, filled from the others, in the place of the one that is shown."""
    ids = list(read_ids)
    shown = [merged(revisions) for revisions in revisions_of(connection, ids)]
    statements.execute(connection, _SQL["take_out"], {"read_ids": ids})
    cursor.execute(_SQL["empty_incoming"])
    copy_reads(cursor, shown)
    cursor.execute(_SQL["date_shown"])
    insert_reads(cursor)


def copy_reads(cursor: Cursor[tuple[object, ...]], reads: Iterable[PlateRead]) -> None:
    """Send reads to the table that a transaction has for its own."""
    with cursor.copy(_SQL["copy_reads"]) as copy:
        for read in reads:
            copy.write_row(read_row(read))


def insert_reads(cursor: Cursor[tuple[object, ...]]) -> int:
    """Store those of the copied reads that are not stored yet; return how many, `inserted_ids` says which.

    Raises:
        DayIsGone: A partition is not there; nothing of this transaction can be committed.
    """
    try:
        return cursor.execute(_SQL["insert_reads"]).rowcount
    except pg.CheckViolation as error:
        raise DayIsGone from error


def inserted_ids(cursor: Cursor[tuple[object, ...]]) -> set[UUID]:
    """Return which reads the cursor has just stored; that costs something, and mostly it is all of them."""
    return {read_id for (read_id,) in cursor.fetchall() if isinstance(read_id, UUID)}
