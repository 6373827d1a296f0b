"""A car's lists: how fresh its withdrawals are, which list is red, and which open alerts go with their entry."""

from __future__ import annotations

import dataclasses
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from pipeline.health.board import HealthBoard
from pipeline.patrol import canceling, keeping
from pipeline.patrol.canceling import CarCancellationStage
from pipeline.patrol.keeping import KeepingStage
from pipeline.patrol.leaving_out import LeavingOut
from pipeline.patrol.lists import ages
from pipeline.patrol.lists.ages import ListAgeHere, ListAges
from pipeline.patrol.lists.gate import Freshness, ListGate
from schemas.events import AlarmKind, Alert
from schemas.events.car_lists import CarListEvent
from schemas.settings import PatrolSettings, PolicySettings, Settings
from schemas.settings.patrol import PrivateArea
from schemas.types import HotlistEntry, Location
from storage.alerts.stale import StaleAlert, StaleKind
from storage.car.lists.standing import ListHere
from storage.car.upkeep import Ended
from tests.unit.alerts.samples import sample_alert, sample_entry
from tests.unit.matcher.samples import read

EXPIRY_SECONDS = 10.0
FRESH_SECONDS = 60.0
OFFLINE_SECONDS = 5.0

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HEARD = NOW - timedelta(minutes=3)
NOTHING = cast(Any, None)


@dataclasses.dataclass
class Ticking:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_gate_says_how_fresh_withdrawals_are_by_what_it_heard_last() -> None:
    clock = Ticking()
    gate = ListGate(HEARD, clock)
    assert gate.now() == Freshness("locked", HEARD)
    gate.failed()
    assert gate.now() == Freshness("offline", HEARD)
    gate.heard(NOW)
    told = []
    for clock.now in (1000.0, 1060.0, 1060.1):  # what is withdrawn is known within a minute
        told.append(gate.now())
    assert told == [Freshness("fresh", NOW), Freshness("fresh", NOW), Freshness("offline", NOW)]
    gate.heard(NOW)
    clock.now += 1
    gate.failed()
    assert gate.now().state == "offline"  # heard a second ago, and not reached since
    gate.locked()
    assert gate.now() == Freshness("locked", NOW)
    # A key that comes back makes nothing fresh that was heard before.
    gate.failed()
    assert gate.now() == Freshness("offline", NOW)


def test_the_gate_waits_for_no_answer_where_it_is_known() -> None:
    """None of these asks the server: it was heard, it is away, or there is no key; patience is an hour."""
    for prepare, state in (
        (lambda gate: gate.heard(NOW), "fresh"),
        (lambda gate: gate.failed(), "offline"),
        (lambda gate: gate.locked(), "locked"),
    ):
        gate = ListGate(HEARD, Ticking())
        prepare(gate)
        assert gate.before_alert(3600.0).state == state
        assert not gate.wait(0.0)


@pytest.mark.parametrize("later", [FRESH_SECONDS + 1, FRESH_SECONDS])
def test_the_gate_asks_where_it_does_not_know_and_takes_a_failure_for_an_answer(later: float) -> None:
    clock = Ticking()
    gate = ListGate(HEARD, clock)
    gate.failed()
    gate.heard(NOW)
    clock.now += later
    is_known = later <= FRESH_SECONDS
    assert gate.before_alert(0.0) == Freshness("fresh" if is_known else "offline", NOW)
    assert gate.wait(0.0) is not is_known
    assert not gate.wait(0.0)  # it was asked for once
    gate.hurry()
    assert gate.wait(0.0)


def test_a_failure_long_ago_does_not_stand_for_the_server_now() -> None:
    clock = Ticking()
    gate = ListGate(HEARD, clock)
    gate.failed()
    asked = []
    for clock.now in (1000.0 + OFFLINE_SECONDS, 1000.1 + OFFLINE_SECONDS):
        gate.before_alert(0.0)
        asked.append(gate.wait(0.0))
    assert asked == [False, True]


