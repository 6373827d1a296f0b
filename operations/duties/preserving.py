"""Keeping reads beyond their time on request, as laws let agencies do for a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operations.reasons import Why, check_case, check_reason
from policy.decisions import open_policy
from policy.duties import PreservationRule
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import utc
from schemas.plates import canonical_plate
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.preserving.preservations import (
    KeptReads,
    Preservation,
    keep_reads,
    kept_reads,
    kept_since,
    lock_preservation,
    preservations,
    release,
    renew,
)
from storage.reads.patterns import parse_pattern
from storage.reads.search import FoundReads, corrections_of

__all__ = [
    "FoundReads",
    "Preservation",
    "PreservationWish",
    "preserve",
    "release_preservation",
    "renew_preservation",
    "show_preserved",
    "view_preservation",
    "view_preservations",
]

LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class PreservationWish:
    """Who asks, in which form, that which reads are kept, for which case, why, and for how many days."""

    plate: str
    asked_by: str
    form: str
    case_number: str
    reason: str
    days: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    camera_id: str | None = None


def preserve(actor: Actor, database: Database, settings: Settings, wish: PreservationWish) -> Preservation:
    """Keep the reads that are there now; they are found by their request alone, and end with it.

    Args:
        actor: Who enters the request.
        database: An open database.
        settings: The configuration; it says which law.
        wish: The request.

    Raises:
        InvalidInput: It says nothing, no read fits it, or the law does not let reads be kept for so long; nothing is
            kept.
        DatabaseUnavailable: Nothing is kept.
    """
    plate = parse_pattern(wish.plate)
    if not plate.is_exact:
        raise InvalidInput("a preservation is of one plate; give it in full")
    rule = open_policy(settings).profile.preservation
    details = {
        **{"plate": plate.text, "since": wish.since, "until": wish.until, "camera": wish.camera_id},
        **{"asked_by": wish.asked_by, "form": wish.form, "reason": wish.reason, "days": wish.days},
    }
    record = AuditRecord(actor, Action.PRESERVE, details, case_number=wish.case_number)
    check_reason(database, record, wish.reason)
    if not wish.asked_by.strip() or not wish.form.strip():
        raise InvalidInput("say who asks (--by), and in which form (--form), like 'sworn written statement'")
    check_case(database, record, wish.case_number)
    request = {
        **{"asked_by": wish.asked_by, "form": wish.form, "case_number": wish.case_number, "reason": wish.reason},
        **{"law": _law(rule, settings), "entered_by": actor.person},
        "until_at": datetime.now(UTC) + timedelta(days=_days(rule, wish.days)),
    }
    wanted = KeptReads([canonical_plate(plate.text)], wish.since, wish.until, wish.camera_id)
    with database.transaction() as connection:
        number, reads = keep_reads(connection, request, wanted)
        if not reads:
            raise InvalidInput("no read fits; there is nothing to keep. what has ended cannot be brought back")
        write_audit(connection, record, reads, preservation=number)
        return preservations(connection, number)[0]


def view_preservations(actor: Actor, database: Database) -> list[Preservation]:
    """Return all requests; they say neither plates nor places."""
    with database.transaction() as connection:
        found = preservations(connection)
        write_audit(connection, AuditRecord(actor, Action.VIEW_PRESERVATIONS), len(found))
    return found


def view_preservation(actor: Actor, database: Database, number: int) -> Preservation:
    """Return one request, without the reads that it keeps.

    Raises:
        InvalidInput: There is no such request.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_PRESERVATIONS, {"preservation": number})
    with database.transaction() as connection:
        found = _one(connection, number)
        write_audit(connection, record, 1)
    return found


def show_preserved(
    actor: Actor, database: Database, settings: Settings, number: int, why: Why
) -> tuple[Preservation, FoundReads]:
    """Return a request and the reads that it keeps with their corrections, for a purpose and a case as a search is.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; it says which law.
        number: The request.
        why: Why; where the law asks for a warrant for old reads, it asks for one here as for a search back to the
            oldest of what is kept.

    Raises:
        InvalidInput: There is no such request, or why it is asked says nothing, or the law does not permit it.
        DatabaseUnavailable: The server is down.
    """
    # Of what is not kept nothing old can be shown.
    back_to = kept_since(database, number) or datetime.now(UTC)
    record = why.record(actor, database, settings, Action.VIEW_PRESERVED, back_to=back_to, preservation=number)
    with database.transaction() as connection:
        found = _one(connection, number)
        reads = kept_reads(connection, number)
        corrections = corrections_of(connection, [read.read_id for read in reads])
        write_audit(connection, record, len(reads))
    return found, FoundReads(tuple(reads), corrections)


def renew_preservation(
    actor: Actor, database: Database, settings: Settings, number: int, days: int | None
) -> Preservation:
    """Keep a request's reads for longer, from now on, where the law lets it be renewed.

    Raises:
        InvalidInput: There is no such request, it has ended, it is kept for longer already, or the law does not let it
            be renewed, or for so long.
        DatabaseUnavailable: Nothing is changed.
    """
    rule = open_policy(settings).profile.preservation
    if rule is not None and rule.renewable is False:
        raise InvalidInput(f"the law does not let it be renewed: {rule.source}")
    until_at = datetime.now(UTC) + timedelta(days=_days(rule, days))
    record = AuditRecord(actor, Action.RENEW_PRESERVATION, {"preservation": number, "until": until_at})
    with database.transaction() as connection:
        before = _one(connection, number)
        if before.ended_at is None and until_at < before.until_at:
            raise InvalidInput(
                f"preservation {number} is kept until {utc(before.until_at)} already, and a renewal does not make that "
                "sooner; give more days, or release it"
            )
        if not renew(connection, number, until_at):
            raise InvalidInput(f"preservation {number} has ended; what it kept is gone")
        write_audit(connection, record)
        return preservations(connection, number)[0]


def release_preservation(actor: Actor, database: Database, number: int, reason: str) -> None:
    """End a request before its time; its reads go with the next enforcement of retention.

    Raises:
        InvalidInput: There is no such request, it has ended, or the reason says nothing.
        DatabaseUnavailable: Nothing is changed.
    """
    record = AuditRecord(actor, Action.RELEASE_PRESERVATION, {"preservation": number, "reason": reason})
    check_reason(database, record, reason)
    with database.transaction() as connection:
        _one(connection, number)
        if not release(connection, number, actor.person, reason):
            raise InvalidInput(f"preservation {number} has ended already")
        write_audit(connection, record)


def _one(connection: Connection, number: int) -> Preservation:
    lock_preservation(connection, number)
    found = preservations(connection, number)
    if not found:
        raise InvalidInput(f"no preservation {number}; see platewatch preserve list")
    return found[0]


def _days(rule: PreservationRule | None, days: int | None) -> int:
    """Return for how long reads are kept: as asked, at most as the law has it."""
    longest = None if rule is None else rule.days
    if days is None and longest is None:
        raise InvalidInput("the law has no number of days that is known; say for how many they are kept (--days)")
    if days is not None and longest is not None and days > longest:
        source = "" if rule is None else f": {rule.source}"
        raise InvalidInput(f"{days} days are longer than the {longest} that the law lets them be kept{source}")
    return min(days or longest or LONGEST_DAYS, LONGEST_DAYS)


def _law(rule: PreservationRule | None, settings: Settings) -> str:
    profile = open_policy(settings).profile
    return (
        rule.source
        if rule is not None
        else f"no rule known for {profile.jurisdiction}; {profile.retention.reads.source}"
    )
