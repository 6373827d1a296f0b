"""Reads that come without a camera: with pictures or none, and acknowledged once they are kept."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.counters import Counters
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Recorder
from policy.decisions import open_policy
from schemas.arrivals import Arrival, HandedOver, Pictures
from schemas.errors import TransientError
from schemas.ids import entry_id
from schemas.settings import AlertSettings, PolicySettings, Settings
from schemas.types import (
    Category,
    HotlistEntry,
    Movement,
    PlateRead,
    SecondReading,
    VehicleDescription,
    VendorReport,
)
from storage.alerts.alarms import Alarms
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.reads.search import ReadSearch
from tests.integration.alerts.samples import messages, passing
from tests.integration.storage.samples import activate

LISTED = HotlistEntry(entry_id("ncic", "VNV4527"), "ncic", "VNV4527", Category.STOLEN_VEHICLE, "US-VA")


@dataclass(eq=False)
class Noted:
    """A receipt that notes what it was told, and how many reads were stored then, after `failures`."""

    database: Database
    failures: int = 0
    told: list[tuple[str | None, int]] = field(default_factory=list)

    def acknowledge(self, rejection: str | None) -> None:
        if self.failures:
            self.failures -= 1
            raise TransientError("the sender does not answer")
        with self.database.connection() as connection:
            row = connection.execute("select count(*) from reads").fetchone()
        self.told.append((rejection, 0 if row is None else int(row[0])))


@dataclass
class Run:
    """A recorder in a thread, without any camera."""

    database: Database
    folder: Path
    counters: Counters = field(default_factory=Counters)
    done: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def record(self, *work: Arrival | HandedOver, second_reader: str = "off", profile: str = "virginia") -> None:
        """Hand work over, and return when all of it is recorded."""
        queue = ArrivalQueue(self.stop)
        settings = Settings(
            data_dir=self.folder,
            alerts=AlertSettings.model_validate({"second_reader": second_reader}),
            policy=PolicySettings(profile=profile),
        )
        matcher = LiveMatcher(HotlistChanges(self.database), settings.matching)
        recorder = Recorder(
            settings,
            Ledger(self.database),
            Alarms(self.database, settings.agency_id, settings.alarm_topic),
            matcher,
            queue,
            self.done.is_set,
            self.counters,
        )
        thread = threading.Thread(target=recorder.run, args=(self.stop,))
        thread.start()
        for one in work:
            queue.put(one)
        self.done.set()
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Iterator[Run]:
    activate(database, [LISTED])
    made = Run(database, tmp_path)
    yield made
    made.stop.set()


def seen(number: int, plate: str = "VNV4527") -> PlateRead:
    bare = {"characters": (), "plate_image_key": None, "context_image_key": None, "box": None}
    return passing(number, "vendor", None, plate=plate, jurisdiction="US-VA", **bare)


def test_a_read_without_pictures_is_kept_and_alerts(run: Run, database: Database) -> None:
    receipt = Noted(database)
    run.record(Arrival(seen(1), Pictures(), receipt), HandedOver(receipt), second_reader="on")
    number_alerts(database)
    (alert,) = AlertLog(database).after(0)
    assert alert.payload["plate_picture"] is None
    (read,) = ReadSearch(database).find("VNV4527")
    assert (read.plate_image_key, read.context_image_key, read.second_reading) == (None, None, None)
    assert receipt.told == [(None, 1)]
    assert list((run.folder / "images").rglob("*.jpg")) == []


def test_a_picture_whose_plate_has_no_known_place_is_kept_and_read_again(run: Run, database: Database) -> None:
    white = np.full((60, 120, 3), 230, np.uint8)
    jpeg = cv2.imencode(".jpg", white)[1].tobytes()
    receipt = Noted(database)
    run.record(Arrival(seen(1), Pictures(plate=jpeg), receipt), HandedOver(receipt), second_reader="on")
    (read,) = ReadSearch(database).find("VNV4527")
    assert read.plate_image_key is not None
    assert read.context_image_key is None
    assert (run.folder / "images" / read.plate_image_key).read_bytes() == jpeg
    assert receipt.told == [(None, 1)]


def test_a_picture_that_is_none_costs_the_second_reading_alone(run: Run, database: Database) -> None:
    receipt = Noted(database)
    run.record(Arrival(seen(1), Pictures(plate=b"not a picture"), receipt), HandedOver(receipt), second_reader="on")
    number_alerts(database)
    assert len(AlertLog(database).after(0)) == 1
    assert receipt.told == [(None, 1)]


def test_receipts_cover_none_one_or_many_reads_and_are_acknowledged_after_all_of_them(
    run: Run, database: Database
) -> None:
    empty, single, many, refused = (Noted(database) for _ in range(4))
    run.record(
        HandedOver(empty),
        Arrival(seen(1, "AAA1111"), Pictures(), single),
        HandedOver(single),
        Arrival(seen(2, "BBB2222"), Pictures(), many),
        Arrival(seen(3, "CCC3333"), Pictures(), many),
        Arrival(seen(4, "DDD4444"), Pictures(), refused),
        HandedOver(many),
        HandedOver(refused, "the rest is no JSON"),
    )
    assert [receipt.told[0][0] for receipt in (empty, single, many, refused)] == [
        None,
        None,
        None,
        "the rest is no JSON",
    ]
    assert many.told[0][1] >= 3
    assert refused.told[0][1] == 4
    assert all(len(receipt.told) == 1 for receipt in (empty, single, many, refused))
    assert run.counters.totals().rejected_items == 1


def test_a_sender_that_does_not_answer_is_told_again(run: Run, database: Database) -> None:
    receipt = Noted(database, failures=2)
    run.record(Arrival(seen(1), Pictures(), receipt), HandedOver(receipt))
    assert receipt.told == [(None, 1)]


def test_a_run_counts_what_it_recorded_and_a_replay_counts_nothing_new(run: Run, database: Database) -> None:
    work = [
        Arrival(seen(1), Pictures(), Noted(database)),
        Arrival(seen(2, "AAA1111"), Pictures(), Noted(database)),
        Arrival(seen(3, "BBB2222"), Pictures(), Noted(database)),
        Arrival(seen(4), Pictures(), Noted(database)),  # a repeat of the first one's alert
    ]
    run.record(*work)
    first = run.counters.totals()
    assert (first.reads, first.new_reads, first.alerts, first.hits) == (4, 4, 1, {"exact": 2})
    again = Run(database, run.folder)
    again.record(*work)
    second = again.counters.totals()
    assert (second.reads, second.new_reads, second.alerts, second.hits) == (4, 0, 0, {"exact": 2})


def test_a_category_that_the_law_does_not_let_notify_is_a_hit_and_no_alert(run: Run, database: Database) -> None:
    policy = open_policy(Settings())
    silent = next(one for one in Category if not policy.may_notify(one))
    activate(database, [LISTED._replace(category=silent)])
    run.record(Arrival(seen(1), Pictures(), Noted(database)))
    totals = run.counters.totals()
    assert (totals.reads, totals.hits, totals.alerts, totals.silent_hits) == (1, {"exact": 1}, 0, 1)
    number_alerts(database)
    assert AlertLog(database).after(0) == []


def test_an_early_read_keeps_its_pictures_where_it_is_a_hit_alone(run: Run, database: Database) -> None:
    picture = bytes(cv2.imencode(".jpg", np.full((40, 120, 3), 200, np.uint8))[1])
    listed, other = seen(0), seen(1, "XYZ9876")
    for read in (listed, other):
        early = dataclasses.replace(read, is_final=False, revision=1)
        work = Arrival(early, Pictures(picture, picture), Noted(database), better_pictures_follow=True)
        run.record(work)
        run.done.clear()
    kept = sorted(path.name for path in run.folder.rglob("*.jpg"))
    assert kept == [f"{listed.read_id}-{kind}-early-1.jpg" for kind in ("context", "plate")]
    assert run.counters.totals().reads == 0
    for read in (listed, other):
        run.record(Arrival(read, Pictures(picture, picture), Noted(database)))
        run.done.clear()
    assert len(list(run.folder.rglob("*.jpg"))) == 6
    assert run.counters.totals().reads == 2
    number_alerts(database)
    assert [alert.type.value for alert in messages(database)] == ["alert"]


@pytest.mark.parametrize(("profile", "is_kept"), [("virginia", True), ("minnesota", False)])
def test_what_the_law_does_not_let_be_collected_is_neither_stored_nor_sent(
    run: Run, database: Database, profile: str, is_kept: bool
) -> None:
    read = dataclasses.replace(
        seen(1),
        vehicle=VehicleDescription(make="FORD", color="BLUE"),
        movement=Movement("2", "leaving", 17.0),
        second_reading=SecondReading("VNV4527", 0.9, True),
        report=VendorReport("axis", "pass-1", '{"list": "theirs"}', payload='{"color": "blue"}'),
    )
    run.record(Arrival(read, Pictures(), Noted(database)), profile=profile)
    with database.connection() as connection:
        stored = str(connection.execute("select to_jsonb(reads) from reads").fetchall())
        stored += str(connection.execute("select to_jsonb(read_revisions) from read_revisions").fetchall())
        sent = str(connection.execute("select payload from alerts").fetchall())
    for word in ("FORD", "BLUE", "leaving", "theirs", "color"):
        assert (word in stored) is is_kept, word
    assert ("FORD" in sent) is is_kept
    assert "VNV4527" in sent
    (kept,) = ReadSearch(database).find("VNV4527")
    assert (kept.second_reading is not None) is is_kept
    assert (kept.location, kept.plate, kept.captured_at) == (read.location, read.plate, read.captured_at)
    # What came with it and may not be collected is not used either.
    with database.connection() as connection:
        assert connection.execute("select second_reader_agrees from hits").fetchall() == [(is_kept or None,)]
