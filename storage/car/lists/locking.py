"""A car's lists on its disk: sealed, opened with the car's key, wiped where they may not be kept, and merged.

What comes and what is matched is storage/car/lists/lists.py's.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from schemas.errors import InvalidInput, TransientError
from schemas.types.list_keys import ListsKey
from storage.car.lists.blocks import Block
from storage.car.lists.file import About, ListFile, Sealing
from storage.car.lists.memory import Change, ListMemory, digest_of
from storage.car.lists.merging import Merged, merge, worn_out
from storage.car.lists.running_time import RunningTime
from storage.car.lists.standing import Standing
from storage.car.lists.taking import opened_block

log = logging.getLogger(__name__)

LOCKED = "the lists are locked: nobody has signed on since the start"


class LockedLists:
    """The lists of one car, on its disk. Threads share it. Without a key there are none.

    Args:
        path: The file; made when absent.
        car_id: The car.
        now: The time, aware.
        clock: Seconds that only grow.

    Raises:
        ConfigurationError: The file cannot be opened.
        StorageFull: The disk is full.
    """

    def __init__(
        self,
        path: Path,
        car_id: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._car_id, self._now = car_id, now
        self._lock = threading.RLock()
        self._file = ListFile(path)
        self._sealing: Sealing | None = None
        self._standing = Standing(car_id=car_id)
        self._memory = ListMemory()
        self._readers = 0
        self._running = RunningTime(self._file.seconds_since_synced(), clock)

    def close(self) -> None:
        """Close the file and forget the key."""
        with self._lock:
            self._sealing = None
            self._file.close()

    # What is known without a key

    @property
    def about(self) -> About:
        """What the file says of itself: when it was synchronized, and why it was wiped."""
        with self._lock:
            return self._file.about()

    @property
    def is_unlocked(self) -> bool:
        """Whether the key is here."""
        return self._sealing is not None

    def wipe(self, why: str) -> None:
        """Overwrite and delete everything, and forget the key: nothing is matched any more.

        Args:
            why: In words, for the log and the page.

        Raises:
            OSError: The disk refuses; the key is forgotten all the same.
        """
        with self._lock:
            self.lock()
            self._file.wipe(self._now(), why)
            self._running.begin_anew()
        log.error("the hotlists in this car were wiped: %s", why)

    def moment(self) -> datetime:
        """Return the time; a clock that was set back does not make it earlier than the car has run since the lists were
        synchronized."""
        with self._lock:
            now, synced_at = self._now(), self._standing.synced_at
            return now if synced_at is None else max(now, synced_at + timedelta(seconds=self._running.seconds))

    def wipe_outdated(self, after: timedelta, *, trusts_clock: bool = True) -> bool:
        """Wipe what was not synchronized for too long; return whether it was.

        Whoever sets the clock back does not keep lists for longer: the time that the car has run counts as well.

        Args:
            after: How long.
            trusts_clock: Whether the machine's clock may be right; otherwise that time alone counts.

        Raises:
            OSError: The disk refuses.
            TransientError: The file cannot be written.
        """
        with self._lock:
            synced_at = self._file.about().synced_at
            if synced_at is None:
                return False
            if (seconds := self._running.to_note()) is not None:
                self._file.put_seconds_since_synced(seconds)
            lasted = timedelta(seconds=self._running.seconds)
            if max(lasted, self._now() - synced_at if trusts_clock else lasted) <= after:
                return False
            days = after / timedelta(days=1)
            self.wipe(f"not synchronized for more than {days:g} days, since {synced_at:%Y-%m-%d %H:%M} UTC")
            return True

    # The key

    def unlock(self, keys: Sequence[ListsKey]) -> None:
        """Open the lists with the key that the server handed out; one that is newer takes the place of the one before.

        Lists that none of the keys opens, or that were changed on the disk, are wiped, and come whole again.

        Args:
            keys: The car's key, and earlier ones where they are known.

        Raises:
            StorageFull: The disk is full.
            TransientError: The disk fails.
        """
        with self._lock:
            newest = max(keys, key=lambda key: key.number)
            if self._sealing is None:
                self._open(keys, newest)
            if self._sealing is not None and self._sealing.number != newest.number:
                self._seal_anew(self._sealing, Sealing(newest))

    def lock(self) -> None:
        """Forget the key: nothing is matched until `unlock`."""
        with self._lock:
            self._memory.forget_lists(self._standing)
            self._sealing, self._standing = None, Standing(car_id=self._car_id)

    def _open(self, keys: Sequence[ListsKey], newest: ListsKey) -> None:
        number = self._file.about().key_number
        key = newest if number is None else next((one for one in keys if one.number == number), None)
        if key is None:
            self.wipe("the key that they were locked with does not count any more")
            key = newest
        try:
            self._load(Sealing(key))
        except (InvalidInput, ValidationError) as error:
            self.wipe(f"they could not be opened ({error})")
            self._load(Sealing(newest))

    def _load(self, sealing: Sealing) -> None:
        found = self._file.standing(sealing)
        standing = Standing(car_id=self._car_id) if found is None else Standing.model_validate_json(found)
        if standing.car_id != self._car_id:
            raise InvalidInput("they are another car's")
        memory = self._memory
        memory.version += 1
        try:
            for number, content, stands, *marks in self._file.blocks(sealing):
                edition, one = opened_block(number, content, memory.version)
                one.mark = marks[0]
                if isinstance(one, Block) and edition <= standing.edition:
                    memory.blocks[number] = one
                    if stands is not None:
                        bits = np.unpackbits(np.frombuffer(stands, np.uint8), count=len(one.ids))
                        one.stands, one.stands_mark = bits.astype(np.bool_), marks[1]
                else:
                    memory.staged[number] = one
            if found is not None and digest_of(memory.marks()) != standing.blocks:
                raise InvalidInput("some of their blocks are missing, or of an earlier time")
        except InvalidInput:
            memory.empty()
            raise
        memory.versions = dict.fromkeys(standing.lists, memory.version)
        self._standing, self._sealing = standing, sealing
        if self._file.about().key_number != sealing.number:
            with self._file.transaction():
                self._file.put_key(sealing.number)

    def _seal_anew(self, before: Sealing, sealing: Sealing) -> None:
        memory = self._memory
        marks: dict[int, tuple[bytes, bytes]] = {}
        with self._file.transaction():
            for number, one in memory.all().items():
                content = self._file.block(before, number)
                if content is None:
                    raise TransientError("a block of the lists is not there")
                mark, stands_mark = self._file.put_block(sealing, number, content), b""
                if isinstance(one, Block) and one.stands_mark:
                    stands_mark = self._file.put_stands(sealing, number, np.packbits(one.stands).tobytes())
                marks[number] = (mark, stands_mark)
            standing = self._standing.model_copy(update={"blocks": digest_of(marks)})
            self._file.put_standing(sealing, standing.model_dump_json().encode())
            self._file.put_key(sealing.number)
        memory.mark(marks)
        self._standing, self._sealing = standing, sealing
        log.info("the lists in this car are locked with a newer key now")

    # What is written

    def _commit(self, change: Change) -> None:
        sealing, memory = self._key(), self._memory
        marks = memory.marks()
        synced = change.standing.synced_at
        with self._file.transaction():
            for number, (one, content) in change.staged.items():
                one.mark = self._file.put_block(sealing, number, content)
                marks[number] = (one.mark, b"")
            for block, stands in change.felled.changed():
                mark = self._file.put_stands(sealing, block.number, np.packbits(stands).tobytes())
                marks[block.number] = (block.mark, mark)
            self._file.drop(change.dropped)
            for number in change.dropped:
                marks.pop(number, None)
            change.standing = change.standing.model_copy(update={"blocks": digest_of(marks)})
            self._file.put_standing(sealing, change.standing.model_dump_json().encode())
            if synced is not None and synced != self._standing.synced_at:
                self._file.put_synced(synced)
                self._running.begin_anew()
        before, self._standing = self._standing, change.standing
        memory.take_over(change, before, marks)

    def _key(self) -> Sealing:
        if self._sealing is None:
            raise TransientError(LOCKED)
        return self._sealing

    def _content(self, block: Block) -> bytes | None:
        """Return what a block holds, or None where it is not there any more."""
        if self._sealing is None or self._memory.blocks.get(block.number) is not block:
            return None
        return self._file.block(self._sealing, block.number)

    # What months of changes leave

    def merge_some(self) -> int:
        """Merge some blocks that are small, or of which much went; return how many. Nothing of the lists changes.

        What takes time is done beside everything else; where the lists change meanwhile, that counts.

        Raises:
            InvalidInput: What is here cannot be; it stays as it is.
            TransientError: The disk fails.
            StorageFull: The disk is full; all stays as it is.
        """
        merged = self.merged()
        return 0 if merged is None else self.put_merged(*merged)

    def merged(self) -> tuple[Sealing, Merged] | None:
        """Return the next merge, of which nothing is written yet; None: there is none to make now."""
        with self._lock:
            sealing = self._sealing
            # Whoever reads a whole list reads it block by block.
            if sealing is None or self._readers:
                return None
            sources = worn_out(self._memory.blocks.values())
            stood = [block.stands for block in sources]
        contents = []
        for block in sources:
            with self._lock:
                content = self._content(block)
            if content is None:
                return None
            contents.append(content)
        return (sealing, merge(sources, stood, contents)) if sources else None

    def put_merged(self, sealing: Sealing, merged: Merged) -> int:
        """Put a merge in the place of its blocks; return how many, none where they are not as they were."""
        with self._lock:
            memory = self._memory
            are_there = all(memory.blocks.get(block.number) is block for block in merged.sources)
            if self._sealing is not sealing or self._readers or not are_there:
                return 0
            marks, came = memory.marks(), list(merged.blocks(memory.next_block()))
            with self._file.transaction():
                for block, content in came:
                    block.mark = self._file.put_block(sealing, block.number, content)
                    if not bool(block.stands.all()):
                        rows = np.packbits(block.stands).tobytes()
                        block.stands_mark = self._file.put_stands(sealing, block.number, rows)
                    marks[block.number] = (block.mark, block.stands_mark)
                gone = [block.number for block in merged.sources]
                self._file.drop(gone)
                for number in gone:
                    del marks[number]
                standing = self._standing.model_copy(update={"blocks": digest_of(marks)})
                self._file.put_standing(sealing, standing.model_dump_json().encode())
            self._standing = standing
            memory.replace(merged.sources, [block for block, _ in came], marks)
            return len(gone)
