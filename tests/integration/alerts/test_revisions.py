"""A pass that is reported several times is one read with one alert, whatever order its revisions come in."""

from __future__ import annotations

import dataclasses
import random
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from alerts.settling.found import Found
from schemas.events import AlertType
from schemas.settling import Outcome
from schemas.types import Location, Movement, PlateRead, VehicleDescription
from storage.database import Database
from storage.reads.rows import stored_read
from tests.integration.alerts.samples import GATE, VIRGINIA, found, messages, outcomes, passing, settle
from tests.unit.alerts.samples import sample_entry

OTHER = sample_entry("ABC1284")
FITS = {"ABC1234": (VIRGINIA,), "ABC1284": (OTHER,), "ABC12?4": (VIRGINIA, OTHER), "XYZ9": ()}


def revised(read: PlateRead, revision: int, plate: str = "ABC1234", *, final: bool = False, **fields: object) -> Found:
    """A revision of a pass with the hits of its text."""
    values: dict[str, object] = {"revision": revision, "is_final": final, "plate": plate, "characters": ()}
    changed = dataclasses.replace(read, **(values | fields))  # type: ignore[arg-type]
    return found(changed, *FITS[plate]) if FITS[plate] else Found(changed)


def shown(database: Database) -> list[PlateRead]:
    with database.connection() as connection, connection.cursor(row_factory=stored_read) as cursor:
        return cursor.execute("select * from reads order by read_id").fetchall()


def kept_revisions(database: Database) -> list[tuple[bool, int, str]]:
    with database.connection() as connection:
        return connection.execute(
            "select is_final, revision, content ->> 'plate' from read_revisions order by is_final, revision"
        ).fetchall()


def open_entries(database: Database) -> list[tuple[UUID, UUID]]:
    """Read and entry of every alert that is open, once for each."""
    with database.connection() as connection:
        return connection.execute(
            "select hits.read_id, hits.entry_id from alerts inner join hits using (hit_id) "
            "where alerts.status = 'open' order by hits.read_id, hits.entry_id"
        ).fetchall()


def test_finished_pass_with_the_same_text_says_nothing_again(database: Database) -> None:
    read = passing(0)
    settle(database, revised(read, 1))
    finished = settle(database, revised(read, 0, final=True, last_seen=read.last_seen + timedelta(seconds=4)))
    assert finished.reads == 0
    assert finished.sent == [()]
    assert [alert.type for alert in messages(database)] == [AlertType.ALERT]
    assert [(one.revision, one.is_final, one.plate) for one in shown(database)] == [(0, True, "ABC1234")]
    assert shown(database)[0].last_seen == read.last_seen + timedelta(seconds=4)
    assert kept_revisions(database) == [(False, 1, "ABC1234"), (True, 0, "ABC1234")]


def test_another_text_takes_the_alert_back_and_raises_the_right_one(database: Database) -> None:
    read = passing(0)
    settle(database, revised(read, 1))
    settle(database, revised(read, 0, "ABC1284", final=True))
    first, cancel, second = messages(database)
    assert (first.type, cancel.type, second.type) == (AlertType.ALERT, AlertType.CANCEL, AlertType.ALERT)
    assert cancel.cancels == first.alert_id
    assert cancel.reason == "the read was revised: now ABC1284"
    assert second.entry.entry_id == OTHER.entry_id
    assert sorted(outcomes(database)) == ["alerted", "revised"]
    assert open_entries(database) == [(read.read_id, OTHER.entry_id)]


def test_text_that_still_fits_updates_the_alert(database: Database) -> None:
    read = passing(0)
    settle(database, revised(read, 1))
    sent = settle(database, revised(read, 2, "ABC12?4")).sent[0]
    first = messages(database)[0]
    updates = [alert for alert in sent if alert.type is AlertType.UPDATE]
    assert [(alert.updates, alert.reason) for alert in updates] == [
        (first.alert_id, "the plate is read as ABC12?4 now")
    ]
    again = settle(database, revised(read, 3, "ABC1234")).sent[0]
    assert [alert.type for alert in again] == [AlertType.CANCEL, AlertType.UPDATE]
    assert len({alert.alert_id for alert in messages(database)}) == len(messages(database)) == 5


def test_what_fits_again_alerts_anew_under_another_id_and_can_be_taken_back_again(database: Database) -> None:
    read = passing(0)
    for revision, plate in enumerate(("ABC1234", "XYZ9", "ABC1234", "XYZ9"), start=1):
        settle(database, revised(read, revision, plate))
    told = messages(database)
    assert [alert.type.value for alert in told] == ["alert", "cancel", "alert", "cancel"]
    assert len({alert.alert_id for alert in told}) == 4
    assert [told[1].cancels, told[3].cancels] == [told[0].alert_id, told[2].alert_id]
    assert open_entries(database) == []


