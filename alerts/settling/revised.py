"""A newer revision of a read: which hits of the read stand, and what it tells about them that is new."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from alerts.settling.repeats import how_better
from schemas.events import Alert
from schemas.plates import canonical_plate
from schemas.settings import RepeatSettings
from schemas.settling import OpenAlert, Outcome, RaisedHit, SettledHit
from schemas.types import Hit, PlateRead

STANDS = (Outcome.ALERTED, Outcome.UPDATED, Outcome.SUPPRESSED)


class StandingHits:
    """The hits of a batch's reads, as they are while one read after the other is settled.

    Args:
        raised: The stored hits of those reads that are newer revisions.
    """

    def __init__(self, raised: Iterable[RaisedHit]) -> None:
        self._hits: dict[UUID, dict[UUID, RaisedHit]] = {}
        self._gone: set[UUID] = set()
        for one in raised:
            self._hits.setdefault(one.read_id, {})[one.hit_id] = one

    def of(self, read_id: UUID) -> list[RaisedHit]:
        """Return the hits of a read that are not taken back."""
        return [one for one in self._hits.get(read_id, {}).values() if one.outcome is not Outcome.REVISED]

    def get(self, read_id: UUID, hit_id: UUID) -> RaisedHit | None:
        """Return a hit of a read, or None where it is not known."""
        return self._hits.get(read_id, {}).get(hit_id)

    def knows(self, read_id: UUID, hit_id: UUID) -> bool:
        """Tell whether a hit is stored, or will be with this batch."""
        return self.get(read_id, hit_id) is not None

    def add(self, hit: SettledHit) -> None:
        """Note what became of a hit."""
        read_id, hit_id = hit.hit.read_id, hit.hit.hit_id
        before = self.get(read_id, hit_id)
        shared_by = before.shared_by if before is not None and before.alert_id == hit.alert_id else frozenset()
        self._gone.discard(hit_id)
        self._hits.setdefault(read_id, {})[hit_id] = RaisedHit(
            hit_id, read_id, hit.outcome, hit.alert_id, shared_by=shared_by
        )

    def take_back(self, gone: RaisedHit) -> None:
        """Note that a hit is none any more."""
        self._gone.add(gone.hit_id)
        self._hits[gone.read_id][gone.hit_id] = RaisedHit(
            gone.hit_id, gone.read_id, Outcome.REVISED, gone.alert_id, shared_by=gone.shared_by
        )

    def others_of(self, hit: RaisedHit) -> set[UUID]:
        """Return the other hits for which a hit's alert stands: stored ones, and those of this batch."""
        together = {
            one.hit_id
            for hits in self._hits.values()
            for one in hits.values()
            if one.alert_id == hit.alert_id and one.outcome in STANDS
        }
        return (set(hit.shared_by) - self._gone | together) - {hit.hit_id}


def revision_name(read: PlateRead) -> str:
    """Return which revision a read is, as ids of what it raises say it."""
    return f"final {read.revision}" if read.is_final else str(read.revision)


def what_changed(
    hit: Hit, read: PlateRead, own: OpenAlert, told: Alert | None, settings: RepeatSettings, *, has_picture: bool
) -> str:
    """Return what a newer revision tells the officers of its read's alert, in words; empty where that is nothing.

    Args:
        hit: The hit of the newer revision.
        read: The newer revision.
        own: The alert that an earlier one raised, which is open.
        told: What was said last about it.
        settings: The section `repeats` of the configuration.
        has_picture: Whether the newer revision shows the plate.
    """
    if told is not None and canonical_plate(told.read.plate) != canonical_plate(read.plate):
        return f"the plate is read as {read.plate} now"
    if told is not None and read.jurisdiction is not None and told.read.jurisdiction != read.jurisdiction:
        return f"the plate's state is {read.jurisdiction} now"
    if has_picture and not own.has_picture:
        return "with a picture of the plate"
    return how_better(hit, read, own, settings, has_picture=has_picture)
