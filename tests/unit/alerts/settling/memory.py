"""A store in memory that settles as the database does: what `alerts.settling` needs of storage is no more than this."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.messages import Message
from schemas.plates import canonical_plate
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, SettledHit, Sighting
from schemas.types import PlateRead, Tier
from storage.reads.merging import arrivals_of, revision_key


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
        self.stormy: list[tuple[str, UUID, datetime, int]] = []
        """For which alerts it was asked whether they are held."""
        self._new: set[UUID] = set()

    @contextmanager
    def begin(self, reads: Sequence[PlateRead] = ()) -> Iterator[Memory]:
        self._new = set()
        yield self

    def lock_plates(self, plates: Collection[str]) -> None:
        self.locked.append(set(plates))

    def add_reads(self, reads: Sequence[PlateRead]) -> list[Arrived]:
        self._new = {read.read_id for read in reads} - self.reads.keys()
        known = {read_id: revision_key(read) for read_id, read in self.reads.items()}
        arrived = arrivals_of(reads, known)
        for read, what in zip(reads, arrived, strict=True):
            if what in (Arrived.NEW, Arrived.NEWER):
                self.reads[read.read_id] = read
        return arrived

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

    def open_chains(self, alert_ids: Sequence[UUID]) -> list[OpenAlert]:
        return [self.chains[alert_id] for alert_id in alert_ids if alert_id in self.chains.keys() - self.closed]

    def raised_hits(self, read_ids: Sequence[UUID]) -> list[RaisedHit]:
        return [self._raised(one) for one in self.hits.values() if one.hit.read_id in read_ids]

    def _raised(self, one: SettledHit) -> RaisedHit:
        message = None if one.alert_id is None else self.messages[one.alert_id]
        others = {
            other.hit.hit_id
            for other in self.hits.values()
            if other.alert_id == one.alert_id
            and other.hit.read_id != one.hit.read_id
            and other.outcome in (Outcome.ALERTED, Outcome.UPDATED, Outcome.SUPPRESSED)
        }
        payload = None if message is None else json.loads(message.payload)
        return RaisedHit(one.hit.hit_id, one.hit.read_id, one.outcome, one.alert_id, payload, frozenset(others))

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
                and other.claimed_at is None
                and abs(other.captured_at - read.captured_at) <= within
                and canonical_plate(other.plate) == canonical_plate(read.plate)
            ):
                yield Sighting(
                    other.camera_id, other.location, other.captured_at, other.stated_confidence, other.jurisdiction
                )

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
            if before is None or before.outcome is Outcome.SILENT or one.is_revision:
                self.hits[one.hit.hit_id] = one

    def take_back_hits(self, hit_ids: Sequence[UUID]) -> None:
        for hit_id in hit_ids:
            self.hits[hit_id] = dataclasses.replace(self.hits[hit_id], outcome=Outcome.REVISED)

    def storm_of(
        self, camera_id: str, entry_id: UUID, moment: datetime, minimum: int, limit: Callable[..., tuple[float, int]]
    ) -> int | None:
        self.stormy.append((camera_id, entry_id, moment, minimum))
        return None

    def add_alert(
        self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, topic: str, storm: int | None = None
    ) -> bool:
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
