"""A store in memory that settles as the database does: what `alerts.settling` needs of storage is no more than this."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.messages import Message
from schemas.plates import canonical_plate
from schemas.settling import OpenAlert, Outcome, SettledHit, Sighting
from schemas.types import PlateRead, Tier


class Memory:
    """Reads, hits, alerts and messages in dictionaries. Every block is one transaction that is never undone."""

    def __init__(self) -> None:
        self.reads: dict[UUID, PlateRead] = {}
        self.hits: dict[UUID, SettledHit] = {}
        self.messages: dict[UUID, Message] = {}
        self.first_of: dict[UUID, UUID] = {}
        self.chains: dict[UUID, OpenAlert] = {}
        self.closed: set[UUID] = set()
        self.locked: list[set[str]] = []
        self._new: set[UUID] = set()

    @contextmanager
    def begin(self, reads: Sequence[PlateRead] = ()) -> Iterator[Memory]:
        self._new = set()
        yield self

    def lock_plates(self, plates: Collection[str]) -> None:
        self.locked.append(set(plates))

    def add_reads(self, reads: Sequence[PlateRead]) -> int:
        self._new = {read.read_id for read in reads} - self.reads.keys()
        self.reads |= {read.read_id: read for read in reads if read.read_id in self._new}
        return len(self._new)

    def settled_hits(self, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
        return {hit_id: self.hits[hit_id].outcome for hit_id in hit_ids if hit_id in self.hits}

    def open_alerts(self, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta) -> list[OpenAlert]:
        return [
            chain
            for entry_id, moment in zip(entry_ids, moments, strict=True)
            for chain in self.chains.values()
            if chain.entry_id == entry_id
            and abs(chain.opened_at - moment) <= within
            and chain.alert_id not in self.closed
        ]

    def sightings(
        self, reads: Sequence[PlateRead], within: timedelta, together: Collection[UUID]
    ) -> dict[UUID, list[Sighting]]:
        return {read.read_id: list(self._sightings(read, within, set(together) & self._new)) for read in reads}

    def _sightings(self, read: PlateRead, within: timedelta, without: set[UUID]) -> Iterator[Sighting]:
        for other in self.reads.values():
            if (
                other.read_id not in without
                and other.camera_id != read.camera_id
                and other.location is not None
                and abs(other.captured_at - read.captured_at) <= within
                and canonical_plate(other.plate) == canonical_plate(read.plate)
            ):
                yield Sighting(other.camera_id, other.location, other.captured_at, other.confidence, other.jurisdiction)

    def newest_messages(self, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        found = {}
        for message_id, message in self.messages.items():
            first = self.first_of.get(message_id, message_id)
            if first in alert_ids:
                found[first] = message
        return {first: json.loads(message.payload) for first, message in found.items()}

    def add_hits(self, hits: Iterable[SettledHit]) -> None:
        for one in hits:
            before = self.hits.get(one.hit.hit_id)
            if before is None or before.outcome is Outcome.SILENT:
                self.hits[one.hit.hit_id] = one

    def add_alert(self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, topic: str) -> bool:
        is_new = message.message_id not in self.messages
        self.messages.setdefault(message.message_id, message)
        return is_new

    def add_update(self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, first: UUID) -> None:
        self.messages.setdefault(message.message_id, message)
        self.first_of[message.message_id] = first

    def save_chain(self, alert: OpenAlert) -> None:
        self.chains[alert.alert_id] = alert

    def cancel(self, alert_id: UUID, message: Message) -> bool:
        if alert_id in self.closed:
            return False
        self.closed.add(alert_id)
        self.messages[message.message_id] = message
        return True
