"""Figures of cameras: what is this agency's, of its days, and what people say of it now."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from schemas.health import CameraHealth
from storage.cameras.figures import (
    AlertCount,
    Asked,
    alerts_by_camera,
    alerts_by_category,
    alerts_by_time,
    reads_by_camera,
    reads_by_time,
)
from storage.cameras.pictures import picture_of, pictures_taken_at, save_picture
from storage.cameras.states import CameraHours, CameraStates
from storage.database import Database
from storage.item_ledger import ItemLedger
from tests.integration.storage.samples import sample_item

SINCE = datetime(2026, 11, 1, 4, tzinfo=UTC)
"""Midnight in New York of the day on which clocks are put back."""
UNTIL = datetime(2026, 11, 3, 5, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
ASKED = Asked("local", SINCE, UNTIL, "day", "America/New_York")


def raise_alert(database: Database, at: datetime, camera: str, *said: dict[str, Any], **of: Any) -> None:
    """Store an alert with what people said of it, one after the other."""
    values = {"agency_id": "local", "type": "alert", "category": "stolen_vehicle", "historical": None} | of
    payload = {
        **{"type": values["type"], "agency_id": values["agency_id"], "read": {"camera_id": camera}},
        **{"entry": {"category": values["category"]}, "historical": values["historical"]},
    }
    with database.as_owner() as connection:
        (alert_id,) = connection.execute(
            "insert into alerts (alert_id, hit_id, captured_at, created_at, tier, payload)"
            " values (gen_random_uuid(), gen_random_uuid(), %(at)s, %(at)s, 'exact', %(payload)s) returning alert_id",
            {"at": at, "payload": Jsonb(payload)},
        ).fetchone() or (None,)
        for number, one in enumerate(said, start=1):
            connection.execute(
                "insert into dispositions (disposition_id, alert_id, number, kind, rejection, supersedes, happened_at,"
                " person, actor, via, origin, agency_id, surface, despite) values (gen_random_uuid(), %(alert)s,"
                " %(number)s, %(kind)s, %(rejection)s, %(supersedes)s, now(), 'lee', 'lee', 'password', 'desk',"
                " 'local', 'console', '[]')",
                {"alert": alert_id, "number": number, "rejection": None, "supersedes": None} | one,
            )


CONFIRMED = {"kind": "confirmed"}


def rejected(why: str, supersedes: int | None = None) -> dict[str, Any]:
    return {"kind": "rejected", "rejection": why, "supersedes": supersedes}


@pytest.fixture
def raised(database: Database) -> Database:
    noon = SINCE + 12 * HOUR
    for moment in (SINCE - TICK, SINCE, UNTIL - TICK, UNTIL):
        raise_alert(database, moment, "gate", CONFIRMED)
    raise_alert(database, noon, "bridge", rejected("misread"))
    raise_alert(database, noon, "bridge", rejected("wrong_state"), category="wanted_person")
    raise_alert(database, noon, "bridge", rejected("vehicle_differs"))
    raise_alert(database, noon, "bridge", rejected("stale_entry"), historical=False)
    raise_alert(database, noon, "bridge", {"kind": "acknowledged"})
    raise_alert(database, noon, "arch", CONFIRMED, rejected("misread", 1), category="wanted_person")
    raise_alert(database, noon, "arch", rejected("misread"), {"kind": "confirmed", "supersedes": 1}, {"kind": "seen"})
    raise_alert(database, noon, "arch", category="wanted_person")
    # No first alert, not of now, and another agency's.
    raise_alert(database, noon, "gate", CONFIRMED, type="update")
    raise_alert(database, noon, "gate", CONFIRMED, historical=True)
    raise_alert(database, noon, "gate", CONFIRMED, agency_id="gotham-pd")
    return database


def test_alerts_are_counted_with_what_people_say_of_them_now(raised: Database) -> None:
    assert alerts_by_camera(raised, ASKED) == [
        AlertCount("bridge", 5, 0, 3, 1),
        AlertCount("arch", 3, 1, 1, 0),
        AlertCount("gate", 2, 2, 0, 0),
    ]
    assert alerts_by_category(raised, ASKED) == [
        AlertCount("stolen_vehicle", 7, 3, 2, 1),
        AlertCount("wanted_person", 3, 0, 2, 0),
    ]
    one = Asked("local", SINCE, UNTIL, "hour", "America/New_York", "arch")
    assert alerts_by_camera(raised, one) == [AlertCount("arch", 3, 1, 1, 0)]
    assert alerts_by_category(raised, one) == [
        AlertCount("wanted_person", 2, 0, 1, 0),
        AlertCount("stolen_vehicle", 1, 1, 0, 0),
    ]
    # By the clock on the wall: twelve hours after midnight it is eleven.
    assert alerts_by_time(raised, one) == {datetime(2026, 11, 1, 11): (3, 1)}
    assert alerts_by_time(raised, ASKED) == {datetime(2026, 11, 1): (9, 4), datetime(2026, 11, 2): (1, 0)}


def test_reads_are_counted_by_the_hours_that_began_in_time(database: Database) -> None:
    hours = CameraHours(database)
    hours.add({})
    for name, factor in (("gate", 1), ("bridge", 10), ("arch", 10)):
        hours.add({(name, SINCE + number * HOUR): factor for number in (-1, 0, 5, 6, 48, 49)})
    hours.add({("gate", SINCE): 2})
    assert reads_by_camera(database, ASKED) == {"arch": 40, "bridge": 40, "gate": 6}
    assert list(reads_by_camera(database, ASKED)) == ["arch", "bridge", "gate"]
    assert reads_by_time(database, ASKED) == {datetime(2026, 11, 1): 65, datetime(2026, 11, 2): 21}
    gate = Asked("local", SINCE, SINCE + 6 * HOUR, "hour", "America/New_York", "gate")
    assert reads_by_time(database, gate) == {datetime(2026, 11, 1): 3, datetime(2026, 11, 1, 4): 1}
    assert reads_by_camera(database, gate) == {"gate": 4}
    assert hours.between(SINCE, SINCE + 6 * HOUR)["gate"] == {SINCE: 3, SINCE + 5 * HOUR: 1}
    left = {SINCE + number * HOUR: 1 for number in (5, 6, 48, 49)}
    assert hours.since(SINCE + 5 * HOUR)["gate"] == left
    assert hours.between(SINCE - 9 * HOUR, UNTIL + 9 * HOUR)["gate"] == left


def test_what_is_known_of_a_camera_goes_back_as_far_and_on_as_late_as_anybody_saw(database: Database) -> None:
    states, later = CameraStates(database), SINCE + HOUR

    def health(known: datetime, picture: datetime | None, read: datetime | None) -> CameraHealth:
        return CameraHealth(camera_id="gate", known_since=known, last_picture_at=picture, last_read_at=read)

    states.save("one", [health(later, SINCE, None), CameraHealth(camera_id="arch", known_since=SINCE)])
    states.save("two", [health(SINCE, later, SINCE)])
    states.save("three", [health(later, SINCE, None)])
    assert states.load() == [
        ("one", CameraHealth(camera_id="arch", known_since=SINCE)),
        ("three", health(SINCE, later, SINCE)),
    ]
    assert states.quarantined() == {}
    for name in ("a.jpg", "b.jpg"):
        ItemLedger(database).reject(sample_item(name), "no picture")
    ItemLedger(database).reject(dataclasses.replace(sample_item("a.jpg"), camera_id="gate-1"), "no picture")
    assert states.quarantined() == {"gate-0": 2, "gate-1": 1}


def test_the_newest_picture_of_a_camera_is_shown(database: Database) -> None:
    for at, picture in ((SINCE, b"first"), (SINCE - TICK, b"older"), (SINCE, b"same"), (SINCE + TICK, b"newer")):
        save_picture(database, "gate", at, picture)
        if at <= SINCE:
            assert picture_of(database, "gate") == b"first"
    assert (picture_of(database, "gate"), picture_of(database, "arch")) == (b"newer", None)
    assert pictures_taken_at(database) == {"gate": SINCE + TICK}
