"""Lists in memory that change in every way, and what a matcher finds on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pipeline.lists.live_matcher import LiveMatcher
from schemas.errors import DatabaseUnavailable
from schemas.list_changes import ListChange
from schemas.types import Category, HotlistEntry
from tests.unit.matcher.samples import read

START = datetime(2026, 6, 1, tzinfo=UTC)


def entry(number: int, hotlist_id: str = "ncic", plate: str | None = None) -> HotlistEntry:
    offset = 0 if hotlist_id == "ncic" else 1000
    text = plate or f"{chr(65 + number % 26)}{chr(66 + number % 24)}K{7000 + 13 * number + offset}"
    return HotlistEntry(UUID(int=number + 1 + offset), hotlist_id, text, Category.STOLEN_VEHICLE)


@dataclass
class Lists:
    """A source of lists in memory, as `ListSource` says: whole versions, and withdrawals within the newest."""

    versions: dict[int, tuple[str, dict[UUID, HotlistEntry]]] = field(default_factory=dict)
    in_force: dict[str, int] = field(default_factory=dict)
    dates: dict[str, datetime] = field(default_factory=dict)
    taken: list[UUID] = field(default_factory=list)
    away: bool = False
    at_since: Callable[[], object] = lambda: None
    asked: int = 0

    def put(self, name: str, *entries: HotlistEntry) -> None:
        number = len(self.versions) + 1
        self.versions[number] = name, {one.entry_id: one for one in entries}
        self.in_force[name] = number
        self.dates[name] = START + timedelta(hours=number)

    def content(self, name: str) -> dict[UUID, HotlistEntry]:
        """What is in force of a list."""
        if name not in self.in_force:
            return {}
        return {one: entry for one, entry in self._at(self.in_force[name]).items() if one not in self.taken}

    def everything(self) -> dict[UUID, HotlistEntry]:
        return {one: entry for name in self.in_force for one, entry in self.content(name).items()}

    def _at(self, version: int) -> dict[UUID, HotlistEntry]:
        return self.versions[version][1] if version else {}

    def active_versions(self) -> dict[str, int]:
        self.asked += 1
        if self.away:
            raise DatabaseUnavailable("down")
        return dict(self.in_force)

    def marks(self, versions: Sequence[int]) -> list[str]:
        return [f"mark of {version}" for version in versions]

    def entries(self, versions: Sequence[int]) -> int:
        return sum(len(self._at(version)) for version in versions)

    def extent(self, hotlist_id: str, version: int) -> int:
        before, now = self._at(version), self.content(hotlist_id)
        return len([one for one in before.keys() | now.keys() if before.get(one) != now.get(one)])

    def since(
        self, hotlist_id: str, version: int, take: Callable[[Iterator[HotlistEntry]], Any], *, stop: Any = None
    ) -> ListChange[Any]:
        self.at_since()
        if self.away:
            raise DatabaseUnavailable("down")
        before, now = self._at(version), self.content(hotlist_id)
        new = [entry for one, entry in now.items() if before.get(one) != entry]
        gone = tuple(one for one, entry in before.items() if now.get(one) != entry)
        return ListChange(self.in_force.get(hotlist_id), self.dates.get(hotlist_id), take(iter(new)), gone)

    def gone(self, hotlist_id: str, version: int) -> tuple[UUID, ...]:
        now = self._at(self.in_force[hotlist_id])
        return tuple(one for one, entry in self._at(version).items() if now.get(one) != entry)

    def withdrawn(self, number: int) -> tuple[int, tuple[UUID, ...]]:
        return len(self.taken), tuple(self.taken[number:])

    def active_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        return {one: entry for one, entry in self.everything().items() if one in entry_ids}


def matched(matcher: LiveMatcher, entries: Collection[HotlistEntry]) -> set[tuple[UUID, str]]:
    """Which of some entries a read of their plate is a hit on."""
    found = set()
    for one in entries:
        for hit in matcher.match(read(one.plate)):
            if hit.entry_id == one.entry_id and not hit.edit_distance:
                found.add((one.entry_id, one.plate))
    return found
