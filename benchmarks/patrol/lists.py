"""How long a national list takes to a car over a slow line, and a change of one percent, beside plain JSON lines."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.hotlists.extract import write_extract
from hotlists.importing.importer import ImportOptions, import_file
from hotlists.layouts.registry import parser_for
from matcher.index import HotlistIndex
from operations.cars.keys import lists_key
from operations.cars.lists import CarListFeed
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.patrol.lists.fetching import ListFetching
from pipeline.patrol.lists.gate import ListGate
from policy.decisions import open_policy
from schemas.settings import MatchingSettings, PatrolSettings, Settings
from schemas.types import Category, HotlistEntry, VehicleDescription
from storage.car.lists.file import LISTS_FILE
from storage.car.lists.lists import CarLists
from storage.database import Database, open_database

LINE_BITS = 10_000_000
"""A second of the line: what a car has by a mobile network on an ordinary day."""
ROUND_TRIPS = (0.1, 0.3)
FIRST_SECONDS, CHANGE_SECONDS = 60.0, 5.0
ROWS_FOR_ENTRY = 1.366
"""Of the extract's rows about so many are of categories that notify: the others stay on the server."""


@dataclass(slots=True)
class _Asking:
    """A server that is asked in this process; what it takes is kept apart from what the car takes."""

    feed: CarListFeed
    sizes: list[int] = field(default_factory=list)
    processor: float = 0.0
    wall: float = 0.0

    def __call__(self, query: Mapping[str, str]) -> bytes:
        processor, wall = time.process_time(), time.perf_counter()
        body = self.feed.answer("unit-12", query)
        self.processor += time.process_time() - processor
        self.wall += time.perf_counter() - wall
        self.sizes.append(len(body))
        return body


@dataclass(frozen=True, slots=True)
class _Took:
    """One way of bringing lists to a car: bytes on the line, the car's seconds of its processor, and questions."""

    size: int
    stored: float
    matched: float
    asked: int = 0

    @property
    def line(self) -> float:
        """Seconds on the line, by arithmetic."""
        return self.size * 8 / LINE_BITS

    @property
    def whole(self) -> float:
        """Seconds until it matches, one after the other."""
        return self.line + self.stored + self.matched

    def far_words(self, most: float) -> str:
        """The same for people by lines that answer late: a question costs a round trip, a connection three."""
        told = []
        for trip in ROUND_TRIPS:
            whole = self.whole + (self.asked + 3) * trip
            told.append(f"{trip * 1e3:.0f} ms: {whole:.1f} s ({'within' if whole <= most else 'OVER'} {most:g} s)")
        return f"{self.asked} questions; with a round trip of {', '.join(told)}"

    def words(self, most: float | None = None) -> str:
        """A line for people."""
        held = "" if most is None else f" ({'within' if self.whole <= most else 'OVER'} {most:g} s)"
        return (
            f"{self.size / 1e6:.2f} MB, {self.line:.1f} s at 10 Mbit/s, {self.stored:.1f} s until it is on the disk, "
            f"{self.matched:.1f} s until it matches: {self.whole:.1f} s{held}"
        )


