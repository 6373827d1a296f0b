"""What readers misread, as corrections tell it: characters that one was taken for the other, and no plate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rapidfuzz.distance import Levenshtein

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.correcting import CorrectedRead, corrected_reads

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Misread:
    """A corrected read without its plate: what was misread (`5 as S`), by which reader, who says so and why."""

    read_id: UUID
    camera_id: str
    reader: str
    misread: tuple[str, ...]
    state: str | None
    reason: str
    corrected_by: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Misreads:
    """Corrections, the newest first, and how often what was misread as what, the most frequent first."""

    corrections: tuple[Misread, ...]
    counted: tuple[tuple[str, int], ...]
    total: int


def view_misreads(actor: Actor, database: Database, since: datetime | None = None, limit: int = MOST_SHOWN) -> Misreads:
    """Return what was corrected, without plates and times of reads: who needs these searches, with a purpose.

    Args:
        actor: Who looks.
        database: An open database.
        since: Captured at this time or later, aware.
        limit: Most corrections to return; all are counted.

    Raises:
        InvalidInput: The limit is none.
        DatabaseUnavailable: The server is down.
    """
    if not 1 <= limit <= MOST_SHOWN:
        raise InvalidInput(f"{limit} corrections; 1 to {MOST_SHOWN} were expected")
    with database.transaction() as connection:
        found = list(corrected_reads(connection, since))
        write_audit(connection, AuditRecord(actor, Action.VIEW_CORRECTIONS, {"since": since}), len(found))
    said = [_misread(one) for one in found]
    counted = Counter(what for one in said for what in one.misread)
    newest = sorted(said, key=lambda one: one.corrected_at, reverse=True)[:limit]
    most = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return Misreads(tuple(newest), tuple(most), len(found))


def differences(read: str, seen: str) -> tuple[str, ...]:
    """Return what a reader made of a plate: `5 as S`, `1 left out`, `7 added`.

    Args:
        read: As it was read.
        seen: As it is.
    """
    shown, true = canonical_plate(read), canonical_plate(seen)
    found: list[str] = []
    for step in Levenshtein.opcodes(true, shown):
        was, became = true[step.src_start : step.src_end], shown[step.dest_start : step.dest_end]
        if step.tag == "replace":
            found += [f"{one} as {other}" for one, other in zip(was, became, strict=True)]
        elif step.tag == "delete":
            found += [f"{one} left out" for one in was]
        elif step.tag == "insert":
            found += [f"{one} added" for one in became]
    return tuple(found)


def _misread(one: CorrectedRead) -> Misread:
    is_other_state = one.jurisdiction is not None and one.jurisdiction != one.read_jurisdiction
    state = f"{_state(one.jurisdiction)} as {_state(one.read_jurisdiction)}" if is_other_state else None
    return Misread(
        one.read_id,
        one.camera_id,
        one.source_name,
        differences(one.read_plate, one.plate),
        state,
        one.reason,
        one.corrected_by,
        one.corrected_at,
    )


def _state(jurisdiction: str | None) -> str:
    return "no state" if jurisdiction is None else jurisdiction.removeprefix("US-")
