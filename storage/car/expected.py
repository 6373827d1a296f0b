"""What is known of arrivals beside their reads, from when they are matched until they are stored."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from schemas.arrivals import Arrival, Pictures
from schemas.types import PlateRead

MOST = 10_000
"""So many may be on their way; of older ones, which were never stored, nothing is known any more."""

_Revision = tuple[UUID, bool, int]


@dataclasses.dataclass(frozen=True, slots=True)
class NoReceipt:
    """The receipt of an arrival of which nobody waits to hear."""

    def acknowledge(self, rejection: str | None) -> None:
        """Do nothing; see `Receipt`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Expected:
    """An arrival without its pictures, and their sizes in bytes by key's kind."""

    arrival: Arrival
    plate_bytes: int = 0
    context_bytes: int = 0


class ExpectedArrivals:
    """Remembers arrivals until they are stored: their clocks and places of plates travel home. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[_Revision, Expected] = {}

    def note(self, arrival: Arrival) -> None:
        """Note an arrival that is going to be recorded."""
        pictures = arrival.pictures
        bare = dataclasses.replace(arrival, pictures=Pictures(plate_box=pictures.plate_box), receipt=NoReceipt())
        noted = Expected(bare, len(pictures.plate or b""), len(pictures.context or b""))
        with self._lock:
            self._known[_revision(arrival.read)] = noted
            while len(self._known) > MOST:
                del self._known[next(iter(self._known))]

    def of(self, read: PlateRead) -> Expected:
        """Return what is known of a read's arrival, with the read as it is stored."""
        with self._lock:
            known = self._known.get(_revision(read))
        if known is None:
            arrived_at = read.arrived_at or datetime.now(UTC)
            bare = Arrival(
                read, Pictures(), NoReceipt(), arrived_at=arrived_at, better_pictures_follow=not read.is_final
            )
            return Expected(bare)
        return dataclasses.replace(known, arrival=known.arrival.with_read(read))

    def forget(self, reads: Iterable[PlateRead]) -> None:
        """Forget the arrivals of reads that are committed."""
        with self._lock:
            for read in reads:
                self._known.pop(_revision(read), None)


def _revision(read: PlateRead) -> _Revision:
    return read.read_id, read.is_final, read.revision
