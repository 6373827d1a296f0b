"""Taking in what other agencies say of alerts on entries that they were given."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from alerts.asking.reading import Posted
from alerts.returning.messages import LARGEST_BYTES, parse_returned
from policy.decisions import Policy
from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput, PlatewatchError, TransientError
from schemas.events import ReturnedDispositionEvent
from sharing.heard import Found, HearingDesk, is_double, refusal
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sharing.foreign import (
    ForeignDispositions,
    Whose,
)

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
MOST_TAKEN = 2000
"""Most dispositions of one agency that are taken in within an hour; the rest is refused."""
MOST_REFUSED = 100
"""Most messages of one agency that are kept within an hour because they were refused; the rest is counted."""
_UNNAMED = "not named"


def take_dispositions(
    database: Database, policy: Policy, desk: HearingDesk, topic: str, posted: Sequence[Posted], now: datetime
) -> int:
    """Take in what came on a member's topic, each message once: stored, or refused and kept with the reason.

    Args:
        database: An open database.
        policy: The law that holds here.
        desk: Whose topic it is.
        topic: Its name.
        posted: What came, in its order.
        now: The present, aware.

    Returns:
        How many were taken in.

    Raises:
        DatabaseUnavailable: The rest was not noted, and is read again.
    """
    taken = flood = 0
    for one in posted:
        try:
            outcome = _take(database, policy, desk, topic, one, now)
        except TransientError:
            raise
        except (PlatewatchError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            # One message that cannot be handled keeps nothing else from being taken in.
            log.debug("a disposition cannot be handled", exc_info=error)
            outcome = _pass_over(database, desk, topic, one, f"it cannot be handled ({type(error).__name__})")
        taken += outcome is _Outcome.TAKEN
        flood += outcome is _Outcome.FLOOD
    if flood:
        why = f"more than {MOST_REFUSED} messages within an hour that cannot be taken in"
        with database.transaction() as connection:
            ForeignDispositions(connection, _whose(desk, topic)).note_flood(flood, why)
        log.warning("%d messages of %s are not looked at: %s", flood, desk.member.id, why)
    return taken


class _Outcome(Enum):
    TAKEN = auto()
    DOUBLE = auto()
    REFUSED = auto()
    FLOOD = auto()


def _take(database: Database, policy: Policy, desk: HearingDesk, topic: str, one: Posted, now: datetime) -> _Outcome:
    """Take a message in, or refuse it; how far the topic was read is noted with it."""
    said, is_new = None, False
    reason: str | None
    with database.transaction() as connection:
        box = ForeignDispositions(connection, _whose(desk, topic))
        box.put_offset(one.partition, one.offset + 1)
        lately = box.lately(now - HOUR)
        try:
            said = parse_returned(one.payload)
            reason = f"{desk.member.id} said more than {MOST_TAKEN} things within an hour"
            if lately.taken < MOST_TAKEN:
                reason, is_new = _taken(connection, box, policy, desk, said, one.payload or b"", now)
        except InvalidInput as error:
            if said is not None:
                raise
            reason = str(error)
        if reason is None:
            return _Outcome.TAKEN if is_new else _Outcome.DOUBLE
        if lately.refused >= MOST_REFUSED:
            return _Outcome.FLOOD
        return _refuse(connection, box, desk, one, said, reason)


def _refuse(
    connection: Connection,
    box: ForeignDispositions,
    desk: HearingDesk,
    one: Posted,
    said: ReturnedDispositionEvent | None,
    reason: str,
) -> _Outcome:
    # What comes again and again fills neither audit nor log.
    if box.refuse((one.payload or b"")[:LARGEST_BYTES], reason):
        write_audit(connection, _record(desk, said, Action.REFUSED), why_refused=reason)
        log.warning("a disposition of %s is not taken in: %s", desk.member.id, reason)
    return _Outcome.REFUSED


def _pass_over(database: Database, desk: HearingDesk, topic: str, one: Posted, reason: str) -> _Outcome:
    """Keep a message that failed in a way that nobody expected."""
    with database.transaction() as connection:
        box = ForeignDispositions(connection, _whose(desk, topic))
        box.put_offset(one.partition, one.offset + 1)
        return _refuse(connection, box, desk, one, None, reason)


def _taken(
    connection: Connection,
    box: ForeignDispositions,
    policy: Policy,
    desk: HearingDesk,
    said: ReturnedDispositionEvent,
    payload: bytes,
    now: datetime,
) -> tuple[str | None, bool]:
    """Store a disposition; return why it is refused, or None, and whether it is new."""
    digest = hashlib.sha256(payload).digest()
    known = box.known(said.disposition_id, said.alert_id)
    if is_double(said, digest, [one for one in known if one.member_id == desk.member.id]):
        return None, False
    found = Found(box.entry(said.hotlist_id, said.entry_id), box.given_as(said.hotlist_id), known)
    reason = refusal(said, desk, found, policy, now)
    if reason is not None:
        return reason, False
    box.add(_row(said), digest)
    write_audit(connection, _record(desk, said, Action.TAKE_DISPOSITION))
    return None, True


def _row(said: ReturnedDispositionEvent) -> dict[str, Any]:
    stands = said.verdict
    return {
        "disposition_id": said.disposition_id,
        "hotlist_id": said.hotlist_id,
        "entry_id": said.entry_id,
        "alert_id": said.alert_id,
        "number": said.number,
        "kind": said.kind.value,
        "said_at": said.at,
        "person": said.by,
        "standing": stands.standing.value,
        "rejection": stands.rejection,
        "outcome": stands.outcome,
        "record_answer": stands.record_answer,
        "is_canceled": stands.canceled,
        "words": stands.words,
    }


def _whose(desk: HearingDesk, topic: str) -> Whose:
    member = {"id": desk.member.id, "name": desk.member.name, "ori": desk.member.ori}
    return Whose(desk.agreement_id, desk.gate.standing.version, member, topic)


def _record(desk: HearingDesk, said: ReturnedDispositionEvent | None, action: Action) -> AuditRecord:
    person = _UNNAMED if said is None else said.by
    actor = Actor(person, SignIn.AGREEMENT, f"{desk.member.name}, agreement {desk.agreement_id}", desk.member.id)
    details: dict[str, Any] = {"agreement": desk.agreement_id, "version": desk.gate.standing.version}
    if said is not None:
        details |= {"disposition": said.disposition_id, "entry": said.entry_id, "kind": said.kind.value}
    if action is Action.REFUSED:
        details["refused"] = Action.TAKE_DISPOSITION.value
    return AuditRecord(actor, action, details)
