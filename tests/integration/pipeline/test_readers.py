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
from pipeline.health.readers import ReaderWatch
from schemas.events import AlarmKind
from schemas.settings import ImageFolderCamera, IngestSettings, IngestSource, ReaderPlace, Settings
from storage.cameras.states import CameraHours
from storage.database import Database

MOST_READERS = 500

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
