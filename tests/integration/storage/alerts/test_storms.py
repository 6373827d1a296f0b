"""How many alerts of a camera or an entry count for a storm, and what they are compared with."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from storage.alerts.storms import held_alerts, standing_storms
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from tests.integration.storage.samples import START, sample_id

ENTRY, OTHER = sample_id("entry", 1), sample_id("entry", 2)
HOUR, DAYS, SECOND = timedelta(hours=1), timedelta(days=14), timedelta(seconds=1)


def raise_alerts(database: Database, *ages: timedelta, **more: Any) -> None:
    """Put alerts there whose vehicles passed so long before the moment."""
    values = {"camera": "gate", "entry": ENTRY, "type": "alert", "status": "open"} | more
    payload = {
        "type": values["type"],
        "read": {"camera_id": values["camera"]},
        "entry": {"entry_id": str(values["entry"])},
    }
    with database.connection() as connection:
        for age in ages:
            connection.execute(
                "insert into alerts (alert_id, hit_id, captured_at, tier, payload, status) "
                "values (%s, %s, %s, 'exact', %s, %s)",
                (uuid4(), uuid4(), START - age, json.dumps(payload), values["status"]),
            )


class Limit:
    """So many an hour are the most; and what was asked."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[tuple[float | None, float | None]] = []

    def __call__(self, alerts: float | None, reads: float | None) -> tuple[float, int]:
        self.asked.append((alerts, reads))
        return 0.5, self.most


def storm(database: Database, minimum: int, limit: Limit, camera: str = "gate", entry: UUID = ENTRY) -> int | None:
    with Ledger(database).begin() as unit:
        return unit.storm_of(camera, entry, START, minimum, limit)


KINDS = ("camera", "entry")


def apart(kind: str) -> dict[str, Any]:
    """Fields of alerts that are of the same camera or entry, and not of the same other one."""
    return {"entry": OTHER} if kind == "camera" else {"camera": "bridge"}


@pytest.mark.parametrize("kind", KINDS)
def test_alerts_of_the_hour_before_the_vehicle_count(database: Database, kind: str) -> None:
    own = apart(kind)
    raise_alerts(database, HOUR, HOUR - SECOND, SECOND, timedelta(), -SECOND, **own)
    raise_alerts(database, SECOND, **(own | {"type": "update"}))
    raise_alerts(database, SECOND, **(own | {"type": "cancel"}))
    raise_alerts(database, SECOND, SECOND, SECOND, SECOND, camera="bridge", entry=OTHER)
    # Three, and the alert that is asked about: what was held an hour ago counts, too.
    limit = Limit(4)
    assert storm(database, 4, limit) is None
    assert limit.asked == []
    assert storm(database, 3, limit) is None
    assert len(limit.asked) == 1
    assert standing_storms(database) == []
    assert storm(database, 3, Limit(3)) == 1
    (found,) = standing_storms(database)
    assert (found.kind, found.expected, found.most, found.held) == (kind, 0.5, 3, 0)
    assert found.subject == ("gate" if kind == "camera" else str(ENTRY))
    # It stands for its own camera or entry, however few come.
    assert storm(database, 99, Limit(99)) == 1
    assert storm(database, 99, Limit(99), camera="bridge", entry=uuid4()) is None
    assert storm(database, 99, Limit(99), **({"entry": OTHER} if kind == "camera" else {"camera": "exit"})) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_compared_with_two_weeks_before_the_hour_without_those_of_storms(database: Database, kind: str) -> None:
    own = apart(kind)
    raise_alerts(database, SECOND, **own)
    raise_alerts(database, HOUR, DAYS - SECOND, DAYS, DAYS * 2, **own)
    for status in ("held", "discarded"):
        raise_alerts(database, HOUR * 2, **(own | {"status": status}))
    raise_alerts(database, HOUR * 2, **(own | {"status": "closed"}))
    raise_alerts(database, HOUR * 2, **(own | {"type": "update"}))
    raise_alerts(database, HOUR * 2, camera="exit", entry=uuid4())
    with database.connection() as connection:
        for camera, age, reads in (("gate", 1, 10), ("gate", 2, 30), ("exit", 1, 900)):
            connection.execute(
                "insert into camera_hours (camera_id, hour, reads) values (%s, %s, %s)",
                (camera, START - HOUR * age, reads),
            )
    limit = Limit(99)
    assert storm(database, 1, limit) is None
    ((alerts, reads),) = limit.asked
    assert alerts == pytest.approx(3 / (14 * 24 - 1 / 3600))
    assert reads == (20.0 if kind == "camera" else None)


def test_of_the_first_hour_there_is_at_least_an_hour(database: Database) -> None:
    """Two alerts of just before this hour are two an hour, and where nothing was before it was none."""
    raise_alerts(database, SECOND)
    limit = Limit(99)
    assert storm(database, 1, limit) is None
    assert limit.asked == [(0.0, None), (0.0, None)]
    raise_alerts(database, HOUR, HOUR)
    limit = Limit(99)
    assert storm(database, 1, limit) is None
    assert limit.asked == [(2.0, None), (2.0, None)]


def test_what_is_held_is_shown_with_when_its_vehicles_passed(database: Database) -> None:
    raise_alerts(database, *[SECOND] * 3, entry=OTHER)
    assert storm(database, 3, Limit(3)) == 1
    raise_alerts(database, HOUR * 3, HOUR * 5, HOUR * 4, camera="bridge", entry=OTHER, status="held")
    with database.connection() as connection:
        connection.execute(
            "insert into held_messages (alert_id, storm_number, topic, key, headers, payload) "
            "select alert_id, 1, 't', 'k', '[]', '' from alerts where status = 'held' order by insert_number"
        )
    (found,) = standing_storms(database)
    assert (found.held, found.first_at, found.last_at) == (3, START - HOUR * 5, START - HOUR * 3)
    assert len(held_alerts(database, 1, 2)) == 2
    with database.connection() as connection:
        connection.execute("update alert_storms set ended_at = now(), counted_from = %s", (START - SECOND,))
    assert standing_storms(database) == []
    # Counted anew from there: nothing after that moment but what comes now.
    raise_alerts(database, timedelta(), entry=OTHER)
    assert storm(database, 2, Limit(2)) is None
    raise_alerts(database, timedelta(), entry=OTHER)
    assert storm(database, 2, Limit(2)) == 2
    # From where the last one ended, whenever others did.
    with database.connection() as connection:
        connection.execute(
            "update alert_storms set ended_at = now(), counted_from = %s where storm_number = 2", (START,)
        )
    assert storm(database, 2, Limit(2)) is None
