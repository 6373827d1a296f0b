"""A reader that falls silent at a busy hour raises an alarm, whichever way its reads come in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.status.readers import reader_state
from pipeline.health import readers
from pipeline.health.board import HealthBoard
from pipeline.health.pattern import hour_of
from pipeline.health.readers import ReaderWatch, missing_limit
from pipeline.health.signs import MOST_READERS
from schemas.events import AlarmKind
from schemas.settings import ImageFolderCamera, IngestSettings, IngestSource, ReaderPlace, Settings
from storage.cameras.states import CameraHours
from storage.database import Database

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
GATE = ImageFolderCamera(id="gate", path=Path("/srv/gate"))
SOURCE = IngestSource(
    id="axis", vendor="axis", token_sha256="0" * 64, missing_reads=50, readers={"B8A4": ReaderPlace(id="bridge")}
)
SETTINGS = Settings(cameras=(GATE,), ingest=IngestSettings(sources=(SOURCE,)))


class Clock(datetime):
    """A clock that stands where a test puts it."""

    moment = NOW

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.moment


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[HealthBoard]:
    monkeypatch.setattr(readers, "datetime", Clock)
    monkeypatch.setattr("pipeline.health.board.datetime", Clock)
    yield HealthBoard("here")
    Clock.moment = NOW


def standing(board: HealthBoard) -> set[str]:
    found = set()
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.kind is AlarmKind.READS_MISSING:
            (found.add if change.message else found.discard)(change.subject)
    return found


def busy(database: Database, reader: str, reads: int = 120) -> None:
    days = [hour_of(NOW) - timedelta(days=day, hours=hour) for day in range(1, 8) for hour in range(-1, 2)]
    CameraHours(database).add({(reader, hour): reads for hour in days})


def test_a_busy_reader_that_is_silent_stands_out_until_it_reads_again(database: Database, board: HealthBoard) -> None:
    for name in ("gate", "axis-lane-1", "gone"):
        busy(database, name)
    busy(database, "bridge", reads=1)
    watch = ReaderWatch(board, database)
    watch.store()
    board.recorded({"gate": 3, "axis-lane-1": 1})
    Clock.moment = NOW + timedelta(minutes=12)
    watch.judge(SETTINGS)
    assert standing(board) == {"gate"}
    Clock.moment = NOW + timedelta(minutes=30)
    watch.judge(SETTINGS)
    assert standing(board) == {"axis-lane-1"}
    board.recorded({"gate": 1, "axis-lane-1": 1})
    watch.judge(SETTINGS)
    assert standing(board) == set()


def test_a_source_that_sends_nothing_for_longer_than_it_may_is_silent(database: Database, board: HealthBoard) -> None:
    watch = ReaderWatch(board, database)
    Clock.moment = NOW + timedelta(minutes=1439)
    watch.judge(SETTINGS)
    Clock.moment = NOW + timedelta(minutes=1440)
    watch.judge(SETTINGS)
    watch.judge(SETTINGS)
    board.source("axis", "axis", last_message_at=Clock.moment)
    watch.judge(SETTINGS)
    told = []
    while (change := board.next_change()) is not None:
        board.stored(change)
        told.append((change.kind, change.subject, change.message is not None))
    assert told == [(AlarmKind.CAMERA_SILENT, "axis", raised) for raised in (False, True, False)]


def test_reads_are_counted_once_though_the_database_was_away(database: Database, board: HealthBoard) -> None:
    watch = ReaderWatch(board, database)
    board.recorded({"gate": 2})
    counts = board.reads()
    board.recorded({"gate": 1})  # while they are being stored
    CameraHours(database).add(counts)
    board.reads_stored(counts)
    watch.store()
    watch.store()
    assert CameraHours(database).since(NOW - timedelta(days=1)) == {"gate": {hour_of(NOW): 3}}


def test_hours_that_are_too_old_are_forgotten(database: Database) -> None:
    hours = CameraHours(database)
    hours.add({("gate", NOW - timedelta(days=40)): 5, ("gate", NOW): 7})
    assert hours.since(NOW - timedelta(days=30)) == {"gate": {NOW: 7}}
    assert hours.since(NOW - timedelta(days=50)) == {"gate": {NOW: 7}}


def test_a_run_that_begins_expects_nothing_of_the_time_before(database: Database, board: HealthBoard) -> None:
    busy(database, "gate")
    watch = ReaderWatch(board, database)
    watch.store()
    Clock.moment = NOW + timedelta(minutes=9)
    watch.judge(SETTINGS)
    assert standing(board) == set()


@pytest.mark.parametrize(
    ("reader", "limit"),
    [("gate", 20.0), ("axis", 50.0), ("axis-1", 50.0), ("bridge", 50.0), ("axi", None), ("x", None)],
)
def test_a_reader_is_its_camera_or_its_source_s(reader: str, limit: float | None) -> None:
    assert missing_limit(SETTINGS, reader) == limit


def about(board: HealthBoard) -> dict[tuple[AlarmKind, str], str]:
    found: dict[tuple[AlarmKind, str], str] = {}
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.message is None:
            found.pop((change.kind, change.subject), None)
        else:
            found[change.kind, change.subject] = change.message
    return found


def test_a_reader_that_only_sends_signs_of_life_is_alive_and_its_missing_reads_say_so(
    database: Database, board: HealthBoard
) -> None:
    busy(database, "axis-lane-1")
    watch = ReaderWatch(board, database)
    watch.store()
    Clock.moment = NOW + timedelta(minutes=30)
    board.signs.sign("axis", "axis-lane-1", Clock.moment - timedelta(minutes=1), 24.5, None)
    watch.judge(SETTINGS)
    found = about(board)
    assert set(found) == {(AlarmKind.READS_MISSING, "axis-lane-1")}
    assert "it is alive" in found[AlarmKind.READS_MISSING, "axis-lane-1"]
    board.source("axis", "axis")
    ((reader,),) = [source.readers for source in board.sources()]
    assert (reader.fps, reader.last_read_at) == (24.5, None)
    assert reader_state(reader, Clock.moment) == "alive, no reads"


def test_a_reader_that_sends_neither_reads_nor_signs_is_in_both_alarms(database: Database, board: HealthBoard) -> None:
    for hours in range(26):
        CameraHours(database).add(
            {("axis-lane-1", hour_of(NOW) - timedelta(days=day, hours=-hours)): 120 for day in range(1, 8)}
        )
    watch = ReaderWatch(board, database)
    watch.store()
    board.signs.sign("axis", "axis-lane-1", NOW, None, None)
    board.signs.read("axis", "axis-lane-2", NOW)
    Clock.moment = NOW + timedelta(minutes=1441)
    board.source("axis", "axis", last_message_at=Clock.moment)
    watch.judge(SETTINGS)
    found = about(board)
    assert "neither a read nor a sign of life" in found[AlarmKind.CAMERA_SILENT, "axis-lane-1"]
    assert "no read since" in found[AlarmKind.CAMERA_SILENT, "axis-lane-2"]
    assert "no sign of life of it came since" in found[AlarmKind.READS_MISSING, "axis-lane-1"]
    assert (AlarmKind.CAMERA_SILENT, "axis") not in found
    for lane in ("axis-lane-1", "axis-lane-2"):
        board.signs.sign("axis", lane, Clock.moment, None, None)
    board.recorded({"axis-lane-1": 1})
    watch.judge(SETTINGS)
    assert about(board) == {}


def test_what_a_vendor_says_is_wrong_with_a_reader_is_an_alarm_until_it_says_otherwise(
    database: Database, board: HealthBoard
) -> None:
    watch = ReaderWatch(board, database)
    board.signs.sign("axis", "bridge", NOW, None, "it has lost its picture")
    watch.judge(SETTINGS)
    assert "lost its picture" in about(board)[AlarmKind.CAMERA_FAILED, "bridge"]
    board.signs.read("axis", "bridge", NOW)
    watch.judge(SETTINGS)
    assert about(board) == {}
    board.signs.sign("axis", "bridge", NOW, 25.0, None)
    watch.judge(SETTINGS)
    assert watch._board.standing()[AlarmKind.CAMERA_FAILED] == 0


def test_no_more_readers_are_remembered_than_a_source_has(board: HealthBoard) -> None:
    for number in range(MOST_READERS + 50):
        board.signs.read("axis", f"axis-{number}", NOW + timedelta(seconds=number))
    found = board.signs.readers("axis")
    assert len(found) == MOST_READERS
    assert min(reader.last_read_at for reader in found if reader.last_read_at) == NOW + timedelta(seconds=50)
    board.keep_sources(())
    board.source("axis", "axis")
    board.keep_sources(())
    assert board.signs.readers("axis") == ()
