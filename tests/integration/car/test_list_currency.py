"""How old a car's lists are, and what an officer is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.health.board import HealthBoard
from pipeline.patrol.lists.gate import ListGate
from pipeline.patrol.lists.matching import CarMatcher
from schemas.events import AlarmKind
from schemas.settings import HotlistSettings, MatchingSettings, PatrolSettings, PolicySettings, Settings
from services.http.home import Unreachable
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from tests.integration.car.list_world import CarHere, World, later, some_entries
from tests.integration.storage.samples import activate, sample_id, sample_read

ANSWER_SECONDS = 1.5
FRESH_SECONDS = 60.0
OFFLINE_SECONDS = 5.0


@pytest.fixture
def world(database: Database, tmp_path: Path) -> World:
    one = World(database, tmp_path)
    activate(database, some_entries(range(5)), as_of=one.now - timedelta(hours=1))
    activate(database, some_entries(range(5), "local"), hotlist_id="local", layout="local", as_of=None)
    return one


@pytest.fixture
def car(world: World) -> Iterator[CarHere]:
    one = CarHere(world)
    one.unlock()
    one.stage.board = HealthBoard("unit-12")
    one.fetch()
    yield one
    one.lists.close()


def away(query: Mapping[str, str]) -> bytes:
    raise Unreachable("no network")


def matcher_of(car: CarHere) -> CarMatcher:
    matcher = CarMatcher(car.lists, MatchingSettings(), car.stage.ages.red, car.gate)
    matcher.refresh(force=True)
    return matcher


def explanations(matcher: CarMatcher, at: datetime) -> dict[str, str]:
    hits = matcher.match(sample_read(1, "CAR0002", captured_at=at))
    assert matcher.match_batch([sample_read(1, "CAR0002", captured_at=at)]) == [hits]
    return {hit.hotlist_id: hit.explanation for hit in hits}


def test_a_list_is_red_after_its_hours_and_alerts_say_so(world: World, car: CarHere) -> None:
    board = car.stage.board
    assert board is not None
    ages = car.stage.ages.all()
    assert {name: (age.words, age.is_red) for name, age in ages.items()} == {
        "local": ("just updated", False),
        "ncic": ("60 min old", False),
    }
    told = explanations(matcher_of(car), world.now)
    assert "list 60 min old" in told["ncic"]
    assert "NOT CURRENT" not in "".join(told.values())
    assert "offline" not in "".join(told.values())
    car.ask = away
    later(world, hours=12)  # NCIC's copies are to be renewed twice a day
    car.fetch()
    assert "may be 12 h old" in (car.stage.ages.all()["ncic"].why_red or "")
    assert not car.stage.ages.all()["local"].is_red
    told = explanations(matcher_of(car), world.now)
    assert "LIST NOT CURRENT: its content is 13 h old and may be 12 h old" in told["ncic"]
    assert f"offline: what was withdrawn since {world.now - timedelta(hours=12):%Y-%m-%d %H:%M} UTC" in told["local"]
    assert "NOT CURRENT" not in told["local"]
    assert board.standing()[AlarmKind.LATE_LIST] == 1
    later(world, hours=13)
    car.fetch()
    assert board.standing()[AlarmKind.LATE_LIST] == 2
    # Once the server is there, and has a newer list, nothing is red.
    world.now = datetime.now(UTC)  # the database has its own clock
    world.feed = world.make_feed()
    activate(world.database, some_entries(range(6)), as_of=world.now)
    car.ask = world.ask("unit-12")
    car.fetch()
    assert car.stage.ages.red() == {}
    assert board.standing()[AlarmKind.LATE_LIST] == 0


def test_the_cars_own_limit_counts_where_it_is_shorter(world: World) -> None:
    car = CarHere(world, "unit-13", list_red_hours=0.5)
    car.unlock()
    car.fetch()
    assert car.stage.ages.red().keys() == {"ncic"}
    car.lists.close()


def test_lists_have_to_be_renewed_at_the_shifts_begin_where_the_law_says_so(world: World, tmp_path: Path) -> None:
    car = CarHere(world, "unit-14", list_red_hours=8760)
    # Soon by the database's clock, which dates lists, at whatever time of the day.
    begin = (world.now + timedelta(hours=1)).replace(second=0, microsecond=0)
    car.settings = Settings(
        data_dir=car.folder,
        policy=PolicySettings(profile="nebraska"),
        patrol=PatrolSettings(car="unit-14", list_red_hours=8760),
        hotlists=HotlistSettings(shift_starts=(f"{begin:%H:%M}",), shift_grace_minutes=30),
        time_zone="UTC",
    )
    car.lists.close()
    car.start()
    car.unlock()
    world.now = begin - timedelta(minutes=30)
    activate(world.database, some_entries(range(6)), as_of=world.now)
    car.fetch()
    car.ask = away
    world.now = begin + timedelta(minutes=20)
    assert car.stage.ages.red() == {}
    world.now = begin + timedelta(minutes=31)
    assert "when the law asks for it" in car.stage.ages.red()["ncic"]
    car.ask = world.ask("unit-14")
    car.fetch()
    assert car.stage.ages.red() == {}
    car.lists.close()


def test_what_was_withdrawn_meanwhile_raises_no_alert_of_a_car_that_comes_back(world: World, car: CarHere) -> None:
    clock = [0.0]
    car.gate = ListGate(car.lists.synced_at, lambda: clock[0])
    car.restart()
    car.gate.failed()
    clock[0] += OFFLINE_SECONDS + 1
    HotlistEdits(world.database).withdraw([sample_id("ncic", 2)], by="a", reason="recovered")
    matcher = matcher_of(car)
    assert matcher.size == 10, "nothing was heard of it yet"
    stop = threading.Event()
    running = threading.Thread(target=car.stage.run, args=(stop,))
    running.start()
    try:
        hits = matcher.match(sample_read(1, "CAR0002"))
        while car.gate.now().state != "fresh":
            time.sleep(0.01)
        entries = matcher.entries(hits)
        assert {sample_id("ncic", 2), sample_id("local", 2)} <= {hit.entry_id for hit in hits}
        assert sample_id("ncic", 2) not in entries
        assert sample_id("local", 2) in entries
    finally:
        stop.set()
        running.join()


def test_the_gate_waits_for_a_server_that_may_be_there_and_for_no_other() -> None:
    clock = [1000.0]
    gate = ListGate(datetime(2026, 11, 29, tzinfo=UTC), lambda: clock[0])
    assert gate.before_alert(60).state == "locked"
    gate.failed()
    assert gate.before_alert(60).state == "offline"
    assert gate.now().since == datetime(2026, 11, 29, tzinfo=UTC)
    clock[0] += OFFLINE_SECONDS + 1
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(gate.before_alert(60).state))
    waiting.start()
    assert gate.wait(60), "whoever asks the server is told to"
    heard = datetime(2026, 11, 30, tzinfo=UTC)
    gate.heard(heard)
    waiting.join()
    assert answers == ["fresh"]
    assert gate.now().since == heard
    clock[0] += FRESH_SECONDS - 1
    assert gate.before_alert(60).state == "fresh"
    assert not gate.wait(0)
    clock[0] += 2
    assert gate.before_alert(0).state == "offline"
    assert gate.wait(0)
    gate.locked()
    assert gate.now().state == "locked"


def test_an_alert_waits_longer_for_a_server_that_was_reached() -> None:
    clock = [1000.0]
    gate = ListGate(None, lambda: clock[0])
    gate.failed()
    clock[0] += OFFLINE_SECONDS + 1
    gate.reached()
    answers: list[str] = []
    waiting = threading.Thread(target=lambda: answers.append(gate.before_alert(0.0).state))
    waiting.start()
    assert gate.wait(60)
    gate.heard(datetime(2026, 11, 30, tzinfo=UTC))
    waiting.join()
    assert answers == ["fresh"], "though nothing is waited for a server that nobody has reached"
    # Its answer that does not come is waited for no longer than that, whatever the line does then.
    clock[0] += FRESH_SECONDS + 1
    gate.reached()
    clock[0] += ANSWER_SECONDS
    assert gate.before_alert(-ANSWER_SECONDS).state == "offline"


def test_a_wrong_clock_wipes_nothing(world: World, car: CarHere) -> None:
    board = car.stage.board
    assert board is not None
    car.ask = away
    board.raised(AlarmKind.CAMERA_CLOCK, "clock of unit-12", "it is years ahead of the satellites'")
    later(world, days=4000)
    car.fetch()
    assert len(car.has()) == 10
    board.cleared(AlarmKind.CAMERA_CLOCK, "clock of unit-12")
    car.fetch()
    assert car.has() == {}