def lists(folder: Path, entries: int) -> list[str]:
    """Bring a list to a car, then a change of one percent; return lines for people.

    The line's time is arithmetic; all others are of the car's processor. Server and car run in this process.

    Args:
        folder: Where to write.
        entries: How many entries the car has at first.
    """
    rows = round(entries * ROWS_FOR_ENTRY)
    settings = Settings(data_dir=folder / "server")
    with open_database(settings) as database:
        _import(settings, database, folder / "first.txt", rows, 0.0)
        asking = _Asking(CarListFeed(settings, database))
        car = Settings(data_dir=folder / "car", patrol=PatrolSettings(car="unit-12"))
        here = CarLists(car.data_dir / LISTS_FILE, "unit-12")
        here.unlock([lists_key(settings.data_dir, "unit-12", datetime(2026, 1, 1, tzinfo=UTC))])
        stage = ListFetching(car, here, ListGate(), asking)
        matcher = LiveMatcher(here, MatchingSettings())
        matcher.refresh(force=True)  # as a car does that starts: what is compiled at the first search is
        first = _took(stage, asking, matcher)
        count = here.size
        served = f"{asking.processor:.1f} s of the server's processor, {asking.wall:.1f} s with its database"
        plain_first = _plain(_entries(settings, folder / "first.txt"))
        _import(settings, database, folder / "second.txt", rows, 0.01)
        change = _took(stage, asking, matcher)
        plain_change = _plain(_entries(settings, folder / "second.txt"))
        stored = sum(path.stat().st_size for path in (folder / "car").rglob("*") if path.is_file())
        here.close()
        restart = _restart(car, settings)
    return [
        f"first load of {count} entries: {first.words(FIRST_SECONDS)}; {served}",
        f"the first load by a line that answers late: {first.far_words(FIRST_SECONDS)}",
        f"plain JSON lines of the same: {plain_first.words()}; ratio {plain_first.whole / first.whole:.1f}",
        f"a change of 1 %: {change.words(CHANGE_SECONDS)}",
        f"the change by a line that answers late: {change.far_words(CHANGE_SECONDS)}",
        f"plain JSON lines, whole again: {plain_change.words()}; ratio {plain_change.whole / change.whole:.1f}",
        f"on the car's disk {stored / 1e6:.0f} MB, sealed; opened and matching after a start in {restart:.1f} s",
    ]


def _import(settings: Settings, database: Database, path: Path, rows: int, changed: float) -> None:
    write_extract(path, rows, changed=changed)
    import_file(database, path, "ncic", ImportOptions(settings=settings.hotlists))


def _took(stage: ListFetching, asking: _Asking, matcher: LiveMatcher) -> _Took:
    asking.sizes.clear()
    asking.processor = asking.wall = 0.0
    begun = time.process_time()
    stage.step(threading.Event())
    stored = time.process_time() - begun - asking.processor
    begun = time.process_time()
    matcher.refresh(force=True)
    return _Took(sum(asking.sizes), stored, time.process_time() - begun, len(asking.sizes))


def _restart(car: Settings, server: Settings) -> float:
    begun = time.process_time()
    here = CarLists(car.data_dir / LISTS_FILE, "unit-12")
    here.unlock([lists_key(server.data_dir, "unit-12", datetime(2026, 1, 1, tzinfo=UTC))])
    LiveMatcher(here, MatchingSettings()).refresh(force=True)
    took = time.process_time() - begun
    here.close()
    return took


def _entries(settings: Settings, path: Path) -> list[HotlistEntry]:
    policy = open_policy(settings)
    with path.open("rb") as stream:
        rows = parser_for("ncic")(stream, file_name=path.name, hotlist_id="ncic").rows
        return [row for row in rows if isinstance(row, HotlistEntry) and policy.may_notify(row.category)]


def _plain(entries: list[HotlistEntry]) -> _Took:
    """The plain way: a JSON object a line, written to a file as it comes, and read into an index."""
    body = "".join(json.dumps(_said(entry), default=str) + "\n" for entry in entries).encode()
    begun = time.process_time()
    found = [_entry(json.loads(line)) for line in body.splitlines()]
    stored = time.process_time() - begun
    begun = time.process_time()
    HotlistIndex.build(found)
    return _Took(len(body), stored, time.process_time() - begun)


def _said(entry: HotlistEntry) -> dict[str, Any]:
    known = entry._replace(raw=None, source_line=None, extra=())._asdict()
    vehicle = None if entry.vehicle is None else entry.vehicle._asdict()
    return {name: value for name, value in (known | {"vehicle": vehicle}).items() if value}


def _entry(said: dict[str, Any]) -> HotlistEntry:
    vehicle = said.get("vehicle")
    return HotlistEntry(
        UUID(str(said["entry_id"])),
        str(said["hotlist_id"]),
        str(said["plate"]),
        Category(str(said["category"])),
        said.get("jurisdiction"),
        vehicle=VehicleDescription(**vehicle) if isinstance(vehicle, dict) else None,
    )
