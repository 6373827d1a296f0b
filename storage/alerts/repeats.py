"""What became of hits: open alerts and sightings to compare them with, and the rows that the decision leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.plates import canonical_plate
from schemas.repeats import OpenAlert, Outcome, Sighting
from schemas.types import Hit, Location, PlateRead, Tier
from storage.database import Connection
from storage.reads.records import OutboxMessage
from storage.reads.rows import hit_row
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("alerts/repeats")
_RECORDS = load_queries("reads/records")

NEAREST = 50
"""So many sightings before and after a read are looked at."""


class RepeatStore:
    """The alerts that hits are compared with, within one transaction.

    Args:
        connection: A connection with an open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Keep every other writer of alerts out until commit: two that decide at once would both see no alert."""
        self._connection.execute(_RECORDS["lock_alert_numbers"])

    def settled(self, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
        """Return what became of the hits that are stored; None where that was never decided.

        Args:
            hit_ids: Hits, stored or not.
        """
        rows = self._connection.execute(_SQL["stored_hits"], {"hit_ids": list(hit_ids)}).fetchall()
        return {hit_id: _outcome(outcome, has_alert) for hit_id, outcome, has_alert in rows}

    def open_alerts(self, entry_id: UUID, moment: datetime, within: timedelta) -> list[OpenAlert]:
        """Return an entry's open alerts around a moment, by the times of capture, oldest first.

        Args:
            entry_id: The hotlist entry.
            moment: Aware.
            within: How far from it.
        """
        values = {"entry_id": entry_id, "since": moment - within, "until": moment + within}
        return [_open_alert(row) for row in self._connection.execute(_SQL["open_alerts"], values)]

    def sightings(self, read: PlateRead, within: timedelta, later: Collection[UUID] = ()) -> list[Sighting]:
        """Return the reads of a read's canonical text at other cameras with coordinates, the nearest in time.

        Args:
            read: The read.
            within: How far from its capture.
            later: Reads that do not count if this transaction has stored them: they are settled after this one.
        """
        values = {
            "canonical": storable(canonical_plate(read.plate)),
            "moment": read.captured_at,
            "since": read.captured_at - within,
            "until": read.captured_at + within,
            "camera_id": storable(read.camera_id),
            "later": list(later),
            "limit": NEAREST,
        }
        rows = self._connection.execute(_SQL["sightings"], values)
        return [
            Sighting(camera, Location(latitude, longitude), moment, confidence, state)
            for camera, latitude, longitude, moment, confidence, state in rows
        ]

    def newest(self, alert_id: UUID) -> dict[str, Any] | None:
        """Return the newest message about a vehicle as a JSON object, or None where it is gone.

        Args:
            alert_id: The first alert about it.
        """
        row = self._connection.execute(_SQL["newest"], {"alert_id": alert_id}).fetchone()
        return None if row is None else row[0]

    def add_hit(self, hit: Hit, read: PlateRead, outcome: Outcome, alert_id: UUID | None) -> None:
        """Store a hit with what became of it.

        Args:
            hit: The hit.
            read: Its read.
            outcome: What became of it.
            alert_id: The first alert about its vehicle, unless it is silent.
        """
        row = (*hit_row(hit, read.captured_at), outcome.value, alert_id)
        self._connection.execute(_SQL["insert_settled_hit"], row)

    def add_alert(self, message: OutboxMessage, tier: Tier, captured_at: datetime) -> int:
        """Store an alert and its message; return 1, or 0 where they are there already.

        Args:
            message: What goes out.
            tier: The hit's.
            captured_at: When its vehicle passed, aware.
        """
        values = _values(message, tier, captured_at)
        count = self._connection.execute(_RECORDS["insert_alert"], values).rowcount
        self._connection.execute(_RECORDS["insert_message"], values)
        return count

    def add_update(self, message: OutboxMessage, tier: Tier, captured_at: datetime, updates: UUID) -> None:
        """Store an update and send it to wherever the first alert went.

        Args:
            message: What goes out; its topic does not count.
            tier: The hit's.
            captured_at: When its vehicle passed, aware.
            updates: The first alert.
        """
        values = _values(message, tier, captured_at) | {"updates": updates}
        self._connection.execute(_SQL["insert_update"], values)
        self._connection.execute(_SQL["insert_update_messages"], values)

    def save(self, alert: OpenAlert) -> None:
        """Store what is known of an alert that is stored already."""
        place = alert.location
        values = {
            "alert_id": alert.alert_id,
            "hit_id": alert.hit_id,
            "entry_id": alert.entry_id,
            "camera_id": storable(alert.camera_id),
            "latitude": None if place is None else float(place.latitude),
            "longitude": None if place is None else float(place.longitude),
            "opened_at": alert.opened_at,
            "tier": alert.tier.value,
            "score": float(alert.score),
            "confidence": float(alert.confidence),
            "has_picture": alert.has_picture,
            "has_second_reading": alert.has_second_reading,
            "plates": [optional(plate) for plate in alert.plates],
            "suspected_cameras": [optional(camera) for camera in alert.suspected_cameras],
        }
        self._connection.execute(_SQL["save_chain"], values)

    def wake_relay(self) -> None:
        """Tell the relay, at commit, that there is something to publish."""
        self._connection.execute(_RECORDS["wake_relay"])


def _outcome(outcome: str | None, has_alert: bool) -> Outcome | None:
    if outcome is None:
        return Outcome.ALERTED if has_alert else None
    return Outcome(outcome)


def _open_alert(row: tuple[Any, ...]) -> OpenAlert:
    alert_id, hit_id, entry_id, camera_id, latitude, longitude, opened_at, tier, *rest = row
    score, confidence, has_picture, has_second_reading, plates, suspected_cameras = rest
    return OpenAlert(
        alert_id=alert_id,
        hit_id=hit_id,
        entry_id=entry_id,
        camera_id=camera_id,
        location=None if latitude is None else Location(latitude, longitude),
        opened_at=opened_at,
        tier=Tier(tier),
        score=score,
        confidence=confidence,
        has_picture=has_picture,
        has_second_reading=has_second_reading,
        plates=tuple(plates),
        suspected_cameras=tuple(suspected_cameras),
    )


def _values(message: OutboxMessage, tier: Tier, captured_at: datetime) -> dict[str, Any]:
    return {
        "alert_id": message.alert_id,
        "hit_id": message.hit_id,
        "captured_at": captured_at,
        "tier": tier.value,
        "document": message.payload.decode(),
        "topic": message.topic,
        "key": storable(message.key),
        "headers": jsonb([list(header) for header in message.headers]),
        "payload": message.payload,
    }
