"""A read on its way into the store: what was found about it, and what was sent."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.events import Alert
from schemas.types import Hit, PlateRead


@dataclass(frozen=True, slots=True)
class Found:
    """A read with its hits, and the alerts that they raise unless they repeat others."""

    read: PlateRead
    hits: tuple[Hit, ...] = ()
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many reads, hits and alerts were new, and what was sent about every read: alerts and updates."""

    reads: int
    hits: int
    alerts: int
    sent: list[tuple[Alert, ...]]