@pytest.mark.parametrize("answers", ["heard", "failed", "locked"])
def test_whoever_waits_at_the_gate_goes_on_with_the_answer(answers: str) -> None:
    clock = Ticking()
    gate, found = ListGate(HEARD, clock), list[Freshness]()
    gate.failed()
    clock.now += OFFLINE_SECONDS + 1
    waiting = threading.Thread(target=lambda: found.append(gate.before_alert(600.0)))
    waiting.start()
    assert gate.wait(60.0)
    if answers == "heard":
        gate.heard(NOW)
    else:
        getattr(gate, answers)()
    waiting.join(60.0)
    state = {"heard": "fresh", "failed": "offline", "locked": "locked"}[answers]
    assert [one.state for one in found] == [state]


def test_the_answer_of_a_server_that_was_reached_is_waited_for_beyond_patience() -> None:
    clock = Ticking()
    gate, found = ListGate(HEARD, clock), list[Freshness]()
    gate.failed()
    clock.now += OFFLINE_SECONDS + 1
    assert gate.before_alert(0.0) == Freshness("offline", HEARD)
    assert gate.wait(0.0)
    gate.reached()
    waiting = threading.Thread(target=lambda: found.append(gate.before_alert(0.0)))
    waiting.start()
    assert gate.wait(60.0)
    gate.heard(NOW)
    waiting.join(60.0)
    assert found == [Freshness("fresh", NOW)]


def ages_of(
    monkeypatch: pytest.MonkeyPatch,
    said: dict[str, CarListEvent],
    *,
    synced_at: datetime | None = NOW,
    law: timedelta | None = None,
    due: datetime | None = None,
) -> ListAges:
    def renewal(settings: Settings, now: datetime) -> Any:
        assert now == NOW
        return None if due is None else SimpleNamespace(due_of=lambda synced: due)

    monkeypatch.setattr(ages, "open_policy", lambda _: SimpleNamespace(max_list_age=law))
    monkeypatch.setattr(ages, "last_renewal", renewal)
    here = {name: ListHere(number=1, said=one) for name, one in said.items()}
    # The clock on the wall says the same as the time that the car has run.
    lists = SimpleNamespace(here=lambda: here, synced_at=synced_at, moment=lambda: NOW - timedelta(days=1))
    return ListAges(Settings(), PatrolSettings(car="unit-12", list_red_hours=24), cast(Any, lists), lambda: NOW)


def dated(hours: float | None, most: float | None = None, name: str = "ncic") -> CarListEvent:
    return CarListEvent(
        hotlist_id=name,
        version=1,
        scope="s",
        content_date=None if hours is None else NOW - timedelta(hours=hours),
        max_age_hours=most,
    )


@pytest.mark.parametrize(
    ("hours", "most", "law", "limit"),
    [
        (24, None, None, None),
        (24.01, None, None, 24),
        (12, 12, None, None),
        (12.01, 12, None, 12),
        (24.01, 48, None, 24),  # the list's own limit does not lengthen the car's
        (6, 12, 6, None),
        (6.01, 12, 6, 6),
        (24.01, None, 48, 24),
    ],
)
def test_the_shortest_of_the_cars_the_lists_and_the_laws_limits_makes_a_list_red(
    monkeypatch: pytest.MonkeyPatch, hours: float, most: float | None, law: float | None, limit: float | None
) -> None:
    span = None if law is None else timedelta(hours=law)
    found = ages_of(monkeypatch, {"ncic": dated(hours, most)}, law=span)
    age = found.all()["ncic"]
    assert (age.dated, age.age_seconds) == (NOW - timedelta(hours=hours), pytest.approx(hours * 3600))
    assert age.is_red is (limit is not None)
    assert set(found.red()) == (set() if limit is None else {"ncic"})
    if limit is not None:
        assert str(age.why_red).endswith(f" and may be {limit:g} h old")


def test_a_list_kept_by_hand_is_as_old_as_the_servers_last_word_and_none_is_younger_than_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"own": dated(None, name="own"), "ncic": dated(-5)}
    synced = NOW - timedelta(hours=2)
    found = ages_of(monkeypatch, said, synced_at=synced).all()
    assert found == {
        "ncic": ListAgeHere("ncic", NOW + timedelta(hours=5), 0.0, None),
        "own": ListAgeHere("own", synced, 7200.0, None),
    }
    assert list(found) == ["ncic", "own"]
    unheard = ages_of(monkeypatch, said, synced_at=None).all()
    assert (unheard["own"].dated, unheard["own"].is_red, unheard["ncic"].is_red) == (None, True, False)


