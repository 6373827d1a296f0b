"""Alarms: raised once, cleared when cured, kept as history; each of both goes into the outbox with its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from schemas import ids
from schemas.audit import AuditRecord
from schemas.events import Alarm, AlarmKind
from schemas.generate import ALARM_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from storage import statements
from storage.alerts.wakeups import wake
from storage.alerts.writer import AlertWriter
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("alerts/alarms")
HISTORY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class StoredAlarm:
    """An alarm and what became of it. It stands while `cleared_at` is None; `subject` is what it is about: a hotlist, a
    camera, a machine."""

    alarm_number: int
    alarm_id: UUID
    kind: AlarmKind
    subject: str
    message: str
    raised_at: datetime
    cleared_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None


class Alarms:
    """The alarms of one agency.

    Args:
        database: An open database.
        agency_id: Whose alarms these are.
        topic: Kafka topic that they go to.
    """

    def __init__(self, database: Database, agency_id: str, topic: str) -> None:
        self._database = database
        self._agency_id = agency_id
        self._topic = topic

    def raise_alarm(self, kind: AlarmKind, subject: str, message: str, now: datetime) -> bool:
        """Raise an alarm unless one of this kind and subject stands; that one gets the newest message.

        Args:
            kind: What it is about.
            subject: The hotlist, the camera or the machine.
            message: What is wrong and what to do, in one line.
            now: The time, aware.

        Returns:
            Whether it was raised now.

        Raises:
            DatabaseUnavailable: The server is down; nothing was raised.
        """
        values: dict[str, Any] = {
            "alarm_id": ids.alarm_id(kind, subject, now),
            "kind": kind.value,
            "subject": subject,
            "message": storable(message),
            "now": now,
        }
        with self._database.transaction() as connection:
            raised = statements.one(connection, _SQL["insert_alarm"], values, row=kwargs_row(_alarm))
            if raised is None:
                statements.execute(connection, _SQL["renew_message"], values)
                return False
            self._publish(connection, raised)
        wake(self._database)
        return True

    def clear(self, kind: AlarmKind, subject: str, now: datetime) -> bool:
        """End the standing alarm of this kind and subject, if there is one.

        Args:
            kind: What it is about.
            subject: The hotlist, the camera or the machine.
            now: The time, aware.

        Returns:
            Whether one stood.

        Raises:
            DatabaseUnavailable: The server is down; nothing was cleared.
        """
        with self._database.transaction() as connection:
            values = {"kind": kind.value, "subject": subject, "now": now}
            cleared = statements.one(connection, _SQL["clear_alarm"], values, row=kwargs_row(_alarm))
            if cleared is None:
                return False
            self._publish(connection, cleared)
        wake(self._database)
        return True

    def acknowledge(self, alarm_number: int, by: str, now: datetime, *, audit: AuditRecord | None = None) -> bool:
        """Note that a person has seen an alarm; it stands until its cause is gone.

        Args:
            alarm_number: The alarm.
            by: Who.
            now: The time, aware.
            audit: The action, written down with it.

        Returns:
            False when there is no such alarm, or somebody has acknowledged it before.
        """
        values = {"alarm_number": alarm_number, "by": storable(by), "now": now}
        with self._database.transaction() as connection:
            if statements.execute(connection, _SQL["acknowledge_alarm"], values) == 0:
                return False
            write_audit(connection, audit)
        return True

    def standing(self) -> list[StoredAlarm]:
        """Return the alarms that stand, newest first."""
        return self._alarms("standing_alarms", {})

    def history(self, limit: int = HISTORY_LIMIT) -> list[StoredAlarm]:
        """Return the newest alarms, standing or not, newest first."""
        return self._alarms("all_alarms", {"limit": limit})

    def _alarms(self, statement: str, values: Mapping[str, Any]) -> list[StoredAlarm]:
        return statements.all(self._database, _SQL[statement], values, row=kwargs_row(_alarm))

    def _publish(self, connection: Connection, stored: StoredAlarm) -> None:
        alarm = wire_alarm(stored, self._agency_id)
        moment = alarm.cleared_at or alarm.raised_at
        message = Message(
            message_id=alarm.message_id,
            # One key for raise and clear, so that they keep their order.
            key=f"{alarm.kind.value}/{alarm.subject}",
            payload=alarm.model_dump_json().encode(),
            headers=cloud_event_headers(alarm.message_id, kind=ALARM_CE_TYPE, agency_id=self._agency_id, moment=moment),
        )
        AlertWriter(connection).send(message, self._topic)


def wire_alarm(stored: StoredAlarm, agency_id: str) -> Alarm:
    """Return the message about an alarm as it is now: raised, or cleared.

    Args:
        stored: The alarm.
        agency_id: Whose it is.
    """
    status = "raised" if stored.cleared_at is None else "cleared"
    return Alarm(
        message_id=ids.alarm_message_id(stored.alarm_id, status),
        alarm_id=stored.alarm_id,
        kind=stored.kind,
        status="raised" if stored.cleared_at is None else "cleared",
        agency_id=agency_id,
        subject=stored.subject,
        message=stored.message,
        raised_at=stored.raised_at,
        cleared_at=stored.cleared_at,
    )


def _alarm(*, kind: str, **others: Any) -> StoredAlarm:
    return StoredAlarm(kind=AlarmKind(kind), **others)
