"""Asking another agency: our own law first; the audit before the question leaves, and before an answer shows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from operations.reasons import asked_for
from policy.decisions import open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import BrokerUnavailable, ConfigurationError, InvalidInput
from schemas.events import AskerEvent, QueryAnswerEvent, QueryEvent, QueryTermsEvent
from schemas.permissions import check_permitted
from schemas.settings import NeighborSettings, Settings
from schemas.types import PlateRead
from sharing.receiving import answered_reads
from storage.audit.writer import write_audit
from storage.database import Database
from storage.reads.patterns import parse_pattern
from storage.sharing.questions import AskedQuestion, find_asked, note_asked

ANSWERABLE = timedelta(minutes=15)
"""How long a question may be answered; whoever asked looks again within that time."""
MOST_SECONDS = 600.0


class NotAnswered(BrokerUnavailable):
    """No answer came in time.

    Args:
        message: Says so.
        query_id: The question, whose answer may come later.
    """

    def __init__(self, message: str, query_id: UUID) -> None:
        super().__init__(message)
        self.query_id = query_id


class Line(Protocol):
    """The way to a neighbor; `alerts.asking.asker.Line` is one."""

    def listen(self, since: datetime | None = None) -> None:
        """Begin to listen for answers."""
        ...

    def ask(self, query: QueryEvent) -> None:
        """Send the question."""
        ...

    def answer(self, query_id: UUID, seconds: float) -> QueryAnswerEvent | None:
        """Return the answer, or None where none came in time."""
        ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to know of a neighbor's reads, and why. `pattern` and times are as in `search_reads`."""

    pattern: str
    purpose: str | None
    case_number: str | None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 100
    warrant: str | None = None
    offense: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a neighbor answered. `left_out` says which of its reads our own law does not let in, and why."""

    query_id: UUID
    neighbor: NeighborSettings
    reads: Sequence[PlateRead]
    more: bool
    agreement_version: int | None
    terms: QueryTermsEvent | None
    left_out: tuple[str, ...]


def neighbor_of(settings: Settings, name: str) -> NeighborSettings:
    """Return an agency that may be asked, by its short name or name.

    Raises:
        InvalidInput: There is none.
    """
    wanted = name.casefold()
    for neighbor in settings.sharing.neighbors:
        if wanted in (neighbor.id, neighbor.name.casefold()):  # ids have lower case letters alone
            return neighbor
    known = ", ".join(neighbor.id for neighbor in settings.sharing.neighbors) or "none"
    raise InvalidInput(f"no neighbor '{name}' is configured ([[sharing.neighbors]]); there are: {known}")


def ask_neighbor(
    actor: Actor,
    database: Database,
    settings: Settings,
    neighbor: NeighborSettings,
    wanted: Wanted,
    line: Line,
    seconds: float,
) -> Reply:
    """Ask a neighbor, and return what it answers.

    Args:
        actor: Who asks; the neighbor is told the name.
        database: An open database.
        settings: The configuration.
        neighbor: Who is asked.
        wanted: What is asked, and why.
        line: The way there, open.
        seconds: How long to wait.

    Raises:
        InvalidInput: Our own law, or the neighbor, does not let it be asked, with the reason; or what was asked cannot
            be searched for.
        ConfigurationError: Our ORI is not set, or the way there is not ours.
        BrokerUnavailable: No answer came in time; the same person may look again. Or the broker is away.
        DatabaseUnavailable: Nothing was asked.
    """
    check_permitted(actor, Action.QUERY)
    if settings.sharing.ori is None:
        raise ConfigurationError("other agencies answer no agency without an ORI; set sharing.ori")
    query_id, pattern = uuid.uuid4(), parse_pattern(wanted.pattern).text
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        raise InvalidInput("the time from which you ask is not before the time until which you do; exchange them")
    details = {
        "query": query_id,
        "neighbor": neighbor.id,
        "agreement": neighbor.agreement,
        "pattern": pattern,
        "since": wanted.since,
        "until": wanted.until,
    }
    record = asked_for(
        actor,
        database,
        settings,
        Action.QUERY,
        wanted.purpose,
        wanted.case_number,
        back_to=wanted.since,
        warrant=wanted.warrant,
        both=True,
        offense=wanted.offense,
        **details,
    )
    now = datetime.now(UTC)
    query = _question(actor, settings, neighbor, wanted, query_id, now)
    line.listen()
    asked = AskedQuestion(query_id, neighbor.id, actor.person, now, query.expires_at, query.purpose, query.case_number)
    with database.transaction() as connection:
        note_asked(connection, asked)
        write_audit(connection, record)
    line.ask(query)
    return _received(actor, database, settings, neighbor, asked, line.answer(query_id, min(seconds, MOST_SECONDS)))


def asked_by(actor: Actor, database: Database, settings: Settings, query_id: UUID) -> AskedQuestion:
    """Return a question whose answer somebody looks for again.

    Args:
        actor: Who looks; only who asked may.
        database: An open database.
        settings: The configuration.
        query_id: The question.

    Raises:
        InvalidInput: It is not known, or somebody else asked it; the refusal stands in the audit.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VIEW_ANSWER)
    asked = find_asked(database, query_id)
    if asked is not None and asked.person == actor.person:
        return asked
    why = "no such question was asked here lately" if asked is None else "somebody else asked it"
    details = {"query": query_id, "refused": Action.VIEW_ANSWER.value, "why_refused": why}
    write_audit(database, AuditRecord(actor, Action.REFUSED, details))
    raise InvalidInput(f"question {query_id}: {why}; ask yourself, with your own purpose and case number")


