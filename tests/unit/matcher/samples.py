"""Reads, entries and matchers in one line each, for the matcher's tests."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from matcher.index import HotlistIndex
from matcher.match import Matcher
from schemas.settings import MatchingSettings
from schemas.types import Category, CharacterRead, HotlistEntry, PlateRead

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SETTINGS = MatchingSettings()
_NAMES = UUID(int=7)


def entry(plate: str, state: str | None = None, **fields: Any) -> HotlistEntry:
    name = f"{plate}/{state}/{sorted(fields.items())}"
    given: dict[str, Any] = {
        "entry_id": uuid5(_NAMES, name),
        "hotlist_id": "ncic",
        "category": Category.STOLEN_VEHICLE,
    } | fields
    return HotlistEntry(plate=plate, jurisdiction=state, **given)


def read(plate: str, state: str | None = None, **fields: Any) -> PlateRead:
    given: dict[str, Any] = {
        "read_id": uuid5(_NAMES, f"read/{plate}/{state}"),
        "camera_id": "gate",
        "agency_id": "local",
        "captured_at": NOW,
        "first_seen": NOW,
        "last_seen": NOW,
        "confidence": 0.9,
    }
    return PlateRead(plate=plate, jurisdiction=state, **(given | fields))


def characters(text: str, confidence: float = 0.99, **places: Sequence[tuple[str, float]]) -> tuple[CharacterRead, ...]:
    """Evidence per character; `p0=(("8", .7), ("B", .25))` replaces place 0 by a distribution, best first."""
    made = []
    for number, character in enumerate(text):
        distribution = places.get(f"p{number}", ((character, confidence),))
        made.append(CharacterRead(distribution[0][0], distribution[0][1], tuple(distribution[1:])))
    return tuple(made)


def filler(count: int) -> Iterator[HotlistEntry]:
    """Entries that no test's plates resemble."""
    rng = random.Random(3)
    for number in range(count):
        yield HotlistEntry(UUID(int=number + 1), "filler", f"9999{rng.randrange(10**8):08d}", Category.WATCH)


def matcher(
    *entries: HotlistEntry, size: int | None = None, as_of: datetime | None = NOW - timedelta(hours=3)
) -> Matcher:
    """A matcher over the given entries that is as strict as one over `size` entries.

    Twice the entries are as strict as half the false alerts, so these are lowered instead of building a long list; a
    test over a long list shows that both are the same.
    """
    dates = {} if as_of is None else {"ncic": as_of}
    return Matcher(HotlistIndex.build(entries, dates), as_strict_as(size or len(entries), len(entries)))


def as_strict_as(size: int, entries: int, settings: MatchingSettings = SETTINGS) -> MatchingSettings:
    """Settings that make a list of `entries` as strict as one of `size`."""
    share = max(entries, 1) / max(size, 1)

    def less(false_alerts: float) -> float:
        return -10_000 * math.expm1(math.log1p(-false_alerts / 10_000) * share)

    return MatchingSettings(
        false_alerts_per_10k=less(settings.false_alerts_per_10k),
        category_false_alerts_per_10k={category: less(settings.false_alerts_of(category)) for category in Category},
    )
