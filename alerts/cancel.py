"""An alert whose entry does not stand any more becomes a cancel."""

from __future__ import annotations

from datetime import datetime

from alerts.build import outbox_message
from schemas import ids
from schemas.events import Alert, AlertType, utc
from storage.alerts.cancellations import Cancel, StaleAlert, StaleKind

_WORDS = {
    StaleKind.WITHDRAWN: "entry withdrawn",
    StaleKind.REMOVED: "entry is not on its list any more",
    StaleKind.LIST_REMOVED: "its list is not in force any more",
    StaleKind.EXPIRED: "entry expired",
    StaleKind.PLATE_CHANGED: "entry has another plate now",
    StaleKind.STATE_CHANGED: "entry has another state now",
}


def build_cancel(stale: StaleAlert, *, created_at: datetime) -> Alert:
    """Return the alert that takes another one back. The same hit always gives the same alert id.

    Args:
        stale: The alert to take back.
        created_at: When, aware.

    Raises:
        ValueError: The stored alert is not one.
    """
    alert = Alert.model_validate(stale.payload)
    return alert.model_copy(
        update={
            "alert_id": ids.alert_id(alert.hit.hit_id, AlertType.CANCEL),
            "type": AlertType.CANCEL,
            "status": "closed",
            "created_at": created_at,
            "plate_picture": None,
            "cancels": alert.alert_id,
            "reason": cancel_reason(stale),
        }
    )


def cancel_reason(stale: StaleAlert) -> str:
    """Return why an alert is taken back, like `entry withdrawn by lee at 2026-01-31T06:00:00Z (recovered)`."""
    by = f" by {stale.by}" if stale.by else ""
    at = f" at {utc(stale.at.replace(microsecond=0))}" if stale.at else ""
    note = f" ({stale.note})" if stale.note else ""
    return f"{_WORDS[stale.kind]}{by}{at}{note}"


def cancel_message(stale: StaleAlert, *, created_at: datetime) -> Cancel:
    """Return the cancel of an alert as it is stored, and sent to wherever its alert went.

    Args:
        stale: The alert to take back.
        created_at: When, aware.

    Raises:
        ValueError: The stored alert is not one.
    """
    message = outbox_message(build_cancel(stale, created_at=created_at), topic="")
    return Cancel(stale.alert_id, message.alert_id, message.payload, message.headers)
