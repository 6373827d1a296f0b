"""The law's rhythm of audits: noting that one was done, and an alarm where none was for too long."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from operations.reasons import check_reason
from policy.decisions import open_policy
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.events import AlarmKind
from schemas.settings import Settings
from storage.alerts.alarms import Alarms
from storage.audit.reader import AuditFilter, audit_begun_at, audit_entries
from storage.audit.writer import write_audit
from storage.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditRhythm:
    """How often the law has the system's use audited, when that was noted last, and by when it is due again."""

    every: timedelta
    noted_at: datetime | None
    due_at: datetime


def audit_rhythm(database: Database, settings: Settings, now: datetime) -> AuditRhythm | None:
    """Return the rhythm and where it stands, or None where the law has none that is known.

    Before the first audit the time counts from the oldest row that could be audited.

    Args:
        database: An open database.
        settings: The configuration; it says which law.
        now: The time, aware.

    Raises:
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    every = open_policy(settings).audit_every
    if every is None:
        return None
    noted = audit_entries(database, AuditFilter(action=Action.NOTE_AUDIT), limit=1)
    noted_at = noted[0].happened_at if noted else None
    return AuditRhythm(every, noted_at, (noted_at or audit_begun_at(database) or now) + every)


def note_audit(
    actor: Actor, database: Database, settings: Settings, by: str | None, findings: str
) -> AuditRhythm | None:
    """Note that the use of the system was audited; the row is the proof, and ends the alarm.

    Args:
        actor: Who notes it.
        database: An open database.
        settings: The configuration; it says which law.
        by: Who audited; None: whoever notes it.
        findings: What was looked at and found, in words.

    Returns:
        The rhythm from now on, where the law has one.

    Raises:
        InvalidInput: Nothing is said of what was found, or the law asks for somebody from outside of the agency.
        DatabaseUnavailable: Nothing was noted.
    """
    rule = open_policy(settings).profile.audits
    record = AuditRecord(actor, Action.NOTE_AUDIT, {"by": by or actor.name, "findings": findings})
    check_reason(database, record, findings)
    if rule is not None and rule.independent and by is None:
        raise InvalidInput(
            f"the law has somebody from outside of the agency audit ({rule.source}); say who it was (--by)"
        )
    write_audit(database, record)
    return audit_rhythm(database, settings, datetime.now(UTC))


def check_audits(database: Database, settings: Settings, now: datetime | None = None) -> None:
    """Raise the alarm about an audit that is overdue, and end it once one was noted.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    now = now or datetime.now(UTC)
    rhythm = audit_rhythm(database, settings, now)
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    if rhythm is None or now <= rhythm.due_at:
        if alarms.clear(AlarmKind.AUDIT_OVERDUE, settings.agency_id, now):
            log.info("the use of the system was audited")
        return
    last = "never noted yet" if rhythm.noted_at is None else f"noted last on {rhythm.noted_at:%Y-%m-%d}"
    message = (
        f"the use of the system has to be audited every {rhythm.every.days} days (platewatch law show); {last}, due "
        f"since {rhythm.due_at:%Y-%m-%d}; do it, and note it (platewatch law audited)"
    )
    if alarms.raise_alarm(AlarmKind.AUDIT_OVERDUE, settings.agency_id, message, now):
        log.warning("%s", message)
