"""What months of changes leave of a national list in a car: with its blocks merged, and as they came."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

from pipeline.lists.live_matcher import LiveMatcher
from schemas.convert.car_entries import BLOCK_ENTRIES, Segment, block_of
from schemas.events.car_lists import CarListEvent, CarListsAnswer
from schemas.settings import MatchingSettings
from schemas.types.list_keys import ListsKey
from storage.car.lists.file import LISTS_FILE
from storage.car.lists.lists import CarLists

KEY = ListsKey(1, bytes(range(32)))
CHANGED, WENT, CAME = 200, 50, 50
"""Of one change: a national list's quarter of an hour, about."""
LOOKED_AT = 20
"""So many entries are looked up at once, as an alert does."""


@dataclass
class _Server:
    """Makes the answers that a server would; `ids` are the entries that stand."""

    rng: Random
    ids: list[bytes]
    edition: int = 0
    number: int = field(default=0)

    def whole(self) -> Iterator[tuple[CarListsAnswer, list[Segment]]]:
        """Yield the first load."""
        yield self._head("whole")
        ordered = sorted(self.ids)
        pieces = [ordered[place : place + BLOCK_ENTRIES] for place in range(0, len(ordered), BLOCK_ENTRIES)]
        for place in range(0, len(pieces), 4):
            segments = [self._added(piece) for piece in pieces[place : place + 4]]
            yield self._part(place // 4 + 1, place + 4 >= len(pieces)), segments
        self.edition += 1

    def change(self) -> Iterator[tuple[CarListsAnswer, list[Segment]]]:
        """Yield the next change."""
        yield self._head("change")
        places = self.rng.sample(range(len(self.ids)), CHANGED + WENT)
        changed, went = [self.ids[place] for place in places[:CHANGED]], [self.ids[place] for place in places[CHANGED:]]
        came = [self.rng.randbytes(16) for _ in range(CAME)]
        for place, new in zip(places[CHANGED:], came, strict=True):
            self.ids[place] = new
        removal = Segment(0, b"".join(sorted(went)), is_removal=True)
        yield self._part(1, True), [removal, self._added(sorted([*changed, *came]))]
        self.edition += 1

    def _added(self, ids: Sequence[bytes]) -> Segment:
        self.number += 1
        lines = b"".join(
            b"%s\tB%07d\tstolen_vehicle\tUS-VA\t\t\t2015\tHOND\t\t\tBLU\t\tVA0010000\t%d\t\t\t\t\t\n"
            % (one.hex().encode(), int.from_bytes(one[:4]) % 10_000_000, self.number)
            for one in ids
        )
        return Segment(0, *block_of(lines))

    def _head(self, action: str) -> tuple[CarListsAnswer, list[Segment]]:
        event = CarListEvent.model_validate(
            {"hotlist_id": "ncic", "version": self.edition + 1, "scope": "own", "as_of": datetime.now(UTC)}
            | {"action": action}
        )
        return self._said(kind="edition", lists=(event,)), []

    def _part(self, part: int, is_last: bool) -> CarListsAnswer:
        counts = {"ncic": len(self.ids)} if is_last else {}
        return self._said(kind="part", part=part, is_last=is_last, counts=counts, after="" if is_last else "more")

    def _said(self, **said: object) -> CarListsAnswer:
        return CarListsAnswer.model_validate(
            {"car_id": "unit-12", "agency_id": "bench", "key_id": "0" * 32, "public_key": "0" * 64, "nonce": "0" * 32}
            | {"made_at": datetime.now(UTC), "payload_sha256": "0" * 64, "base": self.edition}
            | {"edition": self.edition + 1, **said}
        )


@dataclass
class _Looking:
    """Looks entries up all the time, as alerts do, and notes how long that takes."""

    lists: CarLists
    wanted: Sequence[bytes]
    seconds: list[float] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        ids = [UUID(bytes=one) for one in self.wanted]
        while not self.over.wait(0.005):
            began = time.perf_counter()
            self.lists.active_entries(ids)
            self.seconds.append(time.perf_counter() - began)

    def __enter__(self) -> _Looking:
        self._thread = threading.Thread(target=self.run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def words(self) -> str:
        ordered = sorted(self.seconds)
        p99 = ordered[int(0.99 * (len(ordered) - 1))]
        return f"p50 {statistics.median(ordered) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms, most {ordered[-1] * 1e3:.0f} ms"


def months(folder: Path, entries: int, changes: int) -> list[str]:
    """Let a car take a list and thousands of changes; return lines for people.

    The baseline is the same car whose blocks stay as they came.

    Args:
        folder: Where to write.
        entries: Of the list.
        changes: How many.
    """
    idle = CarLists(folder / "idle" / LISTS_FILE, "unit-12")
    LiveMatcher(idle, MatchingSettings()).refresh(force=True)  # what is compiled at the first search is
    idle.close()
    lines = []
    for name, merges in (("merged", True), ("as they came", False)):
        lines += _lived(folder / name.replace(" ", "-"), name, entries, changes, merges=merges)
    return lines


def _lived(folder: Path, name: str, entries: int, changes: int, *, merges: bool) -> list[str]:
    rng = Random(5)
    server = _Server(rng, [rng.randbytes(16) for _ in range(entries)])
    lists = CarLists(folder / LISTS_FILE, "unit-12")
    lists.unlock([KEY])
    for answer, segments in server.whole():
        lists.take(answer, segments)
    lists.close()
    lines = [f"{name}, after the first load: {_standing(folder)}"]
    lists = CarLists(folder / LISTS_FILE, "unit-12")
    lists.unlock([KEY])
    taking: list[float] = []
    merging = 0.0
    blocks = 0
    for _ in range(changes):
        answers = list(server.change())
        began = time.process_time()
        for answer, segments in answers:
            lists.take(answer, segments)
        taking.append(time.process_time() - began)
        began = time.process_time()
        while merges and lists.merge_some():
            pass
        merging += time.process_time() - began
        blocks = max(blocks, len(lists._memory.blocks))
    last = taking[-100:]
    with _Looking(lists, rng.sample(server.ids, LOOKED_AT)) as looking:
        for _ in range(60):
            for answer, segments in server.change():
                lists.take(answer, segments)
            while merges and lists.merge_some():
                pass
            time.sleep(0.02)
    lists.close()
    lines.append(f"{name}, after {changes} changes: {_standing(folder)}; {blocks} blocks at most")
    lines.append(
        f"{name}: the last changes took {statistics.mean(last) * 1e3:.0f} ms of the processor each, merging "
        f"{merging / changes * 1e3:.0f} ms a change; {LOOKED_AT} entries looked up meanwhile: {looking.words()}"
    )
    return lines


def _standing(folder: Path) -> str:
    size = (folder / LISTS_FILE).stat().st_size
    began = time.process_time()
    lists = CarLists(folder / LISTS_FILE, "unit-12")
    lists.unlock([KEY])
    opened = time.process_time() - began
    LiveMatcher(lists, MatchingSettings()).refresh(force=True)
    took = time.process_time() - began
    kept = sum(block.ids.nbytes + block.stands.nbytes for block in lists._memory.blocks.values())
    count = len(lists._memory.blocks)
    found = lists.size
    lists.close()
    return (
        f"{found} entries in {count} blocks, {size / 1e6:.0f} MB on the disk, {kept / 1e6:.0f} MB of ids in memory, "
        f"opened in {opened:.1f} s of the processor, matching after {took:.1f} s"
    )
