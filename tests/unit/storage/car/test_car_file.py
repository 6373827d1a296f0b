"""What waits in a car: it goes home once and in its order, makes room by pictures alone, and ends by the law."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.events import AlertType
from schemas.events.published import PublishedRead
from storage.car import upkeep
from storage.car.file import open_car_file
from tests.integration.alerts.samples import found, passing
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
    assert car.uploads.pictures_waiting() == (4, 20_000)
    for one in waiting:
        car.uploads.picture_done(one.key)
    assert car.uploads.pictures(10) == []
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
    assert car.uploads.drop_oldest_pictures(10**9) == 50
    assert car.on_disk() == []
    assert car.uploads.count() == 30


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
    assert car.upkeep.end(after(500)).unsent == 0


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
