"""The hotlists that a patrol car has: sealed on its disk, opened at sign-on, kept up to date by what the server says.

It is a source of lists as PostgreSQL is one on a server (pipeline/lists/source.py): what matches is the same.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from schemas.convert.car_entries import ID_BYTES, Segment, matching_entries, whole_entry
from schemas.errors import InvalidInput, TransientError
from schemas.events.car_lists import CarListsAnswer
from schemas.list_changes import ListChange
from schemas.types import HotlistEntry
from storage.car.lists.blocks import Block, ascending, uuids
from storage.car.lists.locking import LockedLists
from storage.car.lists.memory import Change
from storage.car.lists.standing import ListHere, Standing, follow
from storage.car.lists.taking import lines_in, put_in_force, stage

log = logging.getLogger(__name__)

T = TypeVar("T")
NOTED_EVERY = timedelta(minutes=1)
"""How often it is written down that the server was asked and had nothing new."""


@dataclass(frozen=True, slots=True)
class Have:
    """What the server is told: which edition is here, which withdrawals are known, and what is being fetched."""

    edition: int
    withdrawn: int
    pending: int | None = None
    part: int = 0
    after: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer changed: how many entries are in force, came and went; `is_whole` where no part is missing."""

    entries: int
    came: int = 0
    went: int = 0
    withdrawn: int = 0
    is_whole: bool = True


