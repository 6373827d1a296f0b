"""Where the active lists come from: PostgreSQL on a server (storage.hotlists), a file in a patrol car (storage.car)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol, TypeVar
from uuid import UUID

from schemas.list_changes import ListChange
from schemas.types import HotlistEntry

T = TypeVar("T")


class ListSource(Protocol):
    """What the matcher needs of storage; `storage.hotlists.changes.HotlistChanges` says more of each method.

    Versions are numbers that grow within a source, whatever list they are of. Every method may raise TransientError.
    """

    def active_versions(self) -> dict[str, int]:
        """Return the active version of every active list; asked twice a second."""
        ...

    def marks(self, versions: Sequence[int]) -> list[str]:
        """Return what tells versions of this source from those of another one that have the same numbers."""
        ...

    def entries(self, versions: Sequence[int]) -> int:
        """Return how many entries versions have together; those that were withdrawn since are counted."""
        ...

    def extent(self, hotlist_id: str, version: int) -> int:
        """Return about how many entries `since` would give, without looking at them; at least as many."""
        ...

    def since(
        self,
        hotlist_id: str,
        version: int,
        take: Callable[[Iterator[HotlistEntry]], T],
        *,
        stop: threading.Event | None = None,
    ) -> ListChange[T]:
        """Return how a list differs from a version of it (0: before all), as one snapshot."""
        ...

    def gone(self, hotlist_id: str, version: int) -> tuple[UUID, ...]:
        """Return the ids of entries that went since a version and are not active in another form."""
        ...

    def withdrawn(self, number: int) -> tuple[int, tuple[UUID, ...]]:
        """Return what was withdrawn after a withdrawal: the last one's number, and the entries' ids."""
        ...

    def active_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        """Return those of some entries that are active, by id, with all that alerts say of them."""
        ...
