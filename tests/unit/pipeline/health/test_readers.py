"""What is said of readers and sources that are silent, word by word, and when it is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from pipeline.health import readers
from pipeline.health.board import HealthBoard
from pipeline.health.pattern import REMEMBERED, hour_of
from pipeline.health.readers import ALIVE_FOR, ReaderWatch, missing_limit
from schemas.events import AlarmKind
from schemas.settings import Settings

NOON = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTINGS = Settings.model_validate(
    {
        "cameras": [
            {"id": "gate", "type": "image_folder", "path": "/srv/gate", "missing_reads": 30},
            {"id": "axis-1", "type": "image_folder", "path": "/srv/axis", "missing_reads": 31},
        ],
        "ingest": {
            "sources": [
                {
                    "id": "axis",
                    "vendor": "axis",
                    "token_sha256": "0" * 64,
                    "missing_reads": 50,
                    "silent_minutes": 90,
                    "readers": {"B8A4": {"id": "bridge"}},
                },
                {
                    "id": "axis-north",
                    "vendor": "frigate",
                    "pull": {"kind": "mqtt", "url": "mqtt://10.0.0.3"},
                    "missing_reads": 60,
                    "silent_minutes": 0,
                },
            ]
        },
    }
)
ALARM = AlarmKind


class Clock(datetime):
    """A clock that stands where a test puts it."""

    moment = NOON

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.moment


class Hours:
    """Stands where reads are stored by the hour."""

    stored: dict[str, dict[datetime, int]]
    added: list[Mapping[tuple[str, datetime], int]]
    asked: list[datetime]

    def __init__(self, database: Any) -> None:
        Hours.stored, Hours.added, Hours.asked = {}, [], []

    def add(self, counts: Mapping[tuple[str, datetime], int]) -> None:
        self.added.append(counts)

    def since(self, moment: datetime) -> dict[str, dict[datetime, int]]:
        self.asked.append(moment)
        return self.stored


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> HealthBoard:
    monkeypatch.setattr(readers, "datetime", Clock)
    monkeypatch.setattr("pipeline.health.board.datetime", Clock)
    monkeypatch.setattr(readers, "CameraHours", Hours)
    monkeypatch.setattr(Clock, "moment", NOON)
    return HealthBoard("here")


@pytest.fixture
def watch(board: HealthBoard) -> ReaderWatch:
    return ReaderWatch(board, cast(Any, None))


def busy(*names: str) -> None:
    """These had 120 reads in each of these hours of the days before."""
    hours = [hour_of(NOON) + timedelta(days=-day, hours=hour) for day in range(1, 8) for hour in range(-1, 3)]
    Hours.stored = {name: dict.fromkeys(hours, 120) for name in names}


def told(watch: ReaderWatch, after: timedelta = timedelta()) -> dict[tuple[str, str], str | None]:
    """What one judgment changes of the alarms; what was never raised is not said to be over."""
    Clock.moment += after
    board = watch._board
    stood = {(kind, name) for (kind, name), message in board._alarms.items() if message is not None}
    watch.judge(SETTINGS)
    found: dict[tuple[str, str], str | None] = {}
    while (change := board.next_change()) is not None:
        board.stored(change)
        if change.message is not None or (change.kind, change.subject) in stood:
            found[change.kind, change.subject] = change.message
    return found


def test_counts_are_stored_once_and_the_weeks_before_are_asked_for_once_an_hour(
    watch: ReaderWatch, board: HealthBoard
) -> None:
    board.recorded({"gate": 2})
    hour = hour_of(NOON)
    for Clock.moment in (NOON, NOON + 29 * MINUTE, NOON + 30 * MINUTE):
        watch.store()
    assert Hours.added == [{("gate", hour): 2}, {}, {}]
    assert Hours.asked == [hour - REMEMBERED, hour + timedelta(hours=1) - REMEMBERED]


def test_missing_reads_are_told_once_with_how_many_and_whether_the_reader_is_alive(
    watch: ReaderWatch, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.health.readers")
    board.keep_sources(["axis", "axis-north"])
    busy("gate", "axis-2", "bridge", "axis-north-1", "gone")
    watch.store()
    board.recorded({"bridge": 1})
    Clock.moment += 10 * MINUTE
    board.signs.sign("axis", "axis-2", Clock.moment, None, None)
    board.signs.sign("axis-north", "axis-north-1", Clock.moment + MINUTE, None, None)
    common = "no read since 2026-06-01 12:30 UTC, and at these hours about"
    look = "would have come; look at the reader and at the way to it (missing_reads ="
    # 20 reads in ten minutes are too few for all of them; 50 in 25 are those of the first source.
    assert told(watch) == {}
    dead = "; no sign of life of it came since 2026-06-01 12:40 UTC"
    assert told(watch, 15 * MINUTE) == {
        (ALARM.READS_MISSING, "gate"): f"{common} 50 {look} 30 is its limit)",
        (ALARM.READS_MISSING, "axis-2"): f"{common} 50 {look} 50 is its limit){dead}",
        (ALARM.READS_MISSING, "bridge"): f"{common} 50 {look} 50 is its limit)",
    }
    assert ALIVE_FOR == 15 * MINUTE
    board.recorded({"bridge": 1})
    assert told(watch, 5 * MINUTE) == {(ALARM.READS_MISSING, "bridge"): None} | {
        (ALARM.READS_MISSING, "axis-north-1"): (f"{common} 60 {look} 60 is its limit)" + dead.replace("12:40", "12:41"))
    }
    board.recorded({"gate": 1})
    board.signs.sign("axis", "axis-2", Clock.moment, None, None)
    # What is said stays as it was said: how many are missing grows all the time.
    assert told(watch) == {(ALARM.READS_MISSING, "gate"): None}
    board.recorded({"axis-2": 1, "axis-north-1": 1})
    assert set(told(watch)) == {(ALARM.READS_MISSING, "axis-2"), (ALARM.READS_MISSING, "axis-north-1")}
    assert set(told(watch, 25 * MINUTE)) == {(ALARM.READS_MISSING, name) for name in ("gate", "axis-2", "bridge")}
    lines = [line for line in caplog.messages if line.startswith("reader gate: ")]
    assert lines == [
        f"reader gate: {common} 50 {look} 30 is its limit)",
        "reader gate: its reads come again",
        f"reader gate: no read since 2026-06-01 13:00 UTC, and at these hours about 50 {look} 30 is its limit)",
    ]


@pytest.mark.parametrize(("minutes", "is_alive"), [(14, True), (15, False)])
def test_a_reader_whose_last_sign_is_young_is_alive(
    watch: ReaderWatch, board: HealthBoard, minutes: int, is_alive: bool
) -> None:
    board.signs.sign("axis", "axis-2", NOON, None, None)
    board.signs.sign("axis", "axis-3", NOON + 25 * MINUTE, None, None)
    for name in ("axis-1", "axis-9"):
        board.signs.read("axis", name, NOON)
    Clock.moment = NOON + minutes * MINUTE
    words = watch._sign_words(SETTINGS, "axis-2", Clock.moment)
    assert words == (
        "; it is alive, by its signs of life: look at what it sees"
        if is_alive
        else "; no sign of life of it came since 2026-06-01 12:30 UTC"
    )
    assert [watch._sign_words(SETTINGS, name, Clock.moment) for name in ("axis-9", "x")] == ["", ""]


def test_a_source_is_silent_from_its_limit_on_and_where_to_look_is_said(
    watch: ReaderWatch, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.health.readers")
    board.source("axis", "axis", last_message_at=NOON - timedelta(days=9))  # before this run began
    assert told(watch, timedelta(minutes=90, seconds=-1)) == {}
    said = (
        "no message since 2026-06-01 12:30 UTC, and 90 minutes are its limit (silent_minutes); look at the reader, and "
        "at the URL and token that it was given"
    )
    assert told(watch, timedelta(seconds=1)) == {(ALARM.CAMERA_SILENT, "axis"): said}
    assert told(watch, timedelta(days=2)) == {}  # the other one has no limit
    board.source("axis", "axis", last_message_at=Clock.moment)
    assert told(watch) == {(ALARM.CAMERA_SILENT, "axis"): None}
    assert caplog.messages == [f"source axis: {said}", "source axis: messages come again"]
    posts, fetched = SETTINGS.ingest.sources
    assert readers._way(fetched) == "what platewatch ingest check says of it"
    assert readers._way(posts) == "the URL and token that it was given"


def test_a_reader_of_a_source_is_silent_or_broken_by_itself(
    watch: ReaderWatch, board: HealthBoard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "pipeline.health.readers")
    board.signs.sign("axis", "axis-1", NOON, 25.0, "it has lost its picture")
    board.signs.read("axis", "axis-2", NOON)
    board.signs.sign("axis", "axis", NOON, None, None)  # of the vendor's whole server
    board.signs.read("axis-north", "axis-north-1", NOON)
    broken = "it has lost its picture, its vendor's system says; look at the reader"
    assert told(watch) == {(ALARM.CAMERA_FAILED, "axis-1"): broken}
    board.source("axis", "axis", last_message_at=NOON + 100 * MINUTE)
    assert told(watch, timedelta(minutes=90, seconds=-1)) == {}
    since = (
        "since 2026-06-01 12:30 UTC, and 90 minutes are the limit of source axis (silent_minutes); look at the reader "
        "and at the way to it"
    )
    assert told(watch, timedelta(seconds=1)) == {
        (ALARM.CAMERA_SILENT, "axis-1"): f"neither a read nor a sign of life {since}",
        (ALARM.CAMERA_SILENT, "axis-2"): f"no read {since}",
    }
    # A read says nothing of a picture that is lost, and that it is there.
    board.signs.read("axis", "axis-1", Clock.moment)
    board.signs.sign("axis", "axis-2", Clock.moment, None, None)
    assert told(watch) == {(ALARM.CAMERA_SILENT, "axis-1"): None, (ALARM.CAMERA_SILENT, "axis-2"): None}
    board.signs.sign("axis", "axis-1", Clock.moment, None, None)
    assert told(watch) == {(ALARM.CAMERA_FAILED, "axis-1"): None}
    assert caplog.messages == [
        f"reader axis-1: {broken}",
        f"reader axis-1: neither a read nor a sign of life {since}",
        f"reader axis-2: no read {since}",
        "reader axis-1: it is heard of again",
        "reader axis-2: it is heard of again",
        "reader axis-1: its vendor's system says that it works again",
    ]


@pytest.mark.parametrize(
    ("reader", "limit"),
    [
        ("gate", 30.0),
        ("axis-1", 31.0),  # a camera of ours, though a source's readers are called like it
        ("axis", 50.0),
        ("axis-2", 50.0),
        ("bridge", 50.0),
        ("axis-north", 60.0),
        ("axis-north-1", 60.0),
        ("axi", None),
        ("gate-1", None),
        ("B8A4", None),
    ],
)
def test_a_reader_has_the_limit_of_its_camera_or_of_the_source_that_is_meant(reader: str, limit: float | None) -> None:
    assert missing_limit(SETTINGS, reader) == limit
