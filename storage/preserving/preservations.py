"""Keeping reads for a case, and letting go of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row

from schemas.types import PlateRead
from storage import statements
from storage.database import Connection, Database
from storage.reads.rows import stored_read
from storage.reads.search import reads_corrected_to
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("preserving/preservations")


@dataclass(frozen=True, slots=True)
class Preservation:
    """A request that reads are kept, without what they say. `reads` is how many there were; `ended_at` is None while
    they are kept, `law` what it rests on.
    """

    preservation_id: int
    asked_by: str
    form: str
    case_number: str
    reason: str
    law: str
    entered_at: datetime
    entered_by: str
    until_at: datetime
    renewals: int
    reads: int
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class KeptReads:
    """Which reads are to be kept: of these plates (canonical), and what is None does not matter."""

    plates: Sequence[str]
    since: datetime | None = None
    until: datetime | None = None
    camera_id: str | None = None


def keep_reads(on: Connection, request: dict[str, Any], wanted: KeptReads) -> tuple[int, int]:
    """Keep reads, in the caller's transaction; return the request's number and how many reads there are.

    Args:
        on: The connection.
        request: What is asked: `asked_by`, `form`, `case_number`, `reason`, `law`, `entered_by`, `until_at`.
        wanted: Which reads.
    """
    values = {name: storable(value) if isinstance(value, str) else value for name, value in request.items()}
    number = statements.scalar(on, _SQL["begin"], values, kind=int) or 0
    asked = {
        "preservation_id": number,
        "plates": list(wanted.plates),
        "corrected": reads_corrected_to(on, wanted.plates),
        "since": wanted.since,
        "until": wanted.until,
        "camera_id": wanted.camera_id,
    }
    reads = statements.execute(on, _SQL["keep"], asked)
    statements.execute(on, _SQL["count"], {"preservation_id": number, "reads": reads})
    return number, reads


def preservations(on: Database | Connection, preservation_id: int | None = None) -> list[Preservation]:
    """Return the requests by number, or one of them."""
    values = {"preservation_id": preservation_id}
    return statements.all(on, _SQL["all"], values, row=class_row(Preservation))


@dataclass(frozen=True, slots=True)
class EndingReads:
    """Reads of one UTC day that end soon: how many, how many of them preservations keep, and hits are about."""

    day: date
    reads: int
    preserved: int
    with_hits: int


def ending(on: Connection, before: datetime, captured_before: datetime) -> tuple[list[Preservation], list[EndingReads]]:
    """Return the requests that end before a time, and the reads that were captured before another, by day.

    Args:
        on: The connection.
        before: Aware.
        captured_before: Aware; what is older ends by retention.
    """
    requests = statements.all(on, _SQL["ending"], {"before": before}, row=class_row(Preservation))
    values = {"captured_before": captured_before}
    return requests, statements.all(on, _SQL["ending_reads"], values, row=class_row(EndingReads), prepare=False)


def lock_preservation(on: Connection, preservation_id: int) -> None:
    """Keep others from changing a request until commit."""
    statements.execute(on, _SQL["lock"], {"preservation_id": preservation_id})


def renew(on: Connection, preservation_id: int, until_at: datetime) -> bool:
    """Keep its reads until later; False where it has ended."""
    return statements.execute(on, _SQL["renew"], {"preservation_id": preservation_id, "until_at": until_at}) > 0


def release(on: Connection, preservation_id: int, person: str, reason: str) -> bool:
    """End a request; False where it has ended. The next enforcement of retention lets go of its reads."""
    values = {"preservation_id": preservation_id, "person": storable(person), "reason": storable(reason)}
    return statements.execute(on, _SQL["release"], values) > 0


def kept_reads(on: Connection, preservation_id: int) -> list[PlateRead]:
    """Return the reads that a request keeps, in the order in which they passed."""
    return statements.all(on, _SQL["reads"], {"preservation_id": preservation_id}, row=stored_read)


def kept_since(on: Database | Connection, preservation_id: int) -> datetime | None:
    """Return when the oldest read that a request keeps was captured; None: it keeps none."""
    return statements.scalar(on, _SQL["since"], {"preservation_id": preservation_id}, kind=datetime)


def end_preservations(on: Connection, now: datetime) -> int:
    """End the requests whose time is over, and all reads of those that have ended; return how many ended now."""
    ended = statements.execute(on, _SQL["close_over"], {"now": now})
    statements.execute(on, _SQL["end_reads"])
    return ended
