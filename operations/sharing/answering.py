"""Answering what another agency asks: the gate, the search, the log and the audit, in one transaction."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from policy.agreements.agreement import answer_topic
from policy.decisions import Policy
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import OwnerEvent, PlateReadEvent, QueryAnswerEvent, QueryEvent
from schemas.settings import Settings
from sharing.questions import Desk, asked_since, is_over, refusal, shown, terms_of
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.reads.patterns import parse_pattern
from storage.reads.search import find_for_others
from storage.sharing.disseminations import ForeignQuery, note_query
from storage.sharing.questions import asked_lately, is_known

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
MOST_LOOKED_AT = 2000
"""Reads that fit the plate and are looked at for one answer: those outside of the agreement's area are not shown."""
SPARE_BYTES = 20_000
"""What a message has besides its reads."""
NOBODY = "not looked at"
"""Stands for who asked where questions were counted and not read."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question. `answer` is None where none is sent: it is over, or there are far too many."""

    answer: QueryAnswerEvent | None
    is_replay: bool = False
    is_flood: bool = False


def foreign_actor(query: QueryEvent, desk: Desk) -> Actor:
    """Return who asks, for the audit: the person as that agency names it, the agency as the topic proves it."""
    origin = f"{desk.member.name}, agreement {desk.agreement_id}"
    return Actor(query.asker.person, SignIn.AGREEMENT, origin, desk.member.id)


def answer_query(
    actor: Actor, database: Database, settings: Settings, policy: Policy, desk: Desk, query: QueryEvent, now: datetime
) -> Outcome:
    """Answer a question once, or refuse it with the reason; both are written down before anything is sent.

    Args:
        actor: Who asks, of `foreign_actor`.
        database: An open database.
        settings: The configuration.
        policy: The law that holds here.
        desk: Where it was asked.
        query: The question.
        now: The present, aware.

    Raises:
        DatabaseUnavailable: Nothing was written down, so nothing may be sent.
    """
    why = refusal(query, desk, policy, now)
    try:
        with database.transaction() as connection:
            early = _early(connection, settings, desk, query, now)
            if early is not None:
                return early
            why = why or _over_limit(connection, settings, desk, now)
            if why is None:
                return _answered(connection, actor, settings, policy, desk, query, now)
            return _refused(connection, actor, settings, desk, query, why, now)
    except InvalidInput as error:
        # The search itself could not be done, and its transaction is gone.
        with database.transaction() as connection:
            return _refused(connection, actor, settings, desk, query, str(error), now)


def note_flood(database: Database, settings: Settings, desk: Desk, count: int, why: str) -> None:
    """Write down, in one row, questions that were neither read nor answered.

    Args:
        database: An open database.
        settings: The configuration.
        desk: Where they were asked.
        count: How many.
        why: Why, in words.
    """
    standing = desk.gate.standing
    actor = Actor(NOBODY, SignIn.AGREEMENT, f"{desk.member.name}, agreement {desk.agreement_id}", desk.member.id)
    record = AuditRecord(actor, Action.REFUSED, {"refused": Action.QUERY.value, "why_refused": why})
    with database.transaction() as connection:
        terms = {"questions": count}
        row = ForeignQuery(
            desk.agreement_id, standing.version, _member(desk), NOBODY, None, None, None, why, terms=terms
        )
        note_query(connection, row)
        write_audit(connection, record, questions=count, agreement=desk.agreement_id)
    log.warning("%d questions of %s are not answered: %s", count, desk.member.id, why)


def topic_of(desk: Desk) -> str:
    """Return the topic on which a desk's member is answered."""
    return answer_topic(desk.agreement_id, desk.member.id)


def _early(connection: Connection, settings: Settings, desk: Desk, query: QueryEvent, now: datetime) -> Outcome | None:
    """Return what comes of a question that is not even looked at, or None."""
    if is_known(connection, query.query_id):
        return Outcome(None, is_replay=True)
    if asked_lately(connection, desk.member.id, now - HOUR) >= 2 * max(settings.sharing.queries_per_hour, 1):
        return Outcome(None, is_flood=True)
    return None


