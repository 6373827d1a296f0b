"""Cameras whose clock is wrong: their reads are kept, count from their arrival, and say so."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.clocks import SourceClock
from schemas.events import AlarmKind
from schemas.ids import entry_id
from schemas.types import Category, HotlistEntry, Location, PlateRead, VendorReport
from storage.alerts.alarms import Alarms
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.database import Database
from storage.reads.search import ReadSearch
from tests.integration.alerts.samples import passing
from tests.integration.pipeline.test_arrivals import Noted, Run, run
from tests.integration.storage.samples import activate

__all__ = ["run"]

FUTURE = datetime(2031, 1, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seen_at(number: int, moment: datetime, camera: str = "gate", place: Location | None = None) -> PlateRead:
    bare = {"characters": (), "plate_image_key": None, "context_image_key": None, "box": None}
    made = passing(number, camera, None, plate="VNV4527", jurisdiction="US-VA", location=place, **bare)
    return dataclasses.replace(made, captured_at=moment, first_seen=moment, last_seen=moment)


def record(run: Run, *reads: PlateRead, clock: SourceClock | None = None, picture: bytes | None = None) -> None:
    receipt = Noted(run.database)
    arrivals = [Arrival(read, Pictures(picture), receipt, clock or SourceClock()) for read in reads]
    run.record(*arrivals, HandedOver(receipt))


def standing(run: Run) -> list[tuple[AlarmKind, str]]:
    alarms = Alarms(run.database, "local", "platewatch.alarms.local.v1").standing()
    return [(alarm.kind, alarm.subject) for alarm in alarms]


@pytest.mark.parametrize("moment", [FUTURE, EPOCH])
def test_a_read_of_a_wrong_clock_counts_from_its_arrival_in_search_alert_and_retention(
    run: Run, database: Database, moment: datetime
) -> None:
    begun = datetime.now(UTC)
    record(run, seen_at(1, moment), seen_at(2, begun - timedelta(hours=1)), picture=b"jpeg")
    number_alerts(database)
    first, second = ReadSearch(database).find("VNV4527")
    assert begun - timedelta(seconds=1) <= first.captured_at <= datetime.now(UTC)
    assert (first.claimed_at, second.claimed_at) == (moment, None)
    assert str(first.plate_image_key).startswith(f"{first.captured_at:%Y/%m/%d}/")
    since = begun - timedelta(minutes=1)
    assert [read.claimed_at for read in ReadSearch(database).find("VNV4527", since=since)] == [moment]
    alert = min(AlertLog(database).after(0), key=lambda each: each.alert_number)
    assert datetime.fromisoformat(alert.payload["read"]["captured_at"]) == first.captured_at
    assert f"CAMERA'S CLOCK WRONG (it says {moment:%Y-%m-%d %H:%M} UTC)" in alert.payload["hit"]["explanation"]
    assert standing(run) == [(AlarmKind.CAMERA_CLOCK, "gate")]
    with database.connection() as connection:
        days = connection.execute("select count(*) from pg_inherits where inhparent = 'reads'::regclass").fetchone()
        assert days is not None
        assert days[0] <= 2  # none of 1970 or 2031
        times = connection.execute("select captured_at from hits union select captured_at from alerts").fetchall()
        assert {time for (time,) in times} <= {first.captured_at, second.captured_at}


def test_an_entry_that_is_valid_now_alerts_whatever_the_clock_says(run: Run, database: Database) -> None:
    now = datetime.now(UTC)
    entry = HotlistEntry(entry_id("own", "1"), "own", "VNV4527", Category.STOLEN_VEHICLE, "US-VA")
    activate(
        database,
        [entry._replace(valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=1))],
        hotlist_id="own",
    )
    record(run, seen_at(1, EPOCH))
    number_alerts(database)
    assert {alert.payload["hotlist"]["hotlist_id"] for alert in AlertLog(database).after(0)} == {"ncic", "own"}


def test_two_cameras_of_which_one_has_a_wrong_clock_are_no_clone(run: Run, database: Database) -> None:
    near, far = Location(38.9, -77.0), Location(36.8, -76.3)
    now = datetime.now(UTC)
    record(run, seen_at(1, now, "gate-near", near))
    record(run, seen_at(2, FUTURE, "gate-far", far))
    record(run, seen_at(3, now + timedelta(seconds=2), "gate-near", near))
    number_alerts(database)
    assert all(alert.payload["clone"] is None for alert in AlertLog(database).after(0))


def test_old_footage_whose_begin_is_told_is_trusted(run: Run, database: Database) -> None:
    record(run, seen_at(1, datetime(2020, 5, 4, tzinfo=UTC)), clock=SourceClock(is_told=True))
    (read,) = ReadSearch(database).find("VNV4527")
    assert (read.captured_at, read.claimed_at) == (datetime(2020, 5, 4, tzinfo=UTC), None)
    assert standing(run) == []


def test_the_alarm_ends_when_the_clock_is_right_again(run: Run) -> None:
    record(run, seen_at(1, FUTURE), seen_at(2, datetime.now(UTC)))
    assert standing(run) == [(AlarmKind.CAMERA_CLOCK, "gate")]  # a folder may hold both
    record(run, seen_at(3, FUTURE, "other"))
    assert {subject for _, subject in standing(run)} == {"gate", "other"}
    record(run, seen_at(4, datetime.now(UTC)))
    assert standing(run) == [(AlarmKind.CAMERA_CLOCK, "other")]


def test_a_live_reader_whose_clock_is_off_is_flagged_and_its_reads_carry_both_times(
    run: Run, database: Database
) -> None:
    now = datetime.now(UTC)
    ahead = [now + timedelta(seconds=90 + number) for number in range(3)]
    reads = [dataclasses.replace(seen_at(number, at), source_time=at) for number, at in enumerate(ahead, 1)]
    record(run, *reads, clock=SourceClock(off=timedelta(seconds=60)))
    assert standing(run) == [(AlarmKind.CAMERA_CLOCK, "gate")]
    (alarm,) = Alarms(database, "local", "platewatch.alarms.local.v1").standing()
    assert alarm.message.startswith("its clock is 91 s ahead")
    assert {read.captured_at for read in ReadSearch(database).find("VNV4527")} == set(ahead)


def test_what_a_reader_sends_late_says_nothing_of_its_clock(run: Run) -> None:
    ahead = datetime.now(UTC) + timedelta(seconds=90)
    late = VendorReport("hikvision", is_retransmission=True)
    reads = [dataclasses.replace(seen_at(n, ahead), source_time=ahead, report=late) for n in range(1, 6)]
    record(run, *reads, clock=SourceClock(off=timedelta(seconds=60)))
    assert standing(run) == []


def test_a_read_that_comes_again_stays_as_it_was(run: Run, database: Database) -> None:
    read = seen_at(1, FUTURE)
    record(run, read)
    (before,) = ReadSearch(database).find("VNV4527")
    record(run, read)
    assert ReadSearch(database).find("VNV4527") == [before]
