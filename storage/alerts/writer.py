"""The one door for hits, alerts and the outbox: whatever writes them does it here, within its own transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from schemas.errors import InvalidInput
from schemas.messages import Message
from schemas.settling import OpenAlert, SettledHit
from schemas.types import Tier
from storage import statements
from storage.database import Connection
from storage.reads.rows import hit_row
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("alerts/writer")


class AlertWriter:
    """Writes hits, alerts and the messages about them. Writing the same again changes nothing.

    Args:
        connection: A connection with the caller's open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.has_written_messages = False
        """Whether there is something to publish once the transaction is committed."""

    def lock_plates(self, plates: Collection[str]) -> None:
        """Keep every other writer of alerts about these plates out until commit: two that decide at once see no alert.

        Writers of other plates go on. Alerts of one plate have one key, and get their places in the outbox in the order
        in which they become visible.

        Args:
            plates: Canonical texts, of entries and of reads.
        """
        statements.submit(self._connection, _SQL["lock_plates"], {"plates": [storable(plate) for plate in plates]})

    def add_hits(self, hits: Iterable[SettledHit]) -> None:
        """Store hits with what became of them."""
        # In their order: one hit may be settled and then revised.
        for is_revision, some in groupby(hits, key=lambda one: one.is_revision):
            rows = [(*hit_row(one.hit, one.captured_at), one.outcome.value, one.alert_id, one.is_past) for one in some]
            with self._connection.cursor() as cursor:
                cursor.executemany(_SQL["revise_hit" if is_revision else "insert_hit"], rows)

    def take_back_hits(self, hit_ids: Sequence[UUID]) -> None:
        """Note that hits are none any more: a newer revision of their read does not fit."""
        statements.submit(self._connection, _SQL["take_back_hits"], {"hit_ids": list(hit_ids)})

    def add_alert(
        self,
        message: Message,
        hit_id: UUID,
        tier: Tier,
        captured_at: datetime,
        topic: str,
        storm: int | None = None,
    ) -> bool:
        """Store an alert and its message, or hold both for a person.

        Args:
            message: What goes out; its id is the alert's.
            hit_id: The hit that it is about.
            tier: The hit's.
            captured_at: When its vehicle passed, aware.
            topic: Kafka topic.
            storm: The number of the storm that it is held for; None: it is sent.

        Returns:
            Whether it is new, and not held.

        Raises:
            InvalidInput: The message is not JSON.
        """
        is_new = self._insert_alert(message, hit_id, tier, captured_at, "open" if storm is None else "held")
        if is_new and storm is not None:
            statements.execute(
                self._connection, _SQL["hold"], _message_values(message) | {"topic": topic, "storm": storm}
            )
            return False
        if is_new or not self._is_withheld(message.message_id):
            self.send(message, topic)
        return is_new

    def _is_withheld(self, alert_id: UUID) -> bool:
        return bool(statements.scalar(self._connection, _SQL["is_withheld"], {"alert_id": alert_id}, kind=bool))

    def add_update(self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, first: UUID) -> None:
        """Store an update of an alert, and send it to wherever that went.

        It is closed from the start, as a cancel is: whether its vehicle is still to be looked for is the first alert's
        to say.

        Args:
            message: What goes out; its id is the update's.
            hit_id: The hit that it is about.
            tier: The hit's.
            captured_at: When its vehicle passed, aware.
            first: The first alert about the vehicle.

        Raises:
            InvalidInput: The message is not JSON.
        """
        self._insert_alert(message, hit_id, tier, captured_at, "closed")
        self._send_after(message, first)

    def cancel(self, alert_id: UUID, message: Message) -> bool:
        """Close an alert, and store and send its cancel to wherever that went.

        Args:
            alert_id: The alert.
            message: What goes out; its id is the cancel's.

        Returns:
            Whether it was open until now; otherwise it has its cancel already.

        Raises:
            InvalidInput: The message is not JSON.
        """
        if not statements.execute(self._connection, _SQL["close_alert"], {"alert_id": alert_id}):
            return False
        values = _message_values(message) | {"alert_id": alert_id, "document": _document(message)}
        statements.execute(self._connection, _SQL["insert_cancel"], values)
        self._send_after(message, alert_id)
        return True

    def save_chain(self, alert: OpenAlert) -> None:
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
        statements.submit(self._connection, _SQL["save_chain"], values)

    def send(self, message: Message, topic: str) -> None:
        """Put a message into the outbox.

        Args:
            message: What goes out.
            topic: Kafka topic.
        """
        statements.submit(self._connection, _SQL["insert_message"], _message_values(message) | {"topic": topic})
        self.has_written_messages = True

    def _send_after(self, message: Message, first: UUID) -> None:
        values = _message_values(message) | {"first": first}
        statements.submit(self._connection, _SQL["insert_messages_after"], values)
        self.has_written_messages = True

    def _insert_alert(self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, status: str) -> bool:
        values = {
            "alert_id": message.message_id,
            "hit_id": hit_id,
            "captured_at": captured_at,
            "tier": tier.value,
            "document": _document(message),
            "status": status,
        }
        return bool(statements.scalar(self._connection, _SQL["insert_alert"], values, kind=bool))


def _message_values(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "key": storable(message.key),
        "headers": jsonb([list(header) for header in message.headers]),
        "payload": message.payload,
    }


def _document(message: Message) -> str:
    try:
        return message.payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"the message of alert {message.message_id} is not UTF-8 JSON") from error