class CarLists(LockedLists):
    """The lists of one car: what the server says is taken in, and what is here is matched. Threads share it."""

    # What the server says

    @property
    def have(self) -> Have:
        """What the server is told.

        Raises:
            TransientError: The lists are locked.
        """
        with self._lock:
            self._key()
            standing, pending = self._standing, self._standing.pending
            if pending is None:
                return Have(standing.edition, standing.withdrawn_number)
            next_part = pending.next_part, pending.after
            return Have(standing.edition, standing.withdrawn_number, pending.edition, *next_part)

    @property
    def server_keys(self) -> dict[str, bytes]:
        """The public keys that the server had when its word was first taken, by id."""
        return {name: bytes.fromhex(raw) for name, raw in self._standing.server_keys.items()}

    def trust(self, keys: Mapping[str, bytes]) -> None:
        """Remember the server's public keys: what others sign does not count from now on."""
        with self._lock:
            names = {name: raw.hex() for name, raw in keys.items()}
            self._commit(Change(self._standing.model_copy(update={"server_keys": names})))

    def here(self) -> dict[str, ListHere]:
        """Return the lists in force by name, with what the server said of them."""
        with self._lock:
            return dict(self._standing.lists)

    def names(self) -> frozenset[str] | None:
        """Return all lists that the server has for this car, also such as may not be used now; None: not known."""
        with self._lock:
            standing = self._standing
            return frozenset(standing.lists) if self.is_unlocked and standing.edition else None

    @property
    def size(self) -> int:
        """How many entries are in force."""
        with self._lock:
            return sum(block.living for block in self._memory.blocks.values())

    @property
    def synced_at(self) -> datetime | None:
        """When the server last said that everything new is here."""
        with self._lock:
            return self._standing.synced_at

    def give_up(self) -> None:
        """Drop the edition on its way: it does not fit."""
        with self._lock:
            self._key()
            standing = self._standing.model_copy(update={"pending": None})
            self._commit(Change(standing, dropped=list(self._memory.staged)))

    def take(self, answer: CarListsAnswer, segments: Sequence[Segment]) -> Taken:
        """Take in what the server says: all of it, on the disk, or nothing.

        Args:
            answer: What it says, whose signature, car and question were looked at.
            segments: The rows of a part.

        Raises:
            InvalidInput: It does not follow what is here; that stays as it is.
            TransientError: The lists are locked, or the disk fails.
            StorageFull: The disk is full.
        """
        with self._lock:
            self._key()
            if answer.car_id != self._car_id:
                raise InvalidInput(f"it is for car '{answer.car_id}', and this one is '{self._car_id}'")
            change = Change(follow(self._standing, answer, self._now()))
            if answer.kind == "current" and not answer.withdrawn and self._is_noted(change.standing):
                self._standing = change.standing
                self._running.begin_anew()
                return Taken(self.size)
            wanted = ascending(answer.withdrawn)
            change.withdrawn = change.felled.fell(self._memory.blocks.values(), wanted)
            if answer.kind == "edition" and change.standing.next_list != self._standing.next_list:
                change.dropped = list(self._memory.staged)
            if answer.kind == "part":
                stage(self._memory, change, answer, segments)
                if answer.is_last:
                    put_in_force(self._memory, change, answer)
            self._commit(change)
            pending = self._standing.pending
            return Taken(self.size, change.came, change.went, change.withdrawn, pending is None)

    def _is_noted(self, standing: Standing) -> bool:
        """Return whether it can wait to be written down that the server had nothing new."""
        synced_at = self._file.about().synced_at
        return synced_at is not None and abs((standing.synced_at or synced_at) - synced_at) < NOTED_EVERY

    # A source of lists

    def active_versions(self) -> dict[str, int]:
        """See `ListSource`; a list that another agency gives ends by itself where the server is away for long."""
        with self._lock:
            now = self.moment()
            return {
                name: version
                for name, version in self._memory.versions.items()
                if self._standing.lists[name].is_usable(now)
            }

    def marks(self, versions: Sequence[int]) -> list[str]:
        """See `ListSource`; versions are those of this process alone."""
        return [f"car {self._memory.token} {version}" for version in sorted(versions)]

    def entries(self, versions: Sequence[int]) -> int:
        """See `ListSource`."""
        with self._lock:
            lists = [name for name, version in self._memory.versions.items() if version in versions]
            return sum(
                block.living for name in lists for block in self._memory.of_list(self._standing.lists[name].number)
            )

    def extent(self, hotlist_id: str, version: int) -> int:
        """See `ListSource`."""
        with self._lock:
            here = self._standing.lists.get(hotlist_id)
            return 0 if here is None else self._memory.count_since(hotlist_id, version, here.number)

    def since(
        self,
        hotlist_id: str,
        version: int,
        take: Callable[[Iterator[HotlistEntry]], T],
        *,
        stop: threading.Event | None = None,
    ) -> ListChange[T]:
        """See `ListSource`.

        Raises:
            TransientError: The lists went, or came anew, while they were read; or `stop` was set.
        """
        with self._lock:
            here = self._standing.lists.get(hotlist_id)
            removed = uuids(self._memory.gone_since(hotlist_id, version, None if here is None else here.number))
            if here is None or not here.is_usable(self.moment()):
                return ListChange(None, None, take(iter(())), removed)
            at, blocks = self._memory.versions[hotlist_id], self._memory.of_list(here.number)
            self._readers += 1
        try:
            came = [block for block in blocks if block.version > version]
            return ListChange(at, here.said.as_of, take(self._entries(hotlist_id, came, stop)), removed)
        finally:
            with self._lock:
                self._readers -= 1

    def gone(self, hotlist_id: str, version: int) -> tuple[UUID, ...]:
        """See `ListSource`."""
        with self._lock:
            here = self._standing.lists.get(hotlist_id)
            return uuids(self._memory.gone_since(hotlist_id, version, None if here is None else here.number))

    def withdrawn(self, number: int) -> tuple[int, tuple[UUID, ...]]:
        """See `ListSource`."""
        with self._lock:
            return self._memory.withdrawals, uuids(self._memory.withdrawn_since(number))

    def active_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        """See `ListSource`."""
        with self._lock:
            if self._sealing is None or not entry_ids:
                return {}
            now = self.moment()
            names = {here.number: name for name, here in self._standing.lists.items() if here.is_usable(now)}
            rows: defaultdict[int, list[int]] = defaultdict(list)
            for block, row in self._memory.find(ascending(entry_ids)):
                if block.list_number in names:
                    rows[block.number].append(row)
            found = {}
            for number, places in rows.items():
                block = self._memory.blocks[number]
                lines = self._lines(block)
                for row, entry_id in zip(places, uuids(block.ids[places]), strict=True):
                    found[entry_id] = whole_entry(entry_id, lines[row], names[block.list_number])
            return found

    def _lines(self, block: Block) -> list[str]:
        self._key()
        content = self._content(block)
        if content is None:
            raise TransientError("the lists changed while they were read; they are read again")
        return lines_in(content, len(block.ids))

    def _entries(
        self, hotlist_id: str, blocks: Sequence[Block], stop: threading.Event | None
    ) -> Iterator[HotlistEntry]:
        for block in blocks:
            if stop is not None and stop.is_set():
                raise TransientError("the reading of a hotlist was stopped")
            with self._lock:
                lines, stands = self._lines(block), block.stands
            raw = block.ids.tobytes()
            ids = [int.from_bytes(raw[place : place + ID_BYTES]) for place in range(0, len(raw), ID_BYTES)]
            yield from matching_entries(ids, lines, hotlist_id, None if bool(stands.all()) else stands.tolist())
