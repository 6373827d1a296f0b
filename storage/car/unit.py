"""One transaction of the car over reads, hits, alerts, and what of them goes home."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.messages import Message
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, SettledHit, Sighting
from schemas.types import PlateRead, Tier
from storage.car import known
from storage.car.expected import ExpectedArrivals
from storage.car.file import microseconds
from storage.car.reads import write_reads
from storage.spool.sqlite_file import SqliteFile

# What was decided stays; a hit that nobody was to be notified of may become news when the gate is opened.
_INSERT_HIT = (
    "insert into hits (hit_id, read_id, entry_id, captured_us, tier, score, outcome, alert_id) "
    "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (hit_id) do update "
    "set outcome = excluded.outcome, alert_id = excluded.alert_id where hits.outcome = 'silent'"
)
# What a newer revision of the read says takes the place of what an earlier one said.
_REVISE_HIT = (
    "insert into hits (hit_id, read_id, entry_id, captured_us, tier, score, outcome, alert_id) "
    "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (hit_id) do update "
    "set captured_us = excluded.captured_us, tier = excluded.tier, score = excluded.score, "
    "outcome = excluded.outcome, alert_id = excluded.alert_id"
)
_INSERT_ALERT = (
    "insert into alerts (alert_id, hit_id, read_id, captured_us, tier, status, updates, payload) "
    "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (alert_id) do nothing"
)
_INSERT_CANCEL = (
    "insert into alerts (alert_id, hit_id, read_id, captured_us, tier, status, updates, payload) "
    "select ?, hit_id, read_id, captured_us, tier, 'closed', null, ? from alerts where alert_id = ? "
    "on conflict (alert_id) do nothing"
)
_CLOSE = "update alerts set status = 'closed' where alert_id = ? and status = 'open'"
_SAVE_CHAIN = (
    "insert into chains (alert_id, hit_id, entry_id, camera_id, latitude, longitude, opened_us, tier, score, "
    "confidence, has_picture, has_second_reading, plates, suspected_cameras) "
    "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (alert_id) do update set tier = excluded.tier, "
    "score = excluded.score, confidence = excluded.confidence, has_picture = excluded.has_picture, "
    "has_second_reading = excluded.has_second_reading, plates = excluded.plates, "
    "suspected_cameras = excluded.suspected_cameras"
)


class CarUnit:
    """What is known and what is written within one transaction: an `alerts.settling.unit.Unit`.

    Args:
        file: The car's file, with an open transaction.
        expected: What is known of the arrivals of reads.
    """

    def __init__(self, file: SqliteFile, expected: ExpectedArrivals) -> None:
        self._file = file
        self._expected = expected
        self._written: set[UUID] = set()

    def lock_plates(self, plates: Collection[str]) -> None:
        """Do nothing: nobody else writes within this file's transaction."""

    def add_reads(self, reads: Sequence[PlateRead]) -> list[Arrived]:
        """Store reads, and have every new revision of one go home; return what each is."""
        found, written = write_reads(self._file, reads, self._expected)
        self._written |= written
        return found

    def settled_hits(self, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
        """See `storage.alerts.known.settled_hits`."""
        return known.settled_hits(self._file, hit_ids)

    def open_alerts(self, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta) -> list[OpenAlert]:
        """See `storage.alerts.known.open_alerts`."""
        return known.open_alerts(self._file, entry_ids, moments, within)

    def open_chains(self, alert_ids: Sequence[UUID]) -> list[OpenAlert]:
        """See `storage.alerts.known.open_chains`."""
        return known.open_chains(self._file, alert_ids)

    def raised_hits(self, read_ids: Sequence[UUID]) -> list[RaisedHit]:
        """See `storage.alerts.known.raised_hits`."""
        return known.raised_hits(self._file, read_ids)

    def sightings(
        self, reads: Sequence[PlateRead], within: timedelta, together: Collection[UUID]
    ) -> dict[UUID, list[Sighting]]:
        """See `storage.alerts.known.sightings`."""
        return known.sightings(self._file, reads, within, self._written & set(together))

    def newest_messages(self, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """See `storage.alerts.known.newest_messages`."""
        return known.newest_messages(self._file, alert_ids)

    def add_hits(self, hits: Iterable[SettledHit]) -> None:
        """Store hits with what became of them."""
        for one in hits:
            hit = one.hit
            values = (
                hit.hit_id.bytes,
                hit.read_id.bytes,
                hit.entry_id.bytes,
                microseconds(one.captured_at),
                hit.tier.value,
                float(hit.score),
                one.outcome.value,
                None if one.alert_id is None else one.alert_id.bytes,
            )
            self._file.execute(_REVISE_HIT if one.is_revision else _INSERT_HIT, values)

    def take_back_hits(self, hit_ids: Sequence[UUID]) -> None:
        """Note that hits are none any more: a newer revision of their read does not fit."""
        for hit_id in hit_ids:
            self._file.execute("update hits set outcome = 'revised' where hit_id = ?", (hit_id.bytes,))

    def storm_of(
        self,
        camera_id: str,
        entry_id: UUID,
        moment: datetime,
        minimum: int,
        limit: Callable[[float | None, float | None], tuple[float, int]],
    ) -> int | None:
        """Return None: nobody in a car releases what a storm holds; the server's own guard judges what it gets."""
        return None

    def add_alert(
        self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, topic: str, storm: int | None = None
    ) -> bool:
        """Store an alert for the officer's page; return whether it is new.

        Nothing of it goes home: the server makes the same one, with the same id, of the same read.
        """
        return self._insert(message, hit_id, tier, captured_at, "open", None)

    def add_update(self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, first: UUID) -> None:
        """Store an update of an alert."""
        self._insert(message, hit_id, tier, captured_at, "closed", first)

    def save_chain(self, alert: OpenAlert) -> None:
        """Store what is known of an alert that is stored already."""
        place = alert.location
        values = (
            alert.alert_id.bytes,
            alert.hit_id.bytes,
            alert.entry_id.bytes,
            alert.camera_id,
            None if place is None else float(place.latitude),
            None if place is None else float(place.longitude),
            microseconds(alert.opened_at),
            alert.tier.value,
            float(alert.score),
            float(alert.confidence),
            alert.has_picture,
            alert.has_second_reading,
            json.dumps(alert.plates),
            json.dumps(alert.suspected_cameras),
        )
        self._file.execute(_SAVE_CHAIN, values)

    def cancel(self, alert_id: UUID, message: Message) -> bool:
        """Close an alert, and store its cancel; return whether it was open until now."""
        if self._file.execute(_CLOSE, (alert_id.bytes,)).rowcount != 1:
            return False
        values = (message.message_id.bytes, message.payload.decode(), alert_id.bytes)
        self._file.execute(_INSERT_CANCEL, values)
        return True

    def _insert(
        self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, status: str, updates: UUID | None
    ) -> bool:
        values = (
            message.message_id.bytes,
            hit_id.bytes,
            UUID(json.loads(message.payload)["read"]["read_id"]).bytes,
            microseconds(captured_at),
            tier.value,
            status,
            None if updates is None else updates.bytes,
            message.payload.decode(),
        )
        return self._file.execute(_INSERT_ALERT, values).rowcount == 1