@pytest.mark.parametrize(
    ("due", "synced_at", "is_red"),
    [
        (NOW, NOW, False),
        (NOW - timedelta(seconds=1), NOW, True),
        (NOW - timedelta(seconds=1), None, False),
        (None, NOW, False),
    ],
)
def test_a_list_that_the_law_wanted_renewed_is_red_however_young(
    monkeypatch: pytest.MonkeyPatch, due: datetime | None, synced_at: datetime | None, is_red: bool
) -> None:
    found = ages_of(monkeypatch, {"ncic": dated(1)}, synced_at=synced_at, due=due).red()
    reason = "not renewed since 2026-06-01 11:59 UTC, when the law asks for it"
    assert found == ({"ncic": reason} if is_red else {})


@dataclasses.dataclass
class Lists:
    """The car's lists and its open alerts, and what was canceled."""

    alerts: list[Alert]
    entries: dict[UUID, HotlistEntry]
    versions: dict[str, int]
    withdrawals: tuple[int, tuple[UUID, ...]] = (0, ())
    asked_since: list[datetime] = dataclasses.field(default_factory=list)
    canceled: list[list[StaleAlert]] = dataclasses.field(default_factory=list)
    now: float = 1000.0

    def active_versions(self) -> dict[str, int]:
        return dict(self.versions)

    def withdrawn(self, number: int) -> tuple[int, tuple[UUID, ...]]:
        assert number == 0
        return self.withdrawals

    def active_entries(self, ids: Any) -> dict[UUID, HotlistEntry]:
        return {one: entry for one, entry in self.entries.items() if one in ids}

    def open_since(self, moment: datetime) -> list[Alert]:
        self.asked_since.append(moment)
        return self.alerts

    def stage(self, monkeypatch: pytest.MonkeyPatch) -> CarCancellationStage:
        def cancel(_: Any, stale: list[StaleAlert], now: datetime) -> int:
            self.canceled.append(stale)
            return len(stale)

        monkeypatch.setattr(canceling, "cancel_alerts", cancel)
        monkeypatch.setattr(canceling, "time", SimpleNamespace(monotonic=lambda: self.now))
        settings = Settings.model_validate({"alerts": {"open_hours": 3}})
        return CarCancellationStage(settings, cast(Any, self), cast(Any, self), NOTHING)


def test_an_open_alert_is_stale_where_its_entry_went_or_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    ended, later = now - timedelta(seconds=1), now + timedelta(hours=1)
    plates = ["AAA1111", "BBB2222", "CCC3333", "DDD4444", "EEE5555", "FFF6666", "GGG7777", "HHH8888"]
    entries = {plate: sample_entry(plate) for plate in plates}
    alerts = {plate: sample_alert(number, plate) for number, plate in enumerate(plates)}
    foreign = alerts["HHH8888"]
    hotlist = foreign.hotlist.model_copy(update={"hotlist_id": "locked"})
    alerts["HHH8888"] = foreign.model_copy(update={"hotlist": hotlist})
    changed = {
        "CCC3333": entries["CCC3333"]._replace(valid_until=ended, plate="other"),
        "DDD4444": entries["DDD4444"]._replace(plate="DDD4445", jurisdiction="US-MD", valid_until=later),
        "EEE5555": entries["EEE5555"]._replace(jurisdiction="US-MD"),
        "FFF6666": entries["FFF6666"]._replace(plate="fff-6666", valid_until=later),
        "GGG7777": entries["GGG7777"],
    }
    lists = Lists(
        list(alerts.values()),
        {one.entry_id: one for one in changed.values()},
        {"ncic": 1},
        (4, (entries["AAA1111"].entry_id,)),
    )
    assert lists.stage(monkeypatch).step(threading.Event()) == canceling.POLL_SECONDS

    def stale(plate: str, kind: StaleKind, at: datetime | None = None) -> StaleAlert:
        one = alerts[plate]
        return StaleAlert(one.alert_id, plate, one.model_dump(mode="json"), kind, at)

    assert lists.canceled == [
        [
            stale("AAA1111", StaleKind.WITHDRAWN),
            stale("BBB2222", StaleKind.REMOVED),
            stale("CCC3333", StaleKind.EXPIRED, ended),
            stale("DDD4444", StaleKind.PLATE_CHANGED),
            stale("EEE5555", StaleKind.STATE_CHANGED),
        ]
    ]
    assert abs(lists.asked_since[0] - (now - timedelta(hours=3))) < timedelta(minutes=5)


