"""Open alerts whose hotlist entry does not stand any more, and their cancels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from schemas.plates import canonical_plate
from storage.database import Database
from storage.sql import load_queries
from storage.values import jsonb

_SQL = load_queries("alerts/cancellations")


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
    """An open alert that has to be taken back. `payload` is the Alert as a JSON object.

    `at` is when its entry went, where that is known; `by` and `note` are who withdrew it, and why.
    """

    alert_id: UUID
    payload: dict[str, Any]
    kind: StaleKind
    at: datetime | None = None
    by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """The message that takes an alert back. `payload` is the cancel as UTF-8 JSON, `headers` (name, value) pairs."""

    alert_id: UUID
    cancel_id: UUID
    payload: bytes
    headers: tuple[tuple[str, str], ...]


class Cancellations:
    """Finds stale alerts and cancels them.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def stale(self, since: datetime, now: datetime) -> list[StaleAlert]:
        """Return the open alerts whose entry is not active, has expired, or has another plate or state, oldest first.

        Args:
            since: Older alerts are left as they are.
            now: The present, aware.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.connection() as connection:
            rows = connection.execute(_SQL["stale"], {"since": since, "now": now}).fetchall()
        found = (_stale_alert(row, now) for row in rows)
        return [alert for alert in found if alert is not None]

    def cancel(self, cancels: Sequence[Cancel]) -> int:
        """Close alerts, and store and send their cancels, in one transaction.

        Args:
            cancels: One for each alert.

        Returns:
            How many alerts were open until now; the others have their cancel already.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; do the same again.
        """
        count = 0
        with self._database.transaction() as connection:
            connection.execute(_SQL["lock_alert_numbers"])
            for cancel in cancels:
                values = {
                    "alert_id": cancel.alert_id,
                    "cancel_id": cancel.cancel_id,
                    "document": cancel.payload.decode(),
                    "payload": cancel.payload,
                    "headers": jsonb([list(header) for header in cancel.headers]),
                }
                if connection.execute(_SQL["close_alert"], values).rowcount:
                    connection.execute(_SQL["insert_cancel"], values)
                    connection.execute(_SQL["insert_messages"], values)
                    count += 1
            connection.execute(_SQL["wake_relay"])
        return count


def _stale_alert(row: tuple[Any, ...], now: datetime) -> StaleAlert | None:
    """Return the alert of a row of `stale`; None where the plate is only spelled in another way now."""
    alert_id, payload, listed, state, plate, new_state, until, withdrawn_at, by, note, retired_at, is_list_active = row
    if plate is None and withdrawn_at is not None:
        return StaleAlert(alert_id, payload, StaleKind.WITHDRAWN, withdrawn_at, by, note)
    if plate is None:
        kind = StaleKind.REMOVED if is_list_active else StaleKind.LIST_REMOVED
        return StaleAlert(alert_id, payload, kind, retired_at)
    if until is not None and until <= now:
        return StaleAlert(alert_id, payload, StaleKind.EXPIRED, until)
    if canonical_plate(plate) != canonical_plate(listed):
        return StaleAlert(alert_id, payload, StaleKind.PLATE_CHANGED)
    return StaleAlert(alert_id, payload, StaleKind.STATE_CHANGED) if state != new_state else None
