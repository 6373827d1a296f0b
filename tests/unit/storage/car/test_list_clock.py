"""Lists do not live longer, and look no younger, because somebody set the car's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.events.car_lists import CarListEvent, CarListsAnswer
from schemas.types.list_keys import ListsKey
from storage.car.lists.file import LISTS_FILE
from storage.car.lists.lists import CarLists

KEY = ListsKey(1, bytes(range(32)))
WEEK = timedelta(days=7)
START = datetime(2026, 11, 20, 8, tzinfo=UTC)


class Car:
    """A car whose clock a test sets, and which runs for as long as it says."""

    def __init__(self, folder: Path) -> None:
        self.path, self.now, self.seconds = folder / LISTS_FILE, START, 0.0
        self.lists = self.start()

    def start(self) -> CarLists:
        self.lists = CarLists(self.path, "unit-12", lambda: self.now, lambda: self.seconds)
        self.lists.unlock([KEY])
        return self.lists

    def restart(self) -> None:
        self.lists.close()
        self.start()

    def hear(self) -> None:
        """The server says that nothing is newer."""
        self.lists.take(_said("edition", 1, 0), [])
        self.lists.take(_said("part", 1, 0, part=1, is_last=True), [])
        self.lists.take(_said("current", 1, 1), [])

    def run(self, clock: timedelta = timedelta(0), **spans: float) -> None:
        """Run for a while, in which the clock goes on by something else."""
        self.seconds += timedelta(**spans).total_seconds()
        self.now += clock
        self.lists.wipe_outdated(WEEK)


def _said(kind: str, edition: int, base: int, **more: object) -> CarListsAnswer:
    event = CarListEvent(
        hotlist_id="given", version=1, scope="s", action="whole", use_until=START + timedelta(hours=24)
    )
    return CarListsAnswer.model_validate(
        {"car_id": "unit-12", "agency_id": "pd", "key_id": "0" * 32, "public_key": "0" * 64, "nonce": "0" * 32}
        | {"made_at": START, "payload_sha256": "0" * 64, "edition": edition, "base": base, "kind": kind, **more}
        | {"lists": () if kind == "part" else (event,), "counts": {"given": 0} if kind == "part" else {}}
    )


@pytest.fixture
def car(tmp_path: Path) -> Car:
    one = Car(tmp_path)
    one.hear()
    return one


def test_lists_are_wiped_after_their_time_though_the_clock_is_set_back_every_day(car: Car) -> None:
    for _ in range(6):
        car.run(timedelta(0), days=1)
        car.now -= timedelta(days=2)
        car.restart()
    assert car.lists.about.wiped_why is None
    car.run(timedelta(0), days=1.1)
    assert "not synchronized for more than 7 days" in (car.lists.about.wiped_why or "")
    assert not car.lists.is_unlocked


def test_a_word_of_the_server_begins_the_time_anew(car: Car) -> None:
    car.run(timedelta(days=-2), days=6)
    car.lists.take(_said("current", 1, 1), [])
    car.run(timedelta(0), days=6)
    assert car.lists.is_unlocked
    car.restart()
    car.run(timedelta(0), days=2)
    assert not car.lists.is_unlocked


def test_a_clock_that_is_known_to_be_wrong_wipes_nothing_but_the_time_that_it_ran_does(car: Car) -> None:
    car.now += timedelta(days=400)
    assert not car.lists.wipe_outdated(WEEK, trusts_clock=False)
    car.seconds += timedelta(days=8).total_seconds()
    assert car.lists.wipe_outdated(WEEK, trusts_clock=False)


def test_a_list_that_ends_by_itself_ends_though_the_clock_is_set_back(car: Car) -> None:
    assert set(car.lists.active_versions()) == {"given"}
    car.run(timedelta(days=-2), hours=25)
    assert car.lists.active_versions() == {}
    assert car.lists.moment() >= START + timedelta(hours=25)