def test_alerts_are_looked_through_after_each_change_and_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = Lists([], {}, {"ncic": 1})
    stage, looks = lists.stage(monkeypatch), []
    for later, change in (
        (0.0, "start"),
        (0.1, "nothing"),
        (0.0, "version"),
        (0.0, "withdrawal"),
        (EXPIRY_SECONDS - 0.1, "nothing"),
        (0.1, "nothing"),
    ):
        lists.now += later
        if change == "version":
            lists.versions = {"ncic": 2}
        elif change == "withdrawal":
            lists.withdrawals = (1, ())
        before = len(lists.asked_since)
        stage.step(threading.Event())
        looks.append(len(lists.asked_since) - before)
    assert looks == [1, 0, 1, 1, 0, 1]
    assert lists.canceled == []  # none is open


def test_a_private_area_has_its_edge_and_own_plates_are_told_however_they_are_written() -> None:
    clinic = PrivateArea(name="clinic", latitude=38.0, longitude=-77.0, meters=1000)
    settings = PatrolSettings(car="unit-12", private_areas=(clinic,), own_plates=("POL-1OO",))
    out = LeavingOut(settings)
    # A degree of latitude has 111,195 m on that sphere.
    inside, outside = Location(38.0 + 999 / 111_195, -77.0), Location(38.0 + 1001 / 111_195, -77.0)
    assert [out.area_of(place) for place in (inside, outside, None)] == ["clinic", None, None]
    left = [
        out.leaves_out(one)
        for one in (
            read("ABC1234", location=inside),
            read("ABC1234", location=inside, is_final=False),
            read("P0L 100", location=outside),
            read("POL100"),
            read("POL101"),
            read("ABC1234", location=outside),
        )
    ]
    assert left == [True, True, True, True, False, False]
    assert out.counts() == {"private_area": 1, "own_plate": 2}


@dataclasses.dataclass
class CarFile:
    """Stands where the car's file is."""

    forgot: list[datetime] = dataclasses.field(default_factory=list)
    ended: list[datetime] = dataclasses.field(default_factory=list)
    outcome: Ended = dataclasses.field(default_factory=lambda: Ended(unsent=0, unsent_pictures=0, alerts=0))

    def forget_sent(self, cutoff: datetime) -> int:
        self.forgot.append(cutoff)
        return 0

    def end(self, cutoff: datetime) -> Ended:
        self.ended.append(cutoff)
        return self.outcome


@pytest.mark.parametrize(
    ("profile", "keep", "pause"),
    [("virginia", timedelta(days=21), 60.0), ("new-hampshire", timedelta(minutes=3), 9.0)],
)
def test_what_a_car_keeps_ends_by_its_use_and_by_the_law_and_not_by_a_wrong_clock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str, keep: timedelta, pause: float
) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return NOW

    monkeypatch.setattr(keeping, "datetime", Clock)
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "policy": PolicySettings(profile=profile),
            "repeats": {"window_minutes": 4, "clone_minutes": 7},
        }
    )
    file, board = CarFile(), HealthBoard("unit-12")
    stage = KeepingStage(settings, cast(Any, file), board)
    board.raised(AlarmKind.CAMERA_CLOCK, "clock of unit-12", "it is an hour ahead")
    assert stage.step(threading.Event()) == pause
    assert (file.ended, file.forgot) == ([], [])
    board.cleared(AlarmKind.CAMERA_CLOCK, "clock of unit-12")
    board.raised(AlarmKind.CAMERA_CLOCK, "clock of another", "it is an hour ahead")
    file.outcome = Ended(unsent=2, unsent_pictures=1, alerts=0)
    for _ in range(2):
        assert stage.step(threading.Event()) == pause
    assert set(file.forgot) == {NOW - timedelta(minutes=7)}
    assert set(file.ended) == {NOW + timedelta(seconds=pause) - keep}
    assert stage.unsent_ended == 4
    assert (tmp_path / keeping.RETENTION_MARKER).exists()
