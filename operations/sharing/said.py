"""What other agencies said of alerts on our entries: looked at, and what has to follow asked of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.events import AlarmKind, utc
from schemas.settings import Settings
from storage.alerts.alarms import Alarms
from storage.audit.writer import write_audit
from storage.database import Database
from storage.sharing.foreign import ForeignDisposition, RefusedDisposition, heard, refused, to_withdraw

__all__ = ["ForeignDisposition", "Heard", "RefusedDisposition", "ask_to_withdraw", "notice_of", "view_heard"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What other agencies said, and what of it was not taken in, newest first."""

    dispositions: list[ForeignDisposition]
    refused: list[RefusedDisposition]


def ask_to_withdraw(database: Database, settings: Settings, now: datetime) -> int:
    """Raise an alarm for each entry in force of which another agency says that it should not be, and end the others.

    Args:
        database: An open database.
        settings: The configuration.
        now: The present, aware.

    Returns:
        How many alarms stand.

    Raises:
        DatabaseUnavailable: The server is down; do it again.
    """
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    wanted = {_subject(one): one for one in to_withdraw(database)}
    standing = {one.subject: one for one in alarms.standing() if one.kind is AlarmKind.ENTRY_TO_WITHDRAW}
    for subject in standing.keys() - wanted.keys():
        alarms.clear(AlarmKind.ENTRY_TO_WITHDRAW, subject, now)
    for subject, said in wanted.items():
        message = notice_of(said)
        if subject not in standing or standing[subject].message != message:
            alarms.raise_alarm(AlarmKind.ENTRY_TO_WITHDRAW, subject, message, now)
    return len(wanted)


def _subject(said: ForeignDisposition) -> str:
    return f"{said.hotlist_id} {said.entry_id}"


def notice_of(said: ForeignDisposition) -> str:
    """Return what the list's administrator has to know and do, without the plate."""
    return (
        f"{said.member_name} ({said.person}, {utc(said.said_at)}) says of its alert on entry {said.entry_id} of list "
        f"{said.hotlist_id}: {said.words}; if the entry does not stand any more, withdraw it (platewatch hotlist "
        f"withdraw --entry {said.entry_id} --reason '...')"
    )


def view_heard(
    actor: Actor,
    database: Database,
    limit: int,
    *,
    agreement_id: str | None = None,
    hotlist_id: str | None = None,
    entry_id: UUID | None = None,
) -> Heard:
    """Return what other agencies said of alerts on our entries, and what was not taken in; the look is written down.

    Args:
        actor: Who looks.
        database: An open database.
        limit: Most of each.
        agreement_id: Under one agreement; None: any.
        hotlist_id: Of entries of one list; None: any. What was refused is shown without it alone.
        entry_id: Of one entry; None: any. Likewise.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    narrowed = {"agreement": agreement_id, "hotlist": hotlist_id, "entry": entry_id}
    details = {name: value for name, value in narrowed.items() if value is not None}
    entries = None if entry_id is None else [entry_id]
    with database.transaction() as connection:
        found = heard(connection, limit, agreement_id=agreement_id, hotlist_id=hotlist_id, entry_ids=entries)
        passed = [] if hotlist_id or entry_id else refused(connection, limit, agreement_id)
        record = AuditRecord(actor, Action.VIEW_DISSEMINATIONS, {"shown": "dispositions", **details, "limit": limit})
        write_audit(connection, record, len(found), refused=len(passed))
    return Heard(found, passed)
