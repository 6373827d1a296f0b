"""A recorder with a second reader: who is read again, what the alert says, and who waits for whom."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import pipeline.recording.evidence
from ingest.receipts import ItemReceipt
from pipeline.counters import Counters
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Recorder
from pipeline.recording.second_opinion import SecondOpinions
from recognition.pass_pictures import pass_pictures
from recognition.reading.second_reader import SecondReader
from recognition.results import VehiclePass
from rendering.plates.standard import render_plate
from schemas.arrivals import Arrival, HandedOver
from schemas.events import Alert
from schemas.ids import entry_id, read_id
from schemas.settings import AlertSettings, ImageSettings, RepeatSettings, Settings
from schemas.types import Box, Category, CharacterRead, HotlistEntry, PlateRead, SecondReading, SourceItem
from storage.alerts.alarms import Alarms
from storage.alerts.numbering import number_alerts
from storage.alerts.raised import AlertLog, StoredAlert
from storage.alerts.unit_of_work import Ledger
from storage.database import Database
from storage.hotlists.changes import HotlistChanges
from storage.item_ledger import ItemLedger
from storage.reads.search import ReadSearch
from tests.integration.storage.samples import activate

MOMENT = datetime(2026, 11, 20, 12, tzinfo=UTC)
LISTED, OTHER_LISTED, SILENT, INNOCENT = "VNV4527", "KXB8136", "SLT4521", "LMT5306"


@pytest.fixture
def listed(database: Database) -> Database:
    """A database with entries that alert and one that does not."""
    categories = {LISTED: Category.STOLEN_VEHICLE, OTHER_LISTED: Category.STOLEN_VEHICLE, SILENT: Category.SEX_OFFENDER}
    entries = [
        HotlistEntry(entry_id("ncic", plate), "ncic", plate, category, "US-VA")
        for plate, category in categories.items()
    ]
    activate(database, entries)
    return database


def item(name: str) -> SourceItem:
    return SourceItem("gate", name, "1", MOMENT, is_still=False)


def passing(number: int, plate: str, drawn: str | None = None, **fields: Any) -> VehiclePass:
    """A pass whose picture shows `drawn` (the plate itself unless given)."""
    image = render_plate(drawn or plate, "US-VA", np.random.default_rng(number)).image
    frame = cv2.copyMakeBorder(cv2.resize(image, (200, 100)), 60, 60, 60, 60, cv2.BORDER_REPLICATE).astype(np.uint8)
    moment = MOMENT + timedelta(seconds=number)
    read = PlateRead(
        read_id=read_id("gate", "clip", moment, number),
        camera_id="gate",
        agency_id="local",
        captured_at=moment,
        first_seen=moment,
        last_seen=moment,
        plate=plate,
        confidence=0.95,
        characters=tuple(CharacterRead(character, 0.99) for character in plate),
        box=Box(60, 60, 260, 160),
    )
    return VehiclePass(read, frame[30:190, 30:290].copy(), frame)


@dataclass
class Recorded:
    """What a recorder's observer was told, in its order."""

    reads: list[PlateRead] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)

    def observe(self, read: PlateRead, alerts: Sequence[Alert]) -> None:
        self.reads.append(read)
        self.alerts.extend(alerts)

    @property
    def plates(self) -> list[str]:
        return [read.plate for read in self.reads]


@dataclass
class Run:
    """A recorder in a thread, with its queue."""

    database: Database
    seen: Recorded = field(default_factory=Recorded)
    sources_done: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)

    def start(self, folder: Path, **alerts: Any) -> None:
        # Here one vehicle that passes again and again stands for many.
        every = RepeatSettings(window_minutes=0)
        settings = Settings(data_dir=folder, alerts=AlertSettings(**alerts), repeats=every)
        self.queue = ArrivalQueue(self.stop)
        matcher = LiveMatcher(HotlistChanges(self.database), settings.matching)
        recorder = Recorder(
            settings,
            Ledger(self.database),
            Alarms(self.database, settings.agency_id, settings.alarm_topic),
            matcher,
            self.queue,
            self.sources_done.is_set,
            Counters(),
            self.seen.observe,
        )
        self._thread = threading.Thread(target=recorder.run, args=(self.stop,))
        self._thread.start()

    def put(self, *passes: VehiclePass, name: str = "clip", finish: bool = True) -> None:
        receipt = ItemReceipt(item(name), ItemLedger(self.database))
        for vehicle_pass in passes:
            pictures = pass_pictures(vehicle_pass, ImageSettings())
            read = vehicle_pass.read
            self.queue.put(Arrival(read, pictures, receipt, better_pictures_follow=not read.is_final))
        if finish:
            self.queue.put(HandedOver(receipt))

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, f"waited too long; recorded: {self.seen.plates}"
            time.sleep(0.01)

    def finish(self) -> None:
        self.sources_done.set()
        self._thread.join(30)
        assert not self._thread.is_alive()

    def is_finished(self, name: str = "clip") -> bool:
        return ItemLedger(self.database).is_finished(item(name))


def stored_alerts(database: Database) -> list[StoredAlert]:
    """What officers see, newest first, once it is numbered."""
    number_alerts(database)
    return AlertLog(database).latest(100)


@pytest.fixture
def run(listed: Database) -> Iterator[Run]:
    made = Run(listed)
    yield made
    made.stop.set()
    made.finish()


class Gated:
    """A reader that sees a given text once its gate is open."""

    def __init__(self, text: str = LISTED) -> None:
        self.gate = threading.Event()
        self.asked: list[str] = []
        self._text = text

    def load(self) -> None:
        pass

    def read(self, picture: bytes, box: Box | None, read: PlateRead) -> SecondReading | None:
        self.asked.append(read.plate)
        self.gate.wait(10)
        return SecondReading(self._text, 0.9, self._text == read.plate, "US-VA", 0.97, "gated 1")


