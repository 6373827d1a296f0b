"""What settling needs of storage: one transaction that says what is known, and takes what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from schemas.messages import Message
from schemas.settling import OpenAlert, Outcome, SettledHit, Sighting
from schemas.types import PlateRead, Tier


class Unit(Protocol):
    """A unit of work; `storage.alerts.unit_of_work.UnitOfWork` is one, and says what each of its methods does."""

    def lock_plates(self, plates: Collection[str]) -> None: ...  # noqa: D102

    def add_reads(self, reads: Sequence[PlateRead]) -> int: ...  # noqa: D102

    def settled_hits(self, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]: ...  # noqa: D102

    def open_alerts(  # noqa: D102
        self, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta
    ) -> list[OpenAlert]: ...

    def sightings(  # noqa: D102
        self, reads: Sequence[PlateRead], within: timedelta, together: Collection[UUID]
    ) -> dict[UUID, list[Sighting]]: ...

    def newest_messages(self, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]: ...  # noqa: D102

    def add_hits(self, hits: Iterable[SettledHit]) -> None: ...  # noqa: D102

    def add_alert(  # noqa: D102
        self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, topic: str
    ) -> bool: ...

    def add_update(  # noqa: D102
        self, message: Message, hit_id: UUID, tier: Tier, captured_at: datetime, first: UUID
    ) -> None: ...

    def save_chain(self, alert: OpenAlert) -> None: ...  # noqa: D102

    def cancel(self, alert_id: UUID, message: Message) -> bool: ...  # noqa: D102


class Units(Protocol):
    """Where units of work come from; `storage.alerts.unit_of_work.Ledger` is one."""

    def begin(self, reads: Sequence[PlateRead] = ()) -> AbstractContextManager[Unit]:
        """Open a transaction, which is committed at the end of the block."""
        ...
