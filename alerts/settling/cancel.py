"""Open alerts are taken back when their entry is withdrawn, removed, changed or expires."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.build import alert_message, canceling
from alerts.settling.unit import Units
from schemas.events import Alert, ConfirmationEvent, utc
from schemas.plates import canonical_plate
from storage.alerts.stale import StaleAlert, StaleKind

log = logging.getLogger(__name__)

AT_ONCE = 200
"""Alerts that are taken back in one transaction, which holds a lock for each of their plates."""

_WORDS = {
    StaleKind.WITHDRAWN: "entry withdrawn",
    StaleKind.REMOVED: "entry is not on its list any more",
    StaleKind.LIST_REMOVED: "its list is not in force any more",
    StaleKind.EXPIRED: "entry expired",
    StaleKind.PLATE_CHANGED: "entry has another plate now",
    StaleKind.STATE_CHANGED: "entry has another state now",
}


def cancel_alerts(units: Units, stale: Sequence[StaleAlert], now: datetime) -> int:
    """Close alerts, and store and send their cancels to wherever they went.

    Args:
        units: Where transactions are begun.
        stale: The alerts to take back.
        now: The present, aware.

    Returns:
        How many were open until now; the others have their cancel already.

    Raises:
        TransientError: What was canceled before stays so; do the same again.
    """
    count = 0
    for start in range(0, len(stale), AT_ONCE):
        count += _cancel(units, stale[start : start + AT_ONCE], now)
    return count


def _cancel(units: Units, stale: Sequence[StaleAlert], now: datetime) -> int:
    cancels = [(one.alert_id, alert_message(cancel)) for one, cancel in _cancels(stale, now)]
    with units.begin() as unit:
        unit.lock_plates({canonical_plate(one.plate) for one in stale})
        return sum(unit.cancel(alert_id, message) for alert_id, message in cancels)


def _cancels(stale: Iterable[StaleAlert], now: datetime) -> Iterable[tuple[StaleAlert, Alert]]:
    for one in stale:
        try:
            yield one, build_cancel(one, created_at=now)
        except ValueError as error:
            log.error("alert %s cannot be canceled: what is stored is no alert", one.alert_id)
            log.debug("not an alert", exc_info=error)


def build_cancel(stale: StaleAlert, *, created_at: datetime) -> Alert:
    """Return the alert that takes another one back. The same hit always gives the same alert id.

    Args:
        stale: The alert to take back.
        created_at: When, aware.

    Raises:
        ValueError: The stored alert is not one.
    """
    confirmation = None if stale.confirmation is None else ConfirmationEvent.model_validate(stale.confirmation)
    return canceling(
        Alert.model_validate(stale.payload), cancel_reason(stale), created_at=created_at, confirmation=confirmation
    )


def cancel_reason(stale: StaleAlert) -> str:
    """Return why an alert is taken back, like `entry withdrawn by lee at 2026-01-31T06:00:00Z (recovered)`."""
    by = f" by {stale.by}" if stale.by else ""
    at = f" at {utc(stale.at.replace(microsecond=0))}" if stale.at else ""
    note = f" ({stale.note})" if stale.note else ""
    return f"{_WORDS[stale.kind]}{by}{at}{note}"