def fetch_answer(
    actor: Actor, database: Database, settings: Settings, asked: AskedQuestion, line: Line, seconds: float
) -> Reply:
    """Return what a neighbor answered to a question of before.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        asked: The question, of `asked_by`.
        line: The way there, open.
        seconds: How long to wait.

    Raises:
        InvalidInput: The neighbor refuses to answer, with the reason.
        BrokerUnavailable: No answer came.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VIEW_ANSWER)
    neighbor = neighbor_of(settings, asked.neighbor)
    line.listen(asked.asked_at - timedelta(minutes=1))
    answer = line.answer(asked.query_id, min(seconds, MOST_SECONDS))
    return _received(actor, database, settings, neighbor, asked, answer)


def _question(
    actor: Actor, settings: Settings, neighbor: NeighborSettings, wanted: Wanted, query_id: UUID, now: datetime
) -> QueryEvent:
    return QueryEvent(
        query_id=query_id,
        agreement_id=neighbor.agreement,
        agreement_version=neighbor.agreement_version,
        asked_at=now,
        expires_at=now + ANSWERABLE,
        asker=AskerEvent(
            agency_id=neighbor.member or settings.agency_id,
            name=settings.sharing.name or settings.agency_id,
            ori=settings.sharing.ori or "",
            person=actor.person,
        ),
        pattern=wanted.pattern,
        since=wanted.since,
        until=wanted.until,
        limit=wanted.limit,
        purpose=wanted.purpose or "",
        case_number=wanted.case_number or "",
        warrant=wanted.warrant,
        offense=wanted.offense,
    )


def _received(
    actor: Actor,
    database: Database,
    settings: Settings,
    neighbor: NeighborSettings,
    asked: AskedQuestion,
    answer: QueryAnswerEvent | None,
) -> Reply:
    """Judge an answer by our own law, and write down that somebody sees it."""
    if answer is None:
        raise NotAnswered(_no_answer(neighbor, asked, datetime.now(UTC)), asked.query_id)
    details = {"query": asked.query_id, "neighbor": neighbor.id, "agreement": neighbor.agreement}
    record = AuditRecord(actor, Action.VIEW_ANSWER, details, asked.purpose, asked.case_number)
    why = _unfit(settings, neighbor, asked, answer)
    if why is not None:
        details = {**details, "refused": Action.VIEW_ANSWER.value, "why_refused": why}
        write_audit(database, AuditRecord(actor, Action.REFUSED, details, asked.purpose, asked.case_number))
        raise InvalidInput(why)
    reads, left_out = answered_reads(answer, open_policy(settings), datetime.now(UTC))
    write_audit(database, record, len(reads), left_out=left_out or None, version=answer.agreement_version)
    return Reply(asked.query_id, neighbor, reads, answer.more, answer.agreement_version, answer.terms, tuple(left_out))


def _unfit(
    settings: Settings, neighbor: NeighborSettings, asked: AskedQuestion, answer: QueryAnswerEvent
) -> str | None:
    """Return why an answer shows nothing, or None."""
    if (answer.agreement_id, answer.owner.agency_id) != (neighbor.agreement, neighbor.id):
        return f"what came as the answer of {neighbor.name} names another agency or agreement; tell them"
    if answer.status == "refused":
        return f"{neighbor.name} does not answer: {answer.reason}"
    # Our law may be another one than when it was asked.
    verdict = open_policy(settings).judge_purpose(asked.purpose)
    return None if verdict.allowed else f"the purpose {verdict.reason}"


def _no_answer(neighbor: NeighborSettings, asked: AskedQuestion, now: datetime) -> str:
    seconds = (now - asked.asked_at).total_seconds()
    if now >= asked.expires_at:
        return f"{neighbor.name} did not answer question {asked.query_id}, and does not any more; ask again"
    until = asked.expires_at.astimezone().strftime("%H:%M:%S")
    return (
        f"asked {neighbor.name}, no answer within {seconds:.0f} s; it is answered as soon as their installation "
        f"reads it, until {until} (platewatch query --answer {asked.query_id})"
    )
