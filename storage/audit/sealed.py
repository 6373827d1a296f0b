"""Reads what was sealed, in the chain's order, for whoever checks or exports it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row, dict_row

from storage import statements
from storage.audit.chain import line_of
from storage.database import Connection, Database
from storage.sql import load_queries

_SQL = load_queries("audit/sealing")
AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Seal:
    """A place in the chain. `line` is its row as it is digested, None where the row is not there (any more)."""

    position: int
    audit_id: int
    segment: str
    happened_at: datetime
    digest: bytes
    link: bytes
    line: bytes | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was signed of the chain's end at a time. `document` is the signed text."""

    number: int
    segment: str
    position: int
    document: str
    signature: bytes
    key_id: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed month; with `purge_document` its seals were dropped."""

    segment: str
    document: str
    signature: bytes
    key_id: str
    purge_document: str | None
    purge_signature: bytes | None
    purge_key_id: str | None


@contextlib.contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """Lend a connection that sees one moment, whatever is sealed meanwhile.

    Raises:
        DatabaseUnavailable: The server is down, or went away.
    """
    with database.transaction() as connection:
        statements.execute(connection, _SQL["one_moment"])
        yield connection


def seals(connection: Connection) -> Iterator[Seal]:
    """Yield the chain in its order, some thousand rows at a time."""
    after = 0
    while True:
        values = {"after": after, "limit": AT_ONCE}
        found = statements.all(connection, _SQL["sealed_after"], values, row=dict_row)
        for row in found:
            after = row["position"]
            line = None if row["audit_id"] is None else line_of(row)
            digest, link = bytes(row["digest"]), bytes(row["link"])
            yield Seal(after, row["sealed_id"], row["segment"], row["sealed_time"], digest, link, line)
        if len(found) < AT_ONCE:
            return


def checkpoints(connection: Connection) -> Iterator[Checkpoint]:
    """Yield what was signed, in order."""
    after = 0
    while True:
        values = {"after": after, "limit": AT_ONCE}
        found = statements.all(connection, _SQL["checkpoints_after"], values, row=class_row(Checkpoint))
        yield from found
        if len(found) < AT_ONCE:
            return
        after = found[-1].number


def segments(connection: Connection) -> list[Segment]:
    """Return the closed months, in order."""
    return statements.all(connection, _SQL["segment_documents"], row=class_row(Segment))


def without_seal(connection: Connection, limit: int) -> list[int]:
    """Return rows of the audit that have no seal and do not wait for one: nobody wrote them as rows are written."""
    return statements.scalars(connection, _SQL["without_seal"], {"limit": limit}, kind=int)


def waiting(connection: Connection) -> int:
    """Return how many rows wait to be sealed."""
    return statements.scalar(connection, _SQL["count_waiting"], kind=int) or 0


def last_checkpoint(connection: Connection) -> Checkpoint | None:
    """Return what was signed last, or None where nothing was sealed."""
    return statements.one(connection, _SQL["last_checkpoint"], row=class_row(Checkpoint))
