"""Open alerts whose hotlist entry does not stand any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from schemas.plates import canonical_plate
from storage import statements
from storage.database import Database
from storage.sql import load_queries

_SQL = load_queries("alerts/stale")


class StaleKind(StrEnum):
    """What became of an alert's entry."""

    WITHDRAWN = "withdrawn"
    REMOVED = "removed"
    LIST_REMOVED = "list_removed"
    EXPIRED = "expired"
    PLATE_CHANGED = "plate_changed"
    STATE_CHANGED = "state_changed"


@dataclass(frozen=True, slots=True)
class StaleAlert:
    """An open alert that has to be taken back. `payload` is the Alert as a JSON object, `plate` the listed plate.

    `at` is when its entry went, where that is known; `by` and `note` are who withdrew it, and why. `confirmation` is
    who had confirmed it, as a JSON object, None where nobody had.
    """

    alert_id: UUID
    plate: str
    payload: dict[str, Any]
    kind: StaleKind
    at: datetime | None = None
    by: str | None = None
    note: str | None = None
    confirmation: dict[str, Any] | None = None


def stale_alerts(database: Database, since: datetime, now: datetime) -> list[StaleAlert]:
    """Return the open alerts whose entry is not active, has expired, or has another plate or state, oldest first.

    Args:
        database: An open database.
        since: Older alerts are left as they are.
        now: The present, aware.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    rows = statements.all(database, _SQL["stale"], {"since": since, "now": now})
    found = (_stale_alert(row, now) for row in rows)
    return [alert for alert in found if alert is not None]


def _stale_alert(row: tuple[Any, ...], now: datetime) -> StaleAlert | None:
    """Return the alert of a row of `stale`; None where the plate is only spelled in another way now."""
    alert_id, payload, confirmation, listed, state, plate, new_state, until, *gone = row
    withdrawn_at, by, note, retired_at, is_list_active = gone

    def stale(kind: StaleKind, at: datetime | None = None, **withdrawn: str | None) -> StaleAlert:
        return StaleAlert(alert_id, listed, payload, kind, at, **withdrawn, confirmation=confirmation)

    if withdrawn_at is not None:
        return stale(StaleKind.WITHDRAWN, withdrawn_at, by=by, note=note)
    if plate is None:
        return stale(StaleKind.REMOVED if is_list_active else StaleKind.LIST_REMOVED, retired_at)
    if until is not None and until <= now:
        return stale(StaleKind.EXPIRED, until)
    if canonical_plate(plate) != canonical_plate(listed):
        return stale(StaleKind.PLATE_CHANGED)
    return stale(StaleKind.STATE_CHANGED) if state != new_state else None
