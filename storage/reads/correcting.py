"""What people saw on a plate's picture where a reader saw something else: rows beside the reads, which never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from schemas.plates import canonical_plate
from schemas.types import PlateRead
from storage import statements
from storage.database import Connection, Database
from storage.reads.rows import stored_read
from storage.sql import load_queries
from storage.values import optional, storable

_SQL = load_queries("reads/correcting")


@dataclass(frozen=True, slots=True)
class CorrectedRead:
    """A read's text, what a person saw instead, and the picture that shows it."""

    read_id: UUID
    camera_id: str
    captured_at: datetime
    read_plate: str
    plate: str
    read_jurisdiction: str | None
    jurisdiction: str | None
    plate_image_key: str | None
    source_name: str
    reason: str
    corrected_by: str
    corrected_at: datetime


def read_to_correct(on: Connection, read_id: UUID) -> PlateRead | None:
    """Return a stored read, or None where there is none.

    Args:
        on: The connection whose transaction the correction is part of.
        read_id: The read.
    """
    return statements.one(on, _SQL["read"], {"read_id": read_id}, row=stored_read)


def add_correction(
    on: Connection, read: PlateRead, plate: str, jurisdiction: str | None, reason: str, person: str
) -> None:
    """Put a correction beside a read, in the caller's transaction.

    Args:
        on: Its connection.
        read: The read, as it is stored.
        plate: What a person saw.
        jurisdiction: The state, like US-VA; None: not said.
        reason: How they know.
        person: Who.
    """
    values = {
        "read_id": read.read_id,
        "captured_at": read.captured_at,
        "plate": storable(plate),
        "canonical": storable(canonical_plate(plate)),
        "jurisdiction": optional(jurisdiction),
        "reason": storable(reason),
        "person": storable(person),
    }
    statements.execute(on, _SQL["correct"], values)


def corrected_reads(on: Database | Connection, since: datetime | None = None) -> Iterator[CorrectedRead]:
    """Yield the newest correction of each read that has one, in the order in which they passed.

    Args:
        on: An open database, or the connection whose transaction it is part of.
        since: Captured at this time or later, aware.
    """
    yield from statements.all(on, _SQL["all"], {"since": since}, row=class_row(CorrectedRead))
