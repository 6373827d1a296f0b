"""What settling needs of storage: one transaction that says what is known, and takes what was decided."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from schemas.messages import Message
from schemas.settling import Arrived, OpenAlert, Outcome, RaisedHit, SettledHit, Sighting
from schemas.types import PlateRead, Tier


class Unit(Protocol):
    """A unit of work; `storage.alerts.unit_of_work.UnitOfWork` is one, and says more of each method."""

    def lock_plates(self, plates: Collection[str]) -> None:
        """Keep every other writer of alerts about these plates (canonical texts) out until commit."""
        ...

    def add_reads(self, reads: Sequence[PlateRead]) -> list[Arrived]:
        """Store reads; return what each is: new, or which revision of one that was stored before."""
        ...

    def settled_hits(self, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
        """Return what became of the hits that are stored; None where that was never decided."""
        ...

    def open_alerts(self, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta) -> list[OpenAlert]:
        """Return entries' open alerts around moments, one moment for each entry."""
        ...

    def open_chains(self, alert_ids: Sequence[UUID]) -> list[OpenAlert]:
        """Return those of some first alerts that are open."""
        ...

    def raised_hits(self, read_ids: Sequence[UUID]) -> list[RaisedHit]:
        """Return the stored hits of reads with what became of them."""
        ...

    def sightings(
        self, reads: Sequence[PlateRead], within: timedelta, together: Collection[UUID]
    ) -> dict[UUID, list[Sighting]]:
        """Return, by read id, reads of the same number at other cameras; without those stored together now."""
        ...

    def newest_messages(self, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """Return the newest message about each vehicle as a JSON object, by its first alert."""
        ...

    def add_hits(self, hits: Iterable[SettledHit]) -> None:
        """Store hits with what became of them."""
        ...

    def take_back_hits(self, hit_ids: Sequence[UUID]) -> None:
        """Note that hits are none any more."""
        ...

    def storm_of(
        self,
        camera_id: str,
        entry_id: UUID,
        moment: datetime,
        minimum: int,
        limit: Callable[[float | None, float | None], tuple[float, int]],
    ) -> int | None:
        """Return the storm that a new alert belongs to, which may begin with it."""
        ...

    def add_alert(
        self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, topic: str, storm: int | None = None
    ) -> bool:
        """Store an alert and send it, or hold it for a storm; return whether it is new and sent."""
        ...

    def add_update(self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, first: UUID) -> None:
        """Store an update, and send it to wherever the first alert went."""
        ...

    def save_chain(self, alert: OpenAlert) -> None:
        """Store what is known of an alert that is stored already."""
        ...

    def cancel(self, alert_id: UUID, message: Message) -> bool:
        """Close an alert, and store and send its cancel; return whether it was open until now."""
        ...


class Units(Protocol):
    """Where units of work come from; `storage.alerts.unit_of_work.Ledger` is one."""

    def begin(self, reads: Sequence[PlateRead] = ()) -> AbstractContextManager[Unit]:
        """Open a transaction, which is committed at the end of the block."""
        ...
