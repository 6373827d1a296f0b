"""What a supervisor looks at every week: who asked for one plate again and again, off-hours, or without saying why.

Nobody is accused by it: it names what deserves a question, and by which rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from operations.reasons import check_reason
from operations.sharing.zones import zone_name
from policy.reasons import fault_of_case_number, fault_of_reason, words_of
from schemas.actor import Actor
from schemas.actor_kinds import PROGRAMS
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.audit import review
from storage.audit.review import Nights, Refusals, Repeat, ReviewSpan, Said
from storage.audit.writer import write_audit
from storage.database import Database

LOOKUPS = (
    *("search", "historical", "view_revisions", "query", "view_preserved", "view_passes", "run_analysis"),
    *("open_result", "export", "make_evidence"),
)
"""Questions about vehicles that a person asks, as the audit names them."""
LOOK_BACK = timedelta(days=90)
"""Whoever follows somebody asks weeks apart: repeats are counted over this time, where one of them is in the span."""
LEAST_REPEATS = 3
FEWEST_WORDS = 2
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Vague:
    """A purpose or a case that says little, and what is wrong with it."""

    said: Said
    why: str


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be looked at. `since` and `until` are the span, `back_to` from when on repeats were counted."""

    since: datetime
    until: datetime
    back_to: datetime
    repeats: Sequence[Repeat]
    nights: Sequence[Nights]
    vague: Sequence[Vague]
    refusals: Sequence[Refusals]


def review_audit(
    actor: Actor,
    database: Database,
    settings: Settings,
    since: datetime,
    until: datetime,
    purpose: str,
    off_hours: tuple[int, int] = (22, 6),
) -> Review:
    """Return what a supervisor has to look at; it names persons, so the look has a purpose and stands in the audit.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration; the agency's zone counts.
        since: The span's begin, aware.
        until: Its end, exclusively.
        purpose: Why.
        off_hours: From which hour until which one (0-24) of the agency's clock is off-hours; may pass midnight.

    Raises:
        InvalidInput: The purpose says nothing, or the span is none.
        DatabaseUnavailable: The server is down.
    """
    if since >= until:
        raise InvalidInput("the span ends before it begins; give an earlier begin (--since) or a later end (--until)")
    asked = {"since": since, "until": until, "off_hours": list(off_hours)}
    record = AuditRecord(actor, Action.REVIEW_AUDIT, asked, purpose)
    check_reason(database, record, purpose)
    back_to = min(since, until - LOOK_BACK)
    span = ReviewSpan(
        since=since,
        until=until,
        back_to=back_to,
        zone=zone_name(settings),
        from_hour=off_hours[0],
        to_hour=off_hours[1],
        actions=list(LOOKUPS),
        programs=list(PROGRAMS),
        least=LEAST_REPEATS,
        limit=MOST_ROWS,
    )
    with database.transaction() as connection:
        vague = [Vague(said, why) for said in review.purposes(connection, span) if (why := _fault(said)) is not None]
        found = Review(
            since=since,
            until=until,
            back_to=back_to,
            repeats=review.repeats(connection, span),
            nights=review.nights(connection, span),
            vague=vague[:MOST_ROWS],
            refusals=review.refusals(connection, span),
        )
        counted = len(found.repeats) + len(found.nights) + len(found.vague) + len(found.refusals)
        write_audit(connection, record, counted)
    return found


def _fault(said: Said) -> str | None:
    """Return what is vague about a purpose, in words; None: nothing."""
    if said.purpose is None:
        return "no purpose"
    if (fault := fault_of_reason(said.purpose)) is not None:
        return f"the purpose {fault}"
    if len(words_of(said.purpose)) < FEWEST_WORDS:
        return "the purpose is one word"
    if said.case_number is None:
        return "no case or call"
    fault = fault_of_case_number(said.case_number)
    return None if fault is None else f"the case number {fault}"
