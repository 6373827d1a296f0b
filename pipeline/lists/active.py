"""The active hotlists in memory, and the way to what is active now."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from matcher.index import Addition, HotlistIndex
from pipeline.lists.source import ListSource
from schemas.list_changes import ListChange

SMALL_CHANGE = 5000
"""A change of more entries than this is arranged in the background."""


@dataclass(frozen=True, slots=True, eq=False)
class ActiveLists:
    """An index and what it stands for.

    `versions` are the lists' versions whose content it has. `cleared` are those up to which no entry is left that went;
    where it is ahead of `versions`, entries that came are still missing. `withdrawn` is the last withdrawal seen.
    """

    index: HotlistIndex
    versions: Mapping[str, int] = field(default_factory=dict)
    cleared: Mapping[str, int] = field(default_factory=dict)
    withdrawn: int = 0

    def cleared_to(self, changes: ListSource, active: Mapping[str, int]) -> ActiveLists:
        """Return the lists without whatever is not active any more.

        Args:
            changes: The store.
            active: The active version of every list, asked before this.
        """
        index, cleared = self.index, dict(self.cleared)
        last_withdrawn, withdrawn = changes.withdrawn(self.withdrawn)
        if withdrawn:
            index = index.with_changes((), withdrawn)
        for hotlist_id in self.versions:
            if hotlist_id not in active:
                index = index.without_list(hotlist_id)
                del cleared[hotlist_id]
            elif cleared[hotlist_id] != active[hotlist_id]:
                gone = changes.gone(hotlist_id, cleared[hotlist_id])
                index = index.with_changes((), gone)
                cleared[hotlist_id] = active[hotlist_id]
        versions = {name: version for name, version in self.versions.items() if name in active}
        return ActiveLists(index, versions, cleared, last_withdrawn)

    def behind(self, active: Mapping[str, int]) -> list[str]:
        """Return the lists whose content is not that of the active version."""
        return [name for name, version in active.items() if self.versions.get(name) != version]

    def is_small(self, changes: ListSource, hotlist_id: str) -> bool:
        """Return whether a list's change can be arranged at once."""
        return changes.extent(hotlist_id, self.versions.get(hotlist_id, 0)) <= SMALL_CHANGE

    def caught_up(
        self, changes: ListSource, hotlist_ids: Sequence[str], stop: threading.Event | None = None
    ) -> ActiveLists:
        """Return the lists with the active content of some.

        Args:
            changes: The store.
            hotlist_ids: Which.
            stop: Set it to end a long reading.

        Raises:
            TransientError: The store cannot be asked, or `stop` was set.
        """
        index, found = self.index, {}
        for name in hotlist_ids:
            change = changes.since(name, self.versions.get(name, 0), self.index.arranged, stop=stop)
            index = index.with_changes(change.added, change.removed)
            found[name] = change
        index = index.with_changes((), (), self._dates(found))
        versions, cleared = dict(self.versions), dict(self.cleared)
        for name, change in found.items():
            # A list that went meanwhile stays known, so that it is taken out as any other.
            versions[name] = change.version_id or versions.get(name, 0)
            cleared[name] = max(versions[name], cleared.get(name, 0))
        return ActiveLists(index, versions, cleared, self.withdrawn)

    def _dates(self, found: Mapping[str, ListChange[Addition]]) -> dict[str, datetime]:
        dates = {name: date for name, date in self.index.as_of.items() if name not in found}
        return dates | {name: change.as_of for name, change in found.items() if change.as_of is not None}
