"""One vehicle's passes in the order in which they were, as far as why somebody asks reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from operations.reasons import Why
from operations.searches.pictures import plates_of
from operations.searches.query import ReadQuery, sought_reads
from operations.sharing.zones import agency_zone
from policy.agreements.area import distance_km
from policy.questions import FEWEST_WORDS_OF_FACTS
from policy.reasons import words_of
from schemas.actor import Actor
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.database import Database
from storage.reads.patterns import parse_pattern
from storage.reads.search import Correction, ReadSearch

SHORT_DAYS: Final = 7
SHORT_READS: Final = 50
"""How far back, and how many passes, are shown for a purpose that does not say the facts: where somebody was, day after
day, is more than where a vehicle is."""
MOST_PASSES: Final = 2000


@dataclass(frozen=True, slots=True)
class Pass:
    """A read, how long after the pass before it was, and how far from there, where that is known."""

    read: PlateRead
    since_last: timedelta | None
    kilometers: float | None


@dataclass(frozen=True, slots=True)
class Passes:
    """A vehicle's passes, the oldest first, and what they add up to.

    `days` are those of the agency's zone. `is_short` says that no more is shown because the purpose does not say the
    facts, `more` that there are older ones. `pictures` are the newest ones' of plates, where they were asked for.
    """

    passes: tuple[Pass, ...]
    days: int
    cameras: int
    is_short: bool
    more: bool
    corrections: Mapping[UUID, Correction]
    pictures: Mapping[UUID, bytes] = field(default_factory=dict)


def find_passes(
    actor: Actor,
    database: Database,
    settings: Settings,
    plate: str,
    why: Why,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    pictures: bool = False,
) -> Passes:
    """Return the passes of one plate in order; the look stands in the audit before they are returned.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        plate: In full.
        why: Why; a purpose of fewer than four words shows the newest 50 passes of the last seven days.
        since: Captured at this time or later, aware.
        until: Captured before this time, aware.
        pictures: Whether the pictures of the plates are looked at, too.

    Raises:
        InvalidInput: It is no plate in full; or why it is asked says nothing, or the law does not permit it.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    if not parse_pattern(plate).is_exact:
        raise InvalidInput("passes are of one vehicle; give its plate in full")
    now = datetime.now(UTC)
    is_short = len(words_of(why.purpose or "")) < FEWEST_WORDS_OF_FACTS
    if is_short:
        earliest = (until or now) - timedelta(days=SHORT_DAYS)
        since = max(since or earliest, earliest)
    limit = SHORT_READS if is_short else MOST_PASSES
    query = ReadQuery(plate, since, until, limit=limit + 1)
    details = {**query.details, "pictures": pictures or None}
    record = why.record(actor, database, settings, Action.VIEW_PASSES, back_to=since, **details)
    found = ReadSearch(database).page(plate, sought_reads(query, settings, now), limit=limit + 1, audit=record)
    reads = found.reads[:limit][::-1]
    before = (None, *reads)
    passes = tuple(_pass(last, read) for last, read in zip(before, reads, strict=False))
    zone = agency_zone(settings)
    days = {read.captured_at.astimezone(zone).date() for read in reads}
    cameras = {read.camera_id for read in reads}
    shown = plates_of(settings, found.reads[:limit]) if pictures else {}
    return Passes(passes, len(days), len(cameras), is_short, len(found.reads) > limit, found.corrections, shown)


def _pass(last: PlateRead | None, read: PlateRead) -> Pass:
    if last is None:
        return Pass(read, None, None)
    there, here = last.location, read.location
    kilometers = None
    if there is not None and here is not None:
        kilometers = distance_km(there.latitude, there.longitude, here.latitude, here.longitude)
    return Pass(read, read.captured_at - last.captured_at, kilometers)
