"""A read with all that was reported of its pass, as it came: nothing of it is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Cursor
from psycopg.rows import dict_row

from schemas.audit import AuditRecord
from schemas.types import PlateRead
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.rows import read_of
from storage.sql import load_queries

_SQL = load_queries("reads/history")


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """One report of a pass, as it came, and when it was stored."""

    read: PlateRead
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """A read as it is shown, and its revisions, the oldest of the pass first.

    `shown` is the newest revision with what it leaves open from the others. It is known since `stored_at`;
    `revised_at` is when it changed last, None where it has one revision alone.
    """

    shown: PlateRead
    stored_at: datetime
    revised_at: datetime | None
    revisions: tuple[StoredRevision, ...]


def captured_since(database: Database, read_id: UUID) -> datetime | None:
    """Return when the oldest revision of a read was captured, or None where there is no such read.

    Args:
        database: An open database.
        read_id: The read.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.scalar(database, _SQL["captured_since"], {"read_id": read_id}, kind=datetime)


def read_history(database: Database, read_id: UUID, audit: AuditRecord | None = None) -> ReadHistory | None:
    """Return a read's history, or None where there is no such read, and write down who asked before.

    Args:
        database: An open database.
        read_id: The read.
        audit: Who asks, and why; written down with the plate that is shown and how many revisions there are.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {"read_id": read_id}
    with database.transaction() as connection:
        shown = statements.one(connection, _SQL["shown"], values, row=_shown)
        revisions = statements.all(connection, _SQL["revisions"], values, row=_revision) if shown else []
        write_audit(connection, audit, len(revisions), plate=None if shown is None else shown[0].plate)
    return None if shown is None else ReadHistory(*shown, tuple(revisions))


def _shown(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], tuple[PlateRead, datetime, datetime | None]]:
    by_name = dict_row(cursor)

    def made(values: Sequence[Any]) -> tuple[PlateRead, datetime, datetime | None]:
        row = by_name(values)
        return read_of(row), row["stored_at"], row["revised_at"]

    return made


def _revision(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], StoredRevision]:
    by_name = dict_row(cursor)

    def made(values: Sequence[Any]) -> StoredRevision:
        row = by_name(values)
        return StoredRevision(read_of(row), row["stored_at"])

    return made
