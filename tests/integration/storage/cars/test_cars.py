"""Cars, their cameras and their tokens: what is refused changes nothing and is not written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas.actor import Actor, SignIn
from schemas.audit import Action, AuditRecord
from schemas.errors import Conflict, Outdated
from storage.audit.reader import audit_entries
from storage.cars.cars import Car, Cars
from storage.cars.rows import CarRows
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.storage.samples import sample_id, sample_read

LEE = Actor("lee", SignIn.LOCAL_USER, "desk", "local")
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDED, CHANGED, TOKEN, REVOKED, LOOKED = (
    AuditRecord(LEE, action)
    for action in (Action.ADD_CAR, Action.CHANGE_CAR, Action.RENEW_CAR_TOKEN, Action.REVOKE_CAR, Action.VIEW_CARS)
)


def add(cars: Cars, name: str, *cameras: str, most: int = 9) -> None:
    cars.add(name, f"Unit {name}", cameras, name.encode().ljust(32), "lee", most, ADDED)


def written(database: Database) -> list[tuple[Action, int | None]]:
    return [(row.action, row.results) for row in audit_entries(database)][::-1]


def test_a_car_has_its_id_and_its_cameras_alone(database: Database) -> None:
    cars = Cars(database)
    assert (cars.are_any(), cars.all()) == (False, [])
    add(cars, "u-2", "a", "b")
    assert cars.are_any()
    add(cars, "u-1", "c", most=2)
    assert [one.car_id for one in cars.all()] == ["u-1", "u-2"]
    with pytest.raises(Conflict, match=r"^there are 2 cars, which is the most$"):
        add(cars, "u-3", "d", most=2)
    for cameras in (("d", "b"), ("b",)):
        with pytest.raises(Conflict, match=r"^a camera of these is car 'u-2's; a camera belongs to one car$"):
            add(cars, "u-3", *cameras)
    with pytest.raises(Conflict, match=r"^there is a car 'u-2' already"):
        add(cars, "u-2", "d")
    with pytest.raises(Conflict, match=r"^a camera of these is car 'u-2's; a camera belongs to one car$"):
        cars.change("u-1", ["c", "a"], CHANGED)
    assert not cars.change("u-9", ["d"], CHANGED)
    with pytest.raises(Outdated):
        cars.change("u-2", ["b", "d"], CHANGED, knows=2)
    assert cars.change("u-2", ["b", "d"], CHANGED, knows=1)
    found = cars.all(audit=LOOKED)
    assert [(one.car_id, one.camera_ids) for one in found] == [("u-1", ["c"]), ("u-2", ["b", "d"])]
    one = found[1]
    digest, nobody, unseen = b"u-2".ljust(32), (None, None), None
    own = Car(
        "u-2", "Unit u-2", ["b", "d"], digest, one.added_at, "lee", one.token_at, *nobody, unseen, 2, *nobody, False
    )
    assert one == own
    assert (cars.get("u-2"), cars.get("u-9")) == (one, None)
    assert written(database) == [(Action.ADD_CAR, 1)] * 2 + [(Action.CHANGE_CAR, 1), (Action.VIEW_CARS, 2)]


def test_a_token_is_exchanged_and_taken_away_of_one_car(database: Database) -> None:
    cars = Cars(database)
    for name in ("u-1", "u-2"):
        add(cars, name, name)
    before, other = cars.get("u-1"), cars.get("u-2")
    assert cars.revoke("u-1", "kim", REVOKED)
    assert not cars.revoke("u-1", "ann", REVOKED)
    assert not cars.revoke("u-9", "ann", REVOKED)
    gone = cars.get("u-1")
    assert before is not None
    assert gone is not None
    assert gone.revoked_at is not None
    assert gone == replace(before, revoked_at=gone.revoked_at, revoked_by="kim", version=2)
    assert cars.token("u-1", b"n" * 32, TOKEN)
    assert not cars.token("u-9", b"n" * 32, TOKEN)
    anew = cars.get("u-1")
    assert anew is not None
    assert anew.token_at > before.token_at
    assert anew == replace(before, token_sha256=b"n" * 32, token_at=anew.token_at, version=3)
    assert cars.get("u-2") == other
    assert written(database)[2:] == [(Action.REVOKE_CAR, 1), (Action.RENEW_CAR_TOKEN, 1)]


def test_what_a_car_says_of_itself_is_kept_and_its_time_never_goes_back(database: Database) -> None:
    cars = Cars(database)
    for name in ("u-1", "u-2"):
        add(cars, name, name)
    for shift in (0, -1, 1, 0):
        cars.seen("u-1", NOON + timedelta(hours=shift))
    cars.reports("u-1", NOON, {"reads": 7})
    found, other = cars.get("u-1"), cars.get("u-2")
    assert found is not None
    assert other is not None
    assert (found.last_seen_at, found.reported_at, found.report) == (NOON + timedelta(hours=1), NOON, {"reads": 7})
    assert (other.last_seen_at, other.reported_at, other.report) == (None, None, None)
    cars.reports("u-1", NOON + timedelta(minutes=1), {})
    found = cars.get("u-1")
    assert found is not None
    assert (found.reported_at, found.report) == (NOON + timedelta(minutes=1), {})


def test_reads_of_another_camera_are_told(database: Database) -> None:
    add(Cars(database), "u-1", "gate-1", "gate-2")
    rows = CarRows(database)
    assert (rows.cameras_of("u-1"), rows.cameras_of("u-9")) == (frozenset({"gate-1", "gate-2"}), frozenset())
    reads = [sample_read(number) for number in range(4)]
    Records(database).write([ReadRecord(read) for read in reads[:3]])
    sent = [replace(read, camera_id="gate-1") for read in reads]
    assert rows.others(sent) == {sample_id("read", 0), sample_id("read", 2)}
    assert rows.others(reads) == set()
    assert rows.others([]) == set()