def _over_limit(connection: Connection, settings: Settings, desk: Desk, now: datetime) -> str | None:
    most = settings.sharing.queries_per_hour
    if asked_lately(connection, desk.member.id, now - HOUR) < most:
        return None
    return f"{desk.member.id} asked more than {most} times within an hour; ask again later"


def _answered(
    connection: Connection,
    actor: Actor,
    settings: Settings,
    policy: Policy,
    desk: Desk,
    query: QueryEvent,
    now: datetime,
) -> Outcome:
    found = find_for_others(
        connection,
        query.pattern,
        since=asked_since(query, desk, policy, now),
        until=query.until,
        cameras=None if desk.grant.cameras == "all" else desk.grant.cameras,
        limit=MOST_LOOKED_AT,
        seconds=settings.sharing.query_timeout_seconds,
    )
    fitting = shown(found, query, desk, now)
    limit = min(query.limit, settings.sharing.query_rows)
    reads = _within(fitting[:limit], settings.kafka.max_message_bytes - SPARE_BYTES)
    more = len(reads) < len(fitting) or len(found) == MOST_LOOKED_AT
    terms = terms_of(desk, policy)
    details = {"fields": list(terms.fields), "reads": [str(read.read_id) for read in reads], "more": more}
    why = f"within the scope of agreement {desk.agreement_id}"
    note_query(connection, _row(desk, query, why, len(reads), details))
    write_audit(connection, _record(actor, Action.ANSWER_QUERY, desk, query), len(reads), more=more)
    answer = _answer(settings, desk, query, now, status="answered", reads=tuple(reads), more=more, terms=terms)
    return Outcome(answer)


def _within(reads: list[PlateReadEvent], most_bytes: int) -> list[PlateReadEvent]:
    """Return as many of the newest reads as one message holds."""
    size = 0
    for number, read in enumerate(reads):
        size += len(read.model_dump_json().encode()) + 1
        if size > most_bytes:
            return reads[:number]
    return reads


def _refused(
    connection: Connection,
    actor: Actor,
    settings: Settings,
    desk: Desk,
    query: QueryEvent,
    why: str,
    now: datetime,
) -> Outcome:
    note_query(connection, _row(desk, query, why, None, {}))
    record = _record(actor, Action.REFUSED, desk, query)
    write_audit(connection, record, refused=Action.QUERY.value, why_refused=why)
    log.info("a question of %s is refused: %s", desk.member.id, why)
    if is_over(query, now):
        return Outcome(None)
    return Outcome(_answer(settings, desk, query, now, status="refused", reason=why[:2000]))


def _answer(settings: Settings, desk: Desk, query: QueryEvent, now: datetime, **what: Any) -> QueryAnswerEvent:
    standing, owner = desk.gate.standing, desk.gate.standing.agreement.owner
    return QueryAnswerEvent(
        query_id=query.query_id,
        agreement_id=desk.agreement_id,
        agreement_version=standing.version,
        owner=OwnerEvent(agency_id=settings.agency_id, name=owner.name, ori=owner.ori),
        answered_at=now,
        **what,
    )


def _row(desk: Desk, query: QueryEvent, why: str, results: int | None, terms: dict[str, Any]) -> ForeignQuery:
    return ForeignQuery(
        agreement_id=desk.agreement_id,
        version=desk.gate.standing.version,
        member=_member(desk),
        asked_by=query.asker.person,
        plate=_pattern(query),
        purpose=query.purpose,
        case_number=query.case_number,
        why=why,
        results=results,
        terms=terms,
        query_id=query.query_id,
    )


def _record(actor: Actor, action: Action, desk: Desk, query: QueryEvent) -> AuditRecord:
    details = {
        "query": query.query_id,
        "agreement": desk.agreement_id,
        "version": desk.gate.standing.version,
        "ori": desk.member.ori,
        "pattern": _pattern(query),
        "since": query.since,
        "until": query.until,
        "warrant": query.warrant,
        "offense": query.offense,
    }
    return AuditRecord(actor, action, details, query.purpose, query.case_number)


def _pattern(query: QueryEvent) -> str:
    try:
        return parse_pattern(query.pattern).text
    except InvalidInput:
        return query.pattern


def _member(desk: Desk) -> dict[str, Any]:
    return {"id": desk.member.id, "name": desk.member.name, "ori": desk.member.ori}
