"""Hotlists in memory, as a car has them: what the matcher needs of a source of lists is no more than this."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from schemas import ids
from schemas.list_changes import ListChange
from schemas.types import Category, HotlistEntry

T = TypeVar("T")
NAME = "regional"


def entry(plate: str, state: str = "US-VA") -> HotlistEntry:
    return HotlistEntry(
        entry_id=ids.entry_id(NAME, plate, state),
        hotlist_id=NAME,
        plate=plate,
        category=Category.STOLEN_VEHICLE,
        jurisdiction=state,
        case_number="26-001",
    )


class PlainLists:
    """One list whose entries are given at once, and may be withdrawn."""

    def __init__(self, entries: Sequence[HotlistEntry]) -> None:
        self._entries = {one.entry_id: one for one in entries}
        self._withdrawn: list[UUID] = []
        self._as_of = datetime.now(UTC)

    def withdraw(self, entry_id: UUID) -> None:
        del self._entries[entry_id]
        self._withdrawn.append(entry_id)

    def active_versions(self) -> dict[str, int]:
        return {NAME: 1} if self._entries else {}

    def marks(self, versions: Sequence[int]) -> list[str]:
        return ["memory"] * len(versions)

    def entries(self, versions: Sequence[int]) -> int:
        return len(self._entries) + len(self._withdrawn)

    def extent(self, hotlist_id: str, version: int) -> int:
        return 0 if version else len(self._entries)

    def since(
        self,
        hotlist_id: str,
        version: int,
        take: Callable[[Iterator[HotlistEntry]], T],
        *,
        stop: threading.Event | None = None,
    ) -> ListChange[T]:
        return ListChange(1, self._as_of, take(iter(() if version else list(self._entries.values()))), ())

    def gone(self, hotlist_id: str, version: int) -> tuple[UUID, ...]:
        return ()

    def withdrawn(self, number: int) -> tuple[int, tuple[UUID, ...]]:
        return len(self._withdrawn), tuple(self._withdrawn[number:])

    def active_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        return {entry_id: self._entries[entry_id] for entry_id in entry_ids if entry_id in self._entries}
