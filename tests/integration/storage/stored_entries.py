"""What the database says of entries, in force or not, as no stage has to ask it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from schemas.types import HotlistEntry
from storage import statements
from storage.database import Database
from storage.hotlists.entry_rows import entry_of, entry_row

SELECT = f"select {', '.join(HotlistEntry._fields)} from hotlist_entries ".encode()


def active_entries(database: Database) -> Iterator[HotlistEntry]:
    """Yield every entry of every active list."""
    with database.transaction() as connection, connection.cursor("active_entries") as cursor:
        cursor.execute(SELECT + b"where last_version is null")
        for row in cursor:
            yield entry_of(row)


def latest(database: Database, entry_id: UUID) -> HotlistEntry | None:
    """Return an entry as its latest version has it, active or not; None when it is not stored (any more)."""
    statement = SELECT + b"where entry_id = %(entry_id)s order by since_version desc limit 1"
    return statements.one(database, statement, {"entry_id": entry_id}, row=entry_row)


def as_of(database: Database) -> dict[str, datetime]:
    """Return the date of the content of every active list that has one."""
    statement = (
        b"select list.hotlist_id, version.as_of from hotlists as list "
        b"inner join hotlist_versions as version on version.version_id = list.active_version "
        b"where version.as_of is not null"
    )
    return dict(statements.all(database, statement))


def withdrawn(database: Database, hotlist_id: str) -> frozenset[UUID]:
    """Return the entries of a list that are withdrawn and must not become active."""
    statement = b"select entry_id from hotlist_withdrawals where hotlist_id = %(hotlist_id)s"
    return frozenset(statements.scalars(database, statement, {"hotlist_id": hotlist_id}, kind=UUID))
