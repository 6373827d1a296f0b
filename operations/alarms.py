"""Looking at the alarms, and saying that one was seen."""

from __future__ import annotations

from datetime import UTC, datetime

from operations.currency import ListCurrency
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import NotThere
from schemas.settings import Settings
from storage.alerts.alarms import Alarms, StoredAlarm
from storage.audit.writer import write_audit
from storage.database import Database


def view_alarms(
    actor: Actor, database: Database, settings: Settings, *, over_too: int | None = None
) -> list[StoredAlarm]:
    """Return the alarms that stand now, newest first. Where no run keeps them true, this does.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        over_too: So many of the newest, those that are over included; None: those that stand.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    ListCurrency(settings, database).check()
    found = _alarms(database, settings, over_too)
    write_audit(database, AuditRecord(actor, Action.VIEW_ALARMS, {"limit": over_too}), len(found))
    return found


def acknowledge_alarm(
    actor: Actor, database: Database, settings: Settings, alarm_number: int, *, over_too: int | None = None
) -> list[StoredAlarm]:
    """Note that a person has seen an alarm, which stands until its cause is gone; return the alarms as they are then.

    Args:
        actor: Who has seen it; stands with the alarm.
        database: An open database.
        settings: The configuration.
        alarm_number: The alarm.
        over_too: As in `view_alarms`.

    Raises:
        NotThere: There is no such alarm, or somebody has acknowledged it before.
        DatabaseUnavailable: The server is down.
    """
    ListCurrency(settings, database).check()
    record = AuditRecord(actor, Action.ACKNOWLEDGE_ALARM, {"alarm": alarm_number})
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    if not alarms.acknowledge(alarm_number, actor.name, datetime.now(UTC), audit=record):
        raise NotThere(f"no alarm {alarm_number} waits to be acknowledged")
    return _alarms(database, settings, over_too)


def _alarms(database: Database, settings: Settings, over_too: int | None) -> list[StoredAlarm]:
    alarms = Alarms(database, settings.agency_id, settings.alarm_topic)
    return alarms.standing() if over_too is None else alarms.history(over_too)
