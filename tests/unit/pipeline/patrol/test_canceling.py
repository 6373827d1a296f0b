"""Open alerts in a car go with their entry, and stay where nobody can tell."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.settling.found import Found
from pipeline.patrol.canceling import CarCancellationStage
from schemas.events import AlertType
from schemas.types import HotlistEntry
from tests.integration.alerts.samples import found, passing
from tests.integration.car.plain_lists import NAME, PlainLists, entry
from tests.unit.alerts.samples import START
from tests.unit.storage.car.car import CarDisk

ENTRIES = [entry(plate) for plate in ("ABC1234", "ABC1284", "XYZ9876")]


@pytest.fixture
def car(tmp_path: Path) -> Iterator[CarDisk]:
    disk = CarDisk(tmp_path)
    yield disk
    disk.close()


class Changing(PlainLists):
    """Lists that may be locked, or say something else of an entry."""

    def __init__(self) -> None:
        super().__init__(ENTRIES)
        self.version = 1

    def change(self, one: HotlistEntry, **fields: object) -> None:
        self._entries[one.entry_id] = one._replace(**fields)  # type: ignore[arg-type]
        self.version += 1

    def active_versions(self) -> dict[str, int]:
        return dict.fromkeys(super().active_versions(), self.version) if self.version else {}


def test_alerts_go_with_their_list(car: CarDisk) -> None:
    lists, names = Changing(), list[frozenset[str] | None]([None])
    car.record(_at(ENTRIES[0], 0))
    stage = CarCancellationStage(car.settings, lists, car.alerts, car.ledger, lambda: names[0])
    lists.version = 0
    stage.step(threading.Event())
    names[0] = frozenset({NAME})
    stage.step(threading.Event())
    assert len(car.alerts.open_since(START)) == 1, "the server still has it, and it may not be used now"
    names[0] = frozenset({"another"})
    stage._looked_at = float("-inf")  # some seconds later
    stage.step(threading.Event())
    assert car.alerts.open_since(START) == []
    told = [one.alert.reason or "" for one in car.alerts.newest(0, 20) if one.alert.type is AlertType.CANCEL]
    assert len(told) == 1
    assert "list" in told[0]


def test_alerts_go_with_their_entries_and_once(car: CarDisk) -> None:
    lists = Changing()
    for number, one in enumerate(ENTRIES):
        car.record(_at(one, number))
    stage = CarCancellationStage(car.settings, lists, car.alerts, car.ledger)
    stage.step(threading.Event())
    assert len(car.alerts.open_since(START)) == 3

    lists.version = 0
    stage.step(threading.Event())
    assert len(car.alerts.open_since(START)) == 3, "lists that are locked say nothing of their entries"

    lists.version = 1
    lists.withdraw(ENTRIES[0].entry_id)
    stage.step(threading.Event())
    stage.step(threading.Event())
    canceled = [one.alert for one in car.alerts.newest(0, 20) if one.alert.type is AlertType.CANCEL]
    assert [one.reason for one in canceled] == ["entry withdrawn"]
    assert {alert.entry.plate for alert in car.alerts.open_since(START)} == {"ABC1284", "XYZ9876"}

    lists.change(ENTRIES[1], jurisdiction="US-MD")
    lists.change(ENTRIES[2], valid_until=datetime.now(UTC) - timedelta(minutes=1))
    stage.step(threading.Event())
    told = [one.alert.reason or "" for one in car.alerts.newest(0, 20) if one.alert.type is AlertType.CANCEL]
    assert told[1] == "entry has another state now"
    assert told[2].startswith("entry expired at ")
    assert car.alerts.open_since(START) == []


def _at(one: HotlistEntry, number: int) -> Found:
    moment = (datetime.now(UTC) - START).total_seconds() - 60 * number
    return found(passing(moment, plate=one.plate, plate_image_key=None), one)
