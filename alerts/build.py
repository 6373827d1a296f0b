"""A hit becomes an alert, and an alert becomes a message."""

from __future__ import annotations

import base64
from datetime import datetime
from uuid import UUID

from schemas import ids
from schemas.convert import entry_to_summary, hit_to_event, list_to_event, read_to_event
from schemas.events import Alert, AlertType, CloneSuspicionEvent, ConfirmationEvent
from schemas.generate import ALERT_CE_TYPE
from schemas.messages import Message, cloud_event_headers
from schemas.plates import canonical_plate
from schemas.types import Hit, HotlistEntry, PlateRead

MAX_PICTURE_CHARACTERS = 65_536
"""Longest base64 text that `Alert.plate_picture` takes."""

CLONE_REASON = "one of the plates may be cloned"
"""What is new about an alert whose plate was read elsewhere."""


def build_alert(
    read: PlateRead,
    hit: Hit,
    entry: HotlistEntry,
    *,
    agency_id: str,
    created_at: datetime,
    plate_picture: bytes | None,
) -> Alert:
    """Return the alert about a hit. The same hit always gives the same alert id.

    Args:
        read: The vehicle pass.
        hit: Why it agrees with the entry.
        entry: The hotlist entry.
        agency_id: The agency that publishes it.
        created_at: When, aware.
        plate_picture: The plate as a JPEG; left out when it is too large to travel with the alert.

    Returns:
        The alert.

    Raises:
        ValueError: Read, hit and entry do not belong together, or a value does not fit its field.
    """
    if hit.read_id != read.read_id or hit.entry_id != entry.entry_id:
        raise ValueError(f"hit {hit.hit_id} is not about read {read.read_id} and entry {entry.entry_id}")
    return Alert(
        alert_id=ids.alert_id(hit.hit_id, AlertType.ALERT),
        type=AlertType.ALERT,
        created_at=created_at,
        agency_id=agency_id,
        hit=hit_to_event(hit),
        read=read_to_event(read),
        entry=entry_to_summary(entry),
        hotlist=list_to_event(hit),
        plate_picture=_embedded(plate_picture),
    )


def build_update(
    alert: Alert,
    *,
    updates: UUID,
    reason: str,
    revision: str = "",
    confirmation: ConfirmationEvent | None = None,
) -> Alert:
    """Return an alert as an update of another one. The same hit and revision always give the same alert id.

    Args:
        alert: The alert that the hit would have raised.
        updates: The first alert about the vehicle.
        reason: What is new, for people.
        revision: Which revision of its read brought it, where that is not the first.
        confirmation: Who has confirmed the first alert; None: what the alert itself says.
    """
    return alert.model_copy(
        update={
            "confirmation": confirmation or alert.confirmation,
            "alert_id": ids.alert_id(alert.hit.hit_id, _kind(AlertType.UPDATE, revision)),
            "type": AlertType.UPDATE,
            "updates": updates,
            "reason": reason,
        }
    )


def raised_anew(alert: Alert, revision: str) -> Alert:
    """Return an alert about a hit whose first alert was taken back, under an id of its own.

    Args:
        alert: As the hit would have raised it first.
        revision: Which revision of the read fits again.
    """
    return alert.model_copy(update={"alert_id": ids.alert_id(alert.hit.hit_id, _kind(AlertType.ALERT, revision))})


def canceling(
    alert: Alert, reason: str, *, created_at: datetime, confirmation: ConfirmationEvent | None = None
) -> Alert:
    """Return the alert that takes another one back. The same alert always gives the same id.

    Args:
        alert: The alert to take back.
        reason: Why, for people.
        created_at: When, aware.
        confirmation: Who had confirmed it; None: what the alert itself says.
    """
    is_first = alert.alert_id == ids.alert_id(alert.hit.hit_id, AlertType.ALERT)
    kind = _kind(AlertType.CANCEL, "" if is_first else str(alert.alert_id))
    return alert.model_copy(
        update={
            "alert_id": ids.alert_id(alert.hit.hit_id, kind),
            "type": AlertType.CANCEL,
            "status": "closed",
            "created_at": created_at,
            "plate_picture": None,
            "cancels": alert.alert_id,
            "reason": reason,
            "confirmation": confirmation or alert.confirmation,
        }
    )


def _kind(alert_type: AlertType, more: str) -> str:
    return f"{alert_type.value} {more}" if more else alert_type.value


def build_clone_notice(
    newest: Alert, *, first: UUID, first_hit: UUID, clone: CloneSuspicionEvent, created_at: datetime
) -> Alert:
    """Return the update that tells an earlier alert's officers of a read that cannot be of their vehicle.

    Args:
        newest: The earlier alert, or its newest update.
        first: The first alert about the vehicle.
        first_hit: That one's hit.
        clone: The suspicion, from the earlier alert's side. One camera's gives one notice, with one id.
        created_at: When, aware.
    """
    notice = newest.model_copy(
        update={
            "alert_id": ids.alert_id(first_hit, f"clone {clone.camera_id}"),
            "type": AlertType.UPDATE,
            "created_at": created_at,
            "updates": first,
            "reason": CLONE_REASON,
        }
    )
    return with_clone(notice, clone)


def with_picture(alert: Alert, plate_picture: bytes) -> Alert:
    """Return an alert with the picture of its plate, which came after it was built; see `build_alert`."""
    return alert.model_copy(update={"plate_picture": _embedded(plate_picture)})


def with_clone(alert: Alert, clone: CloneSuspicionEvent) -> Alert:
    """Return an alert that says, as data and in its explanation, that its plate may be cloned."""
    hit = alert.hit.model_copy(update={"explanation": f"{alert.hit.explanation}; {clone.explanation}"})
    return alert.model_copy(update={"hit": hit, "clone": clone})


def _embedded(picture: bytes | None) -> str | None:
    if not picture:
        return None
    text = base64.b64encode(picture).decode("ascii")
    return text if len(text) <= MAX_PICTURE_CHARACTERS else None


def alert_message(alert: Alert) -> Message:
    """Return the message that publishes an alert, an update or a cancel.

    Its key is the entry's plate, so that alerts about one plate lie in one partition and keep their order.

    Args:
        alert: The alert.
    """
    return Message(
        message_id=alert.alert_id,
        key=canonical_plate(alert.entry.plate),
        payload=alert.model_dump_json().encode(),
        headers=cloud_event_headers(
            alert.alert_id, kind=ALERT_CE_TYPE, agency_id=alert.agency_id, moment=alert.created_at
        ),
    )
