"""The board: which changes of alarms it hands on, what it remembers of cameras and sources, and what it forgets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health import board as module
from pipeline.health.board import Change, HealthBoard
from pipeline.health.pattern import hour_of
from pipeline.health.signs import ReaderSigns
from schemas.events import AlarmKind
from schemas.health import CameraHealth

MOST_READERS = 500

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
GATE = CameraHealth(camera_id="gate", known_since=NOON)


class Clock(datetime):
    """A clock that stands."""

    moment = NOON

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.moment


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> HealthBoard:
    monkeypatch.setattr(Clock, "moment", NOON)
    monkeypatch.setattr(module, "datetime", Clock)
    return HealthBoard("here")


def changes(board: HealthBoard) -> list[Change]:
    found = []
    while (change := board.next_change()) is not None:
        assert board.next_change() is change  # until it is stored
        found.append(change)
        board.stored(change)
    return found


def test_an_alarm_is_handed_on_when_it_is_raised_reworded_and_cleared_and_only_then(board: HealthBoard) -> None:
    fails, silent = AlarmKind.CAMERA_FAILED, AlarmKind.CAMERA_SILENT
    told = [
        board.raised(fails, "gate", "no route"),
        board.raised(fails, "gate", "no route"),
        board.raised(fails, "gate", "no answer", at=LATER),
        board.raised(silent, "gate", "no route"),
        board.raised(fails, "east", "no route"),
        board.cleared(fails, "gate"),
        board.cleared(fails, "gate"),
        board.raised(fails, "gate", "no route"),
    ]
    assert told == [True, False, False, True, True, True, False, True]
    assert changes(board) == [
        Change(fails, "gate", "no route", NOON),
        Change(fails, "gate", "no answer", LATER),
        Change(silent, "gate", "no route", NOON),
        Change(fails, "east", "no route", NOON),
        Change(fails, "gate", None, NOON),
        Change(fails, "gate", "no route", NOON),
    ]
    assert board.standing() == {fails: 2, silent: 1}
    assert [board.stands(fails, name) for name in ("gate", "east", "west")] == [True, True, False]


def test_an_alarm_that_an_earlier_run_left_is_cleared_once(board: HealthBoard) -> None:
    assert not board.cleared(AlarmKind.BROKER, "here")
    assert not board.cleared(AlarmKind.BROKER, "here")
    assert changes(board) == [Change(AlarmKind.BROKER, "here", None, NOON)]
    assert not board.stands(AlarmKind.BROKER, "here")
    assert board.standing() == {}


def test_while_nobody_stores_changes_the_oldest_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_CHANGES", 2)
    board = HealthBoard("here")
    for name in "abc":
        board.raised(AlarmKind.CAMERA_FAILED, name, "x")
    first = board.next_change()
    assert first is not None
    board.raised(AlarmKind.CAMERA_FAILED, "d", "x")
    board.stored(first)  # it went meanwhile: nothing else may go in its place
    assert [change.subject for change in changes(board)] == ["c", "d"]


def test_a_stage_fails_since_its_first_failure_until_it_works(board: HealthBoard) -> None:
    first = board.stage_fails("relay", "away")
    Clock.moment = LATER
    second = board.stage_fails("relay", "still away")
    other = board.stage_fails("queries", "away")
    assert [(one.stage, one.problem, one.since) for one in (first, second, other)] == [
        ("relay", "away", NOON),
        ("relay", "still away", NOON),
        ("queries", "away", LATER),
    ]
    assert board.stages() == (second, other)
    board.stage_works("relay")
    board.stage_works("nothing")
    assert board.stages() == (other,)
    assert board.stage_fails("relay", "again").since == LATER


def test_what_came_last_of_a_camera_does_not_become_earlier_and_the_rest_is_as_noted(board: HealthBoard) -> None:
    board.camera("gate", waiting=7)  # not known: nothing
    board.know_camera(GATE)
    board.camera("gate", last_picture_at=LATER, waiting=3, problem="x")
    board.camera("gate", last_picture_at=NOON, last_read_at=None, waiting=2, problem=None)
    board.camera("gate", last_read_at=LATER)
    board.camera("gate", last_picture_at=None)
    (gate,) = board.cameras()
    assert gate == GATE.model_copy(update={"last_picture_at": LATER, "last_read_at": LATER, "waiting": 2})


def test_a_camera_that_is_forgotten_takes_its_alarms_with_it(board: HealthBoard) -> None:
    board.know_camera(GATE)
    for kind in (AlarmKind.CAMERA_FAILED, AlarmKind.CAMERA_CLOCK):
        board.raised(kind, "gate", "x")
    changes(board)
    board.forget_camera("gate")
    assert board.cameras() == ()
    assert {(change.kind, change.subject, change.message) for change in changes(board)} == {
        (kind, "gate", None)
        for kind in (AlarmKind.CAMERA_FAILED, AlarmKind.CAMERA_SILENT, AlarmKind.CAMERA_VIEW, AlarmKind.FILES_KEPT)
    }


def test_the_newest_picture_of_each_known_camera_is_taken_once(board: HealthBoard) -> None:
    board.know_camera(GATE)
    board.showed("gate", NOON, b"1")
    board.showed("gate", LATER, b"2")
    board.showed("unknown", NOON, b"3")
    assert board.take_pictures() == {"gate": (LATER, b"2")}
    assert board.take_pictures() == {}


def test_reads_are_counted_by_the_hour_until_they_are_stored(board: HealthBoard) -> None:
    board.know_camera(GATE)
    board.recorded({"gate": 2, "vendor": 1})
    board.recorded({"gate": 1, "early": 0})
    stored = board.reads()
    hour = hour_of(NOON)
    assert stored == {("gate", hour): 3, ("vendor", hour): 1}
    Clock.moment = LATER
    board.recorded({"gate": 5})
    board.reads_stored(stored)
    assert board.reads() == {("gate", hour_of(LATER)): 5}
    assert board.read_at() == {"gate": LATER, "vendor": NOON, "early": NOON}
    assert board.cameras()[0].last_read_at == LATER


def test_sources_add_up_until_they_are_configured_no_more(board: HealthBoard) -> None:
    board.count_source("axis", "axis", received=2, reads=1)
    board.source("axis", "axis", last_message_at=NOON)
    board.count_source("axis", "axis", received=1, quarantined=4)
    board.source("hik", "hikvision", waiting=3)
    board.source("hik", "other", waiting=2)
    board.signs.read("axis", "lane", NOON)
    axis, hik = board.sources()
    assert (axis.source_id, axis.vendor, axis.received, axis.reads, axis.quarantined) == ("axis", "axis", 3, 1, 4)
    assert (axis.last_message_at, [one.reader_id for one in axis.readers]) == (NOON, ["lane"])
    assert (hik.vendor, hik.waiting, hik.readers) == ("other", 2, ())
    board.keep_sources(["hik", "new"])
    assert [one.source_id for one in board.sources()] == ["hik"]
    assert board.signs.readers("axis") == ()


def test_what_was_heard_of_readers_is_the_newest_sign_and_read_of_each() -> None:
    signs = ReaderSigns()
    signs.sign("axis", "lane", NOON, 12.5, "blind")
    signs.read("axis", "lane", LATER)
    signs.sign("axis", "lane", LATER, None, None)
    signs.read("axis", "other", NOON)
    signs.read("hik", "lane", NOON)
    told = [one.model_dump() for one in signs.readers("axis")]
    assert told == [
        {"reader_id": "lane", "last_sign_at": LATER, "last_read_at": LATER, "fps": None, "problem": None},
        {"reader_id": "other", "last_sign_at": None, "last_read_at": NOON, "fps": None, "problem": None},
    ]
    signs.forget("axis")
    signs.forget("unknown")
    assert signs.readers("axis") == ()
    assert len(signs.readers("hik")) == 1


@pytest.mark.parametrize("by_sign", [True, False])
def test_of_too_many_readers_the_one_goes_that_was_heard_of_longest_ago(by_sign: bool) -> None:
    signs = ReaderSigns()

    def hear(number: int, at: datetime) -> None:
        if by_sign:
            signs.sign("axis", str(number), at, None, None)
        else:
            signs.read("axis", str(number), at)

    for number in range(MOST_READERS):
        hear(number, NOON + timedelta(seconds=number))
    hear(0, LATER)
    assert len(signs.readers("axis")) == MOST_READERS
    hear(MOST_READERS, LATER)
    left = {one.reader_id for one in signs.readers("axis")}
    assert left == {str(number) for number in range(MOST_READERS + 1)} - {"1"}
