"""What is known when hits are settled, and what becomes of them. Frozen; times are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from schemas.events import NOT_CONFIRMED, ConfirmationEvent
from schemas.types import Hit, Location, Tier


class Outcome(StrEnum):
    """What became of a hit.

    alerted: it raised an alert. updated: it was better than the alert that it repeats, and updated it. suppressed: it
    repeats an alert. silent: nobody is to be notified of it. revised: a newer
    revision of its read does not fit its entry.
    """

    ALERTED = "alerted"
    UPDATED = "updated"
    SUPPRESSED = "suppressed"
    SILENT = "silent"
    REVISED = "revised"


class Arrived(StrEnum):
    """What a read is beside those that are stored.

    new: the first of its pass. again: the revision that is the newest. newer: one that takes the place of the newest.
    late: one that others have overtaken.
    """

    NEW = "new"
    AGAIN = "again"
    NEWER = "newer"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An open alert with what its updates added.

    `alert_id` and `hit_id` are the first alert's, `opened_at` is when its vehicle was captured. `tier`, `score`,
    `confidence` and the rest are the best of the alert and its updates, each for itself. `plates` are the canonical
    texts that the vehicle was read as, `suspected_cameras` those whose reads of its number cannot be of it.
    `confirmation` is who has confirmed it.
    """

    alert_id: UUID
    hit_id: UUID
    entry_id: UUID
    camera_id: str
    location: Location | None
    opened_at: datetime
    tier: Tier
    score: float
    confidence: float
    has_picture: bool
    has_second_reading: bool
    plates: tuple[str, ...]
    suspected_cameras: tuple[str, ...] = ()
    confirmation: ConfirmationEvent = NOT_CONFIRMED


@dataclass(frozen=True, slots=True)
class Sighting:
    """A read of a number at some camera; `confidence` is that of its whole text (0-1)."""

    camera_id: str
    location: Location | None
    captured_at: datetime
    confidence: float
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class RaisedHit:
    """A stored hit of a read with what became of it, and the first alert about its vehicle.

    `payload` is that alert as a JSON object, None where the hit raised none. `shared_by` are the hits of
    other reads for which that alert stands too.
    """

    hit_id: UUID
    read_id: UUID
    outcome: Outcome
    alert_id: UUID | None = None
    payload: dict[str, Any] | None = None
    shared_by: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class SettledHit:
    """A hit with what became of it.

    `captured_at` is its read's, `alert_id` the first alert about its vehicle, None where it is silent. `is_past` says
    that it was found among stored reads after its entry was added, and not when the vehicle passed; `is_revision` that
    it takes the place of the stored one.
    """

    hit: Hit
    captured_at: datetime
    outcome: Outcome
    alert_id: UUID | None = None
    is_past: bool = False
    is_revision: bool = False