def install(reader: Gated, monkeypatch: pytest.MonkeyPatch, timeout: float) -> None:
    monkeypatch.setattr(pipeline.recording.evidence, "open_second_opinions", lambda _: SecondOpinions(reader, timeout))


def test_only_a_plate_that_is_about_to_alert_is_read_again_and_the_alert_says_so(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = SecondReader.read

    def counted(self: SecondReader, picture: bytes, box: Box | None, read: PlateRead) -> SecondReading | None:
        asked.append(read.plate)
        return real(self, picture, box, read)

    monkeypatch.setattr(SecondReader, "read", counted)
    run.start(tmp_path, second_reader="on", second_reader_timeout_seconds=30)
    run.put(passing(1, INNOCENT), passing(2, LISTED), passing(3, SILENT))
    run.until(run.is_finished)
    run.finish()
    assert asked == [LISTED]
    (stored,) = stored_alerts(run.database)
    alert = Alert.model_validate(stored.payload)
    assert alert.read.second_reading is not None
    assert (alert.read.second_reading.text, alert.read.second_reading.agrees) == (LISTED, True)
    assert alert.hit.second_reader_agrees is True
    assert "second reader agrees" in alert.hit.explanation
    kept = {plate: ReadSearch(run.database).find(plate)[0].second_reading for plate in (INNOCENT, LISTED, SILENT)}
    assert [plate for plate, reading in kept.items() if reading is not None] == [LISTED]
    with run.database.connection() as connection:
        rows = connection.execute("select second_reader_agrees from hits order by second_reader_agrees").fetchall()
    assert rows == [(True,), (None,)]


def test_a_contradiction_is_said_and_the_alert_still_goes_out(run: Run, tmp_path: Path) -> None:
    run.start(tmp_path, second_reader="on", second_reader_timeout_seconds=30)
    run.put(passing(1, LISTED, drawn="ABC1284"))
    run.until(run.is_finished)
    (alert,) = run.seen.alerts
    assert alert.read.second_reading is not None
    assert alert.read.second_reading.agrees is alert.hit.second_reader_agrees is False
    assert "second reader saw ABC1284" in alert.hit.explanation


def test_other_reads_do_not_wait_and_the_item_is_finished_after_its_last_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Gated()
    install(reader, monkeypatch, timeout=30)
    run.start(tmp_path)
    run.put(passing(1, LISTED), passing(2, INNOCENT))
    run.put(passing(3, INNOCENT), name="later")
    run.until(lambda: run.is_finished("later"))
    assert run.seen.plates == [INNOCENT, INNOCENT]
    assert not run.is_finished()
    reader.gate.set()
    run.until(run.is_finished)
    assert run.seen.plates == [INNOCENT, INNOCENT, LISTED]
    (alert,) = run.seen.alerts
    assert (alert.read.jurisdiction, alert.hit.jurisdiction_agrees) == ("US-VA", True)  # the read itself had no state


def test_a_late_reading_costs_the_alert_its_time_limit_at_most(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Gated()
    install(reader, monkeypatch, timeout=0.3)
    run.start(tmp_path)
    started = time.monotonic()
    run.put(passing(1, LISTED), passing(2, LISTED))
    run.until(run.is_finished)
    assert time.monotonic() - started < 30
    assert [alert.read.second_reading for alert in run.seen.alerts] == [None, None]
    assert [alert.hit.second_reader_agrees for alert in run.seen.alerts] == [None, None]
    reader.gate.set()


def test_an_early_alert_waits_for_a_shorter_time_and_not_behind_others(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Gated()
    opened = SecondOpinions(reader, 60.0, early_seconds=0.2)
    monkeypatch.setattr(pipeline.recording.evidence, "open_second_opinions", lambda _: opened)
    run.start(tmp_path)
    run.put(passing(1, LISTED))
    other = passing(2, OTHER_LISTED)
    early = dataclasses.replace(other.read, is_final=False, revision=1)
    run.put(dataclasses.replace(other, read=early), finish=False)
    run.until(lambda: bool(run.seen.alerts))
    assert [alert.read.plate for alert in run.seen.alerts] == [OTHER_LISTED]
    assert run.seen.alerts[0].read.second_reading is None
    reader.gate.set()
    run.until(lambda: len(run.seen.alerts) == 2)
    assert run.seen.alerts[1].read.second_reading is not None


def test_alerts_of_one_plate_keep_their_order_when_the_reader_is_busy(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Gated()
    install(reader, monkeypatch, timeout=1.0)
    run.start(tmp_path)
    run.put(*(passing(number, LISTED) for number in range(25)))
    run.until(lambda: bool(reader.asked))
    reader.gate.set()
    run.until(run.is_finished)
    stored = stored_alerts(run.database)[::-1]
    times = [stored_alert.payload["read"]["captured_at"] for stored_alert in stored]
    assert len(times) == 25
    assert times == sorted(times)


def test_a_stopped_run_records_what_waits_and_a_replay_changes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Gated()
    install(reader, monkeypatch, timeout=0.5)
    run.start(tmp_path)
    run.put(passing(1, LISTED))
    run.until(lambda: bool(reader.asked))
    run.stop.set()
    run.finish()
    assert run.is_finished()
    before = [stored.payload for stored in stored_alerts(run.database)]
    reader.gate.set()
    again = Run(run.database)
    again.start(tmp_path)
    again.put(passing(1, LISTED))
    again.finish()
    assert again.seen.alerts[0].read.second_reading is not None
    assert [stored.payload for stored in stored_alerts(run.database)] == before
