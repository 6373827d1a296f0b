"""A server with lists, and cars that fetch them: what the server has is compared with what a car has."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from operations.cars.keys import lists_key
from operations.cars.lists import CarListFeed
from pipeline.patrol.lists.fetching import ListFetching
from pipeline.patrol.lists.gate import ListGate
from pipeline.patrol.lists.server import Ask, Outgrown
from policy.decisions import open_policy
from schemas.convert.car_entries import KEPT_EXTRA
from schemas.errors import InvalidInput
from schemas.settings import PatrolSettings, PolicySettings, Settings
from schemas.types import Category, HotlistEntry
from schemas.types.list_keys import ListsKey
from storage.car.lists.file import LISTS_FILE
from storage.car.lists.lists import CarLists
from storage.database import Database
from tests.integration.storage.samples import sample_entry
from tests.integration.storage.stored_entries import active_entries, withdrawn

TOKEN_AT = datetime(2026, 11, 1, tzinfo=UTC)
SILENT = Category.IMMIGRATION
"""A category that does not notify in Virginia."""


class World:
    """A server. `now` is both sides' time, `asked` counts questions.

    Args:
        database: Its database.
        folder: Where its data directory and those of cars are.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.now = datetime.now(UTC)
        self.settings = Settings(data_dir=folder / "server", policy=PolicySettings(profile="virginia"))
        self.feed = self.make_feed()

    def make_feed(self) -> CarListFeed:
        """A server that was started anew."""
        return CarListFeed(self.settings, self.database, lambda: self.now)

    def ask(self, car_id: str) -> Ask:
        """What a car asks with, as over HTTPS."""

        def ask(query: Mapping[str, str]) -> bytes:
            try:
                return self.feed.answer(car_id, query)
            except InvalidInput as error:
                raise Outgrown(str(error)) from error

        return ask

    def wanted(self) -> dict[UUID, HotlistEntry]:
        """What a car is to have: everything active that notifies, cut to what it needs."""
        policy = open_policy(self.settings)
        found = {}
        for entry in active_entries(self.database):
            gone = withdrawn(self.database, entry.hotlist_id)
            if policy.may_notify(entry.category) and entry.entry_id not in gone:
                found[entry.entry_id] = cut(entry)
        return found

    def key(self, car_id: str = "unit-12", token_at: datetime = TOKEN_AT) -> ListsKey:
        """What the server hands out at sign-on."""
        return lists_key(self.settings.data_dir, car_id, token_at)


class CarHere:
    """A car that fetches lists. `ask` may be exchanged for a line that does wrong."""

    def __init__(self, world: World, car_id: str = "unit-12", ask: Ask | None = None, **patrol: object) -> None:
        self.world, self.car_id = world, car_id
        self.ask = ask or world.ask(car_id)
        self.folder = world.folder / car_id
        section = PatrolSettings.model_validate({"car": car_id, **patrol})
        self.settings = Settings(data_dir=self.folder, policy=PolicySettings(profile="virginia"), patrol=section)
        self.gate = ListGate()
        self.start()

    def start(self) -> None:
        """Begin a process: locked, with what lies on the disk."""
        self.lists = CarLists(self.folder / LISTS_FILE, self.car_id, lambda: self.world.now)
        self.stage = ListFetching(
            self.settings, self.lists, self.gate, lambda query: self.ask(query), lambda: self.world.now
        )

    def restart(self) -> None:
        """End the process and begin another one, to which somebody signs on."""
        self.lists.close()
        self.start()
        self.unlock()

    def unlock(self, *keys: ListsKey) -> None:
        """Sign on."""
        self.lists.unlock(keys or [self.world.key(self.car_id)])

    def fetch(self) -> float:
        """Ask until there is nothing new."""
        return self.stage.step(threading.Event())

    def has(self) -> dict[UUID, HotlistEntry]:
        """What is matched in the car, with all that alerts say of it."""
        names = self.lists.active_versions()
        ids = {entry.entry_id for name in names for entry in self.matched(name)}
        return self.lists.active_entries(ids)

    def matched(self, name: str) -> list[HotlistEntry]:
        """What matching gets of a list."""
        return self.lists.since(name, 0, list).added

    def bytes_on_disk(self) -> bytes:
        """Everything that lies in the car's folder."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file())


def cut(entry: HotlistEntry) -> HotlistEntry:
    """What a car gets of an entry."""
    extra = tuple(pair for pair in entry.extra if pair[0] in KEPT_EXTRA)
    return entry._replace(extra=extra, source_line=None, raw=None)


def some_entries(numbers: Iterable[int], hotlist_id: str = "ncic", **changes: object) -> list[HotlistEntry]:
    """Entries by number, each with a plate of its own."""
    return [sample_entry(number, f"CAR{number:04d}", hotlist_id, **changes) for number in numbers]


def later(world: World, **spans: float) -> None:
    """Let time pass for both sides."""
    world.now += timedelta(**spans)
