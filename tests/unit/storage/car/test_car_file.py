"""What waits in a car: it goes home once and in its order, makes room by pictures alone, and ends by the law."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.build import alert_message, canceling
from schemas.arrivals import Arrival, Pictures
from schemas.clocks import SourceClock
from schemas.events import AlertType
from schemas.events.published import PublishedRead
from schemas.settling import Arrived
from schemas.types import Box, PlateRead
from storage.car import upkeep
from storage.car.expected import Expected, ExpectedArrivals, NoReceipt
from storage.car.file import open_car_file
from storage.car.uploads import RefusedUpload, Upload
from tests.integration.alerts.samples import found, passing
from tests.unit.pipeline.published.receipts import NOBODY
from tests.unit.storage.car.car import CarDisk, after, founds, listed, plain


@pytest.fixture
def car(tmp_path: Path) -> Iterator[CarDisk]:
    disk = CarDisk(tmp_path)
    yield disk
    disk.close()


def test_every_revision_goes_home_once_in_its_order_with_its_clock_and_its_place(car: CarDisk) -> None:
    read = car.keep(plain(0))
    early = dataclasses.replace(read, is_final=False, revision=1)
    car.record(*founds([early]))
    car.record(*founds([early, read, plain(1)]))
    car.record(*founds([read]))
    waiting = car.uploads.waiting(0, 10)
    sent = [PublishedRead.model_validate_json(one.body) for one in waiting]
    assert [one.kind for one in waiting] == ["read"] * 3
    assert [one.upload_id for one in waiting] == [str(one.message_id) for one in sent]
    assert [(one.read.read_id, one.read.is_final) for one in sent] == [
        (read.read_id, False),
        (read.read_id, True),
        (plain(1).read_id, True),
    ]
    assert [one.better_pictures_follow for one in sent] == [True, False, False]
    whole = sent[1]
    assert whole.arrived_at == read.captured_at
    assert whole.clock.behind_seconds == timedelta(days=3).total_seconds()
    assert whole.plate_box is not None
    assert (whole.plate_box.x1, whole.plate_box.y2) == (1.0, 14.0)
    assert whole.read.location is not None


def test_what_the_server_has_does_not_wait_and_what_it_refuses_stays_with_the_reason(car: CarDisk) -> None:
    car.record(*founds([plain(number) for number in range(4)]))
    car.uploads.add("answer", "one", b"{}")
    car.uploads.add("answer", "one", b'{"again": 1}')
    first, second, third, _, answer = car.uploads.waiting(0, 10)
    assert answer.body == b"{}"
    car.uploads.settle([first.number, answer.number])
    car.uploads.refuse(second.number, "it has no plate")
    assert [one.number for one in car.uploads.waiting(0, 10)] == [third.number, third.number + 1]
    assert [one.number for one in car.uploads.waiting(third.number, 10)] == [third.number + 1]
    assert (car.uploads.count(), car.uploads.refused()) == (2, 1)
    assert car.uploads.oldest_at() == after(2)
    # What was decided of one stays.
    car.uploads.refuse(first.number, "too late")
    car.uploads.settle([second.number])
    car.uploads.add("note", "two", b"[]")
    note = car.uploads.waiting(answer.number, 1)[0]
    assert note == Upload(note.number, "note", "two", b"[]")
    assert car.uploads.counts() == {"read": 2, "note": 1}
    car.uploads.refuse(note.number, "it is no note")
    no_plate, no_note = (
        RefusedUpload("read", second.upload_id, plain(1).read_id, "it has no plate"),
        RefusedUpload("note", "two", None, "it is no note"),
    )
    assert car.uploads.refusals() == [no_note, no_plate]
    assert car.uploads.refusals(1) == [no_note]
    assert (car.uploads.counts(), car.uploads.refused()) == ({"read": 2}, 2)
    # Neither comes again with its read.
    car.record(*founds([plain(0), plain(1)]))
    assert car.uploads.count() == 2


def test_a_read_at_home_is_deleted_once_nothing_can_be_compared_with_it_and_is_known_still(car: CarDisk) -> None:
    car.record(*founds([plain(0, "ZZZ7777"), plain(1, "ZZZ8888")]))
    first, _ = car.uploads.waiting(0, 10)
    car.uploads.settle([first.number])
    assert car.upkeep.forget_sent(after(0)) == 0
    assert car.upkeep.forget_sent(after(30)) == 1
    assert car.upkeep.forget_sent(after(30)) == 0
    assert b"ZZZ7777" not in written(car)
    assert car.upkeep.forget_sent(after(30)) == 0
    assert b"ZZZ8888" in written(car)
    car.record(*founds([plain(0, "ZZZ7777")]))
    assert car.uploads.count() == 1, "it is known by its id, and does not go home again"


def test_reads_without_a_text_and_with_several_revisions_are_forgotten_as_a_whole(car: CarDisk) -> None:
    blank = plain(0, "")
    early = dataclasses.replace(plain(1), is_final=False, revision=1)
    car.record(*founds([blank, early, plain(1)]))
    first, second, third = car.uploads.waiting(0, 10)
    car.uploads.settle([first.number, second.number])
    assert car.upkeep.forget_sent(after(30)) == 1, "of the other read something is still to go home"
    car.uploads.settle([third.number])
    assert car.upkeep.forget_sent(after(30)) == 1


def rows(car: CarDisk) -> dict[str, int]:
    """How many rows each table has."""
    file = open_car_file(car.path)
    tables = ("reads", "uploads", "pictures", "hits", "alerts", "chains")
    found = {table: file.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}
    file.close()
    return found


def written(car: CarDisk) -> bytes:
    """All that is in the file and its log."""
    file = open_car_file(car.path)
    file.execute("pragma wal_checkpoint(truncate)")
    file.close()
    return car.path.read_bytes() + car.path.with_name(car.path.name + "-wal").read_bytes()


def test_pictures_leave_the_car_once_they_are_home_but_for_those_of_alerts(car: CarDisk) -> None:
    passer, hit = car.keep(plain(0)), car.keep(passing(60))
    car.record(*founds([passer]), found(hit))
    waiting = car.uploads.pictures(10)
    assert [one.key for one in waiting] == [
        *(passer.plate_image_key, passer.context_image_key),
        *(hit.plate_image_key, hit.context_image_key),
    ]
    assert [one.size for one in waiting] == [1000, 9000, 1000, 9000]
    assert car.uploads.pictures(2, waiting[0].key) == waiting[1:3]
    assert car.uploads.pictures(9, "of no read") == waiting
    assert car.uploads.pictures_waiting() == (4, 20_000)
    car.uploads.picture_done(waiting[2].key)
    assert car.uploads.pictures(9) == [waiting[0], waiting[1], waiting[3]]
    assert car.uploads.pictures_waiting() == (3, 19_000)
    for one in waiting:
        car.uploads.picture_done(one.key)
    assert (car.uploads.pictures(10), car.uploads.pictures_waiting()) == ([], (0, 0))
    assert car.on_disk() == sorted([hit.plate_image_key or "", hit.context_image_key or ""])


def test_the_oldest_pictures_make_room_and_no_read_does(car: CarDisk) -> None:
    reads = [car.keep(plain(number)) for number in range(30)]
    car.record(*founds(reads))
    before = car.uploads.used_bytes()
    assert car.uploads.drop_oldest_pictures(45_000) == 10
    assert car.uploads.used_bytes() <= before - 45_000
    assert car.uploads.pictures(1)[0].key == reads[5].plate_image_key
    assert len(car.on_disk()) == 60 - 10
    assert car.uploads.count() == 30
    # Exactly what is asked for; what is at home (here: of an alert) is no loss.
    hit = car.keep(passing(3600))
    car.record(found(hit))
    car.uploads.picture_done(hit.plate_image_key or "")
    assert car.uploads.drop_oldest_pictures(0) == 0
    assert car.uploads.drop_oldest_pictures(1001) == 2
    assert car.uploads.drop_oldest_pictures(10**9) == 48 + 1
    assert car.on_disk() == []
    assert car.uploads.count() == 31
    # Room that records have left counts as free.
    car.upkeep.end(after(9999))
    assert car.uploads.used_bytes() < before - 300_000


def test_everything_ends_by_the_law_and_what_never_came_home_is_counted(car: CarDisk) -> None:
    old, young = car.keep(passing(0)), car.keep(plain(600))
    car.record(found(old), *founds([plain(1), young]), listed(12))
    car.uploads.settle([car.uploads.waiting(0, 1)[0].number])
    ended = car.upkeep.end(after(500))
    assert (ended.unsent, ended.unsent_pictures, ended.alerts) == (1, 2, 1)
    assert car.uploads.count() == 2
    assert {one.alert.type for one in car.alerts.newest(0, 10)} == {AlertType.ALERT}
    assert [one.alert.read.captured_at for one in car.alerts.newest(0, 10)] == [after(720)]
    assert car.on_disk() == sorted([young.plate_image_key or "", young.context_image_key or ""])
    # What is younger has all that belongs to it, what is older has nothing.
    kept = {"reads": 2, "uploads": 2, "pictures": 2, "hits": 1, "alerts": 1, "chains": 1}
    assert rows(car) == kept
    assert car.upkeep.end(after(500)) == upkeep.Ended(0, 0, 0)
    assert rows(car) == kept
    assert car.upkeep.end(after(721)) == upkeep.Ended(2, 2, 1)
    assert rows(car) == dict.fromkeys(kept, 0)


def test_pictures_of_reads_that_were_never_stored_are_deleted_at_the_start(car: CarDisk) -> None:
    stored = car.keep(plain(0))
    car.record(*founds([stored]))
    car.keep(plain(1))
    assert car.upkeep.delete_strays() == 2
    assert car.on_disk() == sorted([stored.plate_image_key or "", stored.context_image_key or ""])


def test_alerts_come_in_their_order_with_what_follows_them(car: CarDisk) -> None:
    car.record(found(passing(0), score=10.0))
    car.record(found(passing(30), score=20.0))
    car.record(listed(5))
    first, update, other = car.alerts.newest(0, 10)
    assert [one.alert.type for one in (first, update, other)] == [AlertType.ALERT, AlertType.UPDATE, AlertType.ALERT]
    assert first.number < update.number < other.number == car.alerts.last()
    assert car.alerts.newest(first.number, 1) == [update]
    assert car.alerts.about(first.alert.alert_id) == [first, update]
    assert car.alerts.one(update.alert.alert_id) == update
    assert car.alerts.newest(0, 2) == [first, update]
    assert car.alerts.newest(first.number, 10) == [update, other]
    assert car.alerts.since(after(60)) == [other]
    passed = other.alert.read.captured_at
    for moment, later in ((passed, [other]), (passed + timedelta(microseconds=1), [])):
        assert car.alerts.since(moment) == later
        assert car.alerts.open_since(moment) == [one.alert for one in later]
    # What adds to an alert is none of its own.
    assert car.alerts.open_since(first.alert.read.captured_at) == [first.alert, other.alert]
    assert car.alerts.about(other.alert.alert_id) == [other]
    assert car.alerts.one(plain(0).read_id) is None
    back = canceling(first.alert, "a mistake", created_at=after(90))
    with car.ledger.begin() as unit:
        assert unit.cancel(first.alert.alert_id, alert_message(back))
    assert [one.alert for one in car.alerts.about(first.alert.alert_id)][1:] == [update.alert, back]
    assert car.alerts.one(back.alert_id) == car.alerts.newest(other.number, 9)[0]
    assert car.alerts.last() == other.number + 1
    assert car.alerts.open_since(first.alert.read.captured_at) == [other.alert]
    # It passed when its alert did.
    assert [one.alert.type for one in car.alerts.since(first.alert.read.captured_at)][-1] is AlertType.CANCEL
    assert car.alerts.since(after(60)) == [other]


def test_a_moment_itself_is_not_before_it(car: CarDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_AT_ONCE", 2)
    tick = timedelta(microseconds=1)
    reads = [car.keep(plain(number)) for number in range(6)]
    car.record(*founds(reads), found(car.keep(passing(330))))
    assert car.upkeep.forget_sent(after(9)) == 0
    car.uploads.settle([one.number for one in car.uploads.waiting(0, 6)])
    assert car.upkeep.forget_sent(after(3)) == 3
    assert car.upkeep.forget_sent(after(3) + tick) == 1
    for moment, expected in (
        (after(5), (0, 10, 0)),
        (after(5.5), (0, 2, 0)),
        (after(5.5) + tick, (1, 2, 1)),
    ):
        ended = car.upkeep.end(moment)
        assert (ended.unsent, ended.unsent_pictures, ended.alerts) == expected, moment
    assert (car.on_disk(), car.uploads.count(), car.alerts.newest(0, 9)) == ([], 0, [])
    assert car.upkeep.end(after(999)) == upkeep.Ended(0, 0, 0)


def test_of_a_read_the_newest_revision_counts_with_what_earlier_ones_knew(car: CarDisk) -> None:
    """Of a place, where the clock was right."""
    final = dataclasses.replace(plain(0, "ABO1"), jurisdiction=None, confidence=0.5)
    early, other = (
        dataclasses.replace(final, is_final=False, revision=number, plate=plate, jurisdiction=state, camera_id=camera)
        for number, plate, state, camera in ((1, "AAA1", "US-VA", "rear"), (2, "AAA2", None, "side"))
    )
    wrong = dataclasses.replace(plain(7, "XYZ1"), claimed_at=after(0))
    arrived = []
    for read in (other, early, wrong, other, final, final, early):
        with car.ledger.begin([read]) as unit:
            arrived += unit.add_reads([read])
    assert arrived == [
        *(Arrived.NEW, Arrived.LATE, Arrived.NEW, Arrived.AGAIN, Arrived.NEWER, Arrived.AGAIN, Arrived.LATE),
    ]
    file = open_car_file(car.path)
    stored = file.execute("select * from reads order by captured_us").fetchall()
    file.close()
    place = final.location
    assert place is not None
    us = [int(read.captured_at.timestamp()) * 1_000_000 for read in (final, wrong)]
    assert stored == [
        (final.read_id.bytes, 1, 0, us[0], "gate", "AB01", place.latitude, place.longitude, 0.5, "US-VA"),
        (wrong.read_id.bytes, 1, 0, us[1], "gate", "XYZ1", None, None, wrong.confidence, "US-VA"),
    ]
    assert rows(car)["uploads"] == 4, "every revision goes home once"


def test_what_is_known_of_an_arrival_is_kept_without_its_pictures_until_it_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("storage.car.expected.MOST", 2)
    book = ExpectedArrivals()
    first, second, third = (plain(number) for number in range(3))
    early = dataclasses.replace(first, is_final=False)
    box, clock = Box(1.0, 2.0, 30.0, 14.0), SourceClock(behind=timedelta(days=3))

    def noted(read: PlateRead) -> Arrival:
        pictures = Pictures(b"12345", b"123", box)
        return Arrival(read, pictures, NOBODY, clock, arrived_at=after(1), better_pictures_follow=True)

    def bare(read: PlateRead) -> Arrival:
        return dataclasses.replace(noted(read), pictures=Pictures(plate_box=box), receipt=NoReceipt())

    for read in (early, first):
        book.note(noted(read))
    named = dataclasses.replace(first, plate_image_key="a")
    assert book.of(named) == Expected(bare(named), 5, 3)
    assert book.of(early) == Expected(bare(early), 5, 3)
    book.forget([early, second])
    unknown = dataclasses.replace(early, arrived_at=after(2))
    assert book.of(unknown) == Expected(
        Arrival(unknown, Pictures(), NoReceipt(), arrived_at=after(2), better_pictures_follow=True)
    )
    assert not book.of(dataclasses.replace(third, arrived_at=after(2))).arrival.better_pictures_follow
    # Of so many that some were never stored, the oldest is not known any more.
    for read in (second, third):
        book.note(Arrival(read, Pictures(), NoReceipt(), arrived_at=after(1)))
    assert [book.of(read).plate_bytes for read in (first, second, third)] == [0, 0, 0]
    assert [book.of(read).arrival.arrived_at == after(1) for read in (first, second, third)] == [False, True, True]