def test_late_revision_never_alerts_and_fills_only_what_is_missing(database: Database) -> None:
    read = passing(0, plate_image_key=None, jurisdiction="US-VA", vehicle=None)
    settle(database, revised(read, 5, "XYZ9", final=True))
    late = {"plate_image_key": "a.jpg", "jurisdiction": "US-MD", "vehicle": VehicleDescription(color="RED")}
    sent = settle(database, revised(read, 2, movement=Movement(lane="2"), **late)).sent
    assert sent == [()]
    assert messages(database) == []
    one = shown(database)[0]
    assert (one.plate, one.plate_image_key, one.jurisdiction) == ("XYZ9", "a.jpg", "US-VA")
    assert (one.vehicle, one.movement) == (VehicleDescription(color="RED"), Movement(lane="2"))


def test_another_read_of_the_vehicle_keeps_its_alert_open(database: Database) -> None:
    read, later = passing(0), passing(30)
    settle(database, revised(read, 1), found(later))
    settle(database, revised(read, 2, "XYZ9"))
    assert [alert.type.value for alert in messages(database)] == ["alert", "update"]
    assert len(open_entries(database)) == 1
    settle(database, revised(later, 1, "XYZ9", final=True))
    assert [alert.type.value for alert in messages(database)] == ["alert", "update", "cancel"]
    assert open_entries(database) == []


def test_it_is_known_since_its_first_revision_whichever_is_shown(database: Database) -> None:
    def times() -> tuple[datetime, datetime | None]:
        with database.connection() as connection:
            return connection.execute("select stored_at, revised_at from reads").fetchone() or ()  # type: ignore[return-value]

    read = passing(0)
    settle(database, revised(read, 5))
    first, none = times()
    assert none is None
    changed = []
    for number in (7, 2, 9):
        settle(database, revised(read, number))
        stored, revised_at = times()
        assert stored == first
        assert revised_at is not None
        changed.append(revised_at)
    assert [first, *changed] == sorted({first, *changed})
    with database.connection() as connection:
        kept = connection.execute(
            "select revision, (content ->> 'stored_at')::timestamptz from read_revisions order by revision"
        ).fetchall()
    assert kept == [(2, changed[1]), (5, first), (7, changed[0]), (9, changed[2])]


def test_revision_of_another_day_moves_the_read_there(database: Database) -> None:
    read = passing(0)
    settle(database, revised(read, 1))
    next_day = read.captured_at + timedelta(days=1)
    settle(database, revised(read, 2, captured_at=next_day, last_seen=next_day))
    assert [one.captured_at for one in shown(database)] == [next_day]


def test_revisions_are_append_only(database: Database) -> None:
    read = passing(0)
    settle(database, revised(read, 1), revised(read, 2))
    with pytest.raises(Exception, match="append-only"), database.as_owner() as connection:
        connection.execute("update read_revisions set revision = 9")


def _story(rng: random.Random) -> list[Found]:
    """Revisions of a few passes, apart enough that none repeats another, in any order and some several times."""
    story = []
    for number in range(rng.randrange(1, 4)):
        read = passing(number * 4000, f"camera {number}", Location(GATE.latitude, GATE.longitude + number))
        keys = {(rng.random() < 0.3, rng.randrange(4)) for _ in range(rng.randrange(1, 6))}
        for final, revision in keys:
            seen = read.captured_at + timedelta(seconds=rng.random())
            lane = rng.choice([None, "1", "2"])
            fields = {"captured_at": seen, "movement": None if lane is None else Movement(lane=lane)}
            story.append(revised(read, revision, rng.choice(list(FITS)), final=final, **fields))
    story += rng.choices(story, k=rng.randrange(4))
    rng.shuffle(story)
    return story


def _newest(story: list[Found]) -> dict[UUID, Found]:
    newest: dict[UUID, Found] = {}
    for one in sorted(story, key=lambda one: (one.read.is_final, one.read.revision)):
        newest[one.read.read_id] = one
    return newest


@pytest.mark.parametrize("seed", range(20))
def test_any_order_batching_and_repetition_end_the_same(database: Database, seed: int) -> None:
    rng = random.Random(seed)
    story = _story(rng)
    left = list(story)
    while left:
        size = rng.randrange(1, 5)
        settle(database, *left[:size])
        left = left[size - 1 :] if size > 1 and rng.random() < 0.3 else left[size:]
    newest = _newest(story)
    reads = {one.read_id: one for one in shown(database)}
    assert reads.keys() == newest.keys()
    for read_id, one in newest.items():
        assert (reads[read_id].plate, reads[read_id].captured_at) == (one.read.plate, one.read.captured_at)
        lanes = [
            (other.read.is_final, other.read.revision, other.read.movement.lane)
            for other in story
            if other.read.read_id == read_id and other.read.movement is not None
        ]
        assert (reads[read_id].movement or Movement()).lane == (max(lanes)[2] if lanes else None)
    expected = sorted((hit.read_id, hit.entry_id) for one in newest.values() for hit in one.hits)
    assert open_entries(database) == expected
    told = messages(database)
    raised = {alert.alert_id for alert in told if alert.type is AlertType.ALERT}
    canceled = [alert.cancels for alert in told if alert.type is AlertType.CANCEL]
    assert len(canceled) == len(set(canceled))
    assert set(canceled) <= raised
    assert len(raised) - len(canceled) == len(expected)
    for alert in told:
        if alert.type is AlertType.UPDATE:
            assert alert.updates in raised
    assert outcomes(database).count(Outcome.ALERTED.value) == len(expected)
