"""Stored reads that are hits of entries which came later, grouped by what has one alert."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from schemas.plates import WILDCARD, canonical_plate
from schemas.types import Hit, PlateRead, Tier
from storage.reads.past import ListedEntry

_SUREST_FIRST = tuple(Tier)


@dataclasses.dataclass(frozen=True, slots=True)
class PastMatch:
    """One stored read that is a hit of an entry."""

    read: PlateRead
    hit: Hit
    listed: ListedEntry

    @property
    def entry_and_plate(self) -> tuple[object, str]:
        """What has one alert: an entry; where it has `?`, every plate that fits it has its own."""
        plate = canonical_plate(self.read.plate) if WILDCARD in self.listed.entry.plate else ""
        return self.listed.entry.entry_id, plate


@dataclasses.dataclass(frozen=True, slots=True)
class MatchGroup:
    """All matches that have one alert.

    `shown` is the latest of the surest tier: a later read of a look-alike may be another vehicle.
    """

    shown: PastMatch
    all: tuple[PastMatch, ...]

    @property
    def count(self) -> int:
        """How often the plate was seen."""
        return len(self.all)

    @property
    def first_at(self) -> datetime:
        """When it was seen first."""
        return min(match.read.captured_at for match in self.all)


def grouped(matches: Iterable[PastMatch]) -> list[MatchGroup]:
    """Return matches by entry and plate, the newest first."""
    groups: dict[tuple[object, str], list[PastMatch]] = {}
    for match in matches:
        groups.setdefault(match.entry_and_plate, []).append(match)
    found = [MatchGroup(max(group, key=_rank), tuple(group)) for group in groups.values()]
    return sorted(found, key=lambda group: group.shown.read.captured_at, reverse=True)


def _rank(match: PastMatch) -> tuple[int, datetime, float]:
    return -_SUREST_FIRST.index(match.hit.tier), match.read.captured_at, match.hit.score
