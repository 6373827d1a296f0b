"""When an alarm about a camera's clock is raised, raised again, forgotten and cleared, and what it says."""

from __future__ import annotations

import dataclasses
import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.recording import clocks
from pipeline.recording.clocks import ClockWatch
from policy.decisions import open_policy
from schemas.arrivals import Arrival, Pictures
from schemas.clocks import SourceClock
from schemas.events import AlarmKind
from schemas.settings import Settings
from schemas.settings.cameras import ImageFolderCamera
from schemas.types import VendorReport
from tests.unit.pipeline.recording.test_second_opinion import plate_read
from tests.unit.samples import NoReceipt

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FUTURE = NOW + timedelta(days=300)


@dataclass
class Standing:
    kind: AlarmKind
    subject: str
    raised_at: datetime


@dataclass
class Kept:
    """Alarms as a database keeps them, and what was asked of it."""

    stand: list[Standing] = field(default_factory=list)
    asked: list[tuple[str, AlarmKind, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def raise_alarm(self, kind: AlarmKind, subject: str, message: str, now: datetime) -> bool:
        self.asked.append(("raise", kind, subject))
        self.said.append(message)
        is_new = (kind, subject) not in [(one.kind, one.subject) for one in self.stand]
        if is_new:
            self.stand.append(Standing(kind, subject, now))
        return is_new

    def clear(self, kind: AlarmKind, subject: str, now: datetime) -> bool:
        self.asked.append(("clear", kind, subject))
        before = len(self.stand)
        self.stand = [one for one in self.stand if (one.kind, one.subject) != (kind, subject)]
        return len(self.stand) < before

    def standing(self) -> list[Standing]:
        self.asked.append(("standing", AlarmKind.CAMERA_CLOCK, ""))
        return list(self.stand)


@dataclass
class Watched:
    """A watch, its alarms, and the seconds that pass for it."""

    watch: ClockWatch
    alarms: Kept
    monkeypatch: pytest.MonkeyPatch
    seconds: float = 1e6

    def tell(self, *arrivals: Arrival, at: float = 0.0) -> list[tuple[str, str]]:
        """Date arrivals so many seconds after the beginning; return what was raised and cleared, of which camera."""
        self.monkeypatch.setattr(clocks, "time", SimpleNamespace(monotonic=lambda: self.seconds + at))
        for one in arrivals:
            self.watch.date(one)
        self.alarms.asked.clear()
        self.watch.tell(threading.Event())
        assert {kind for _, kind, _ in self.alarms.asked} <= {AlarmKind.CAMERA_CLOCK}
        return [(what, subject) for what, _, subject in self.alarms.asked if what != "standing"]


def watched(monkeypatch: pytest.MonkeyPatch, alarms: Kept | None = None) -> Watched:
    settings = Settings(cameras=[ImageFolderCamera(id="gate", path=Path("gate"))])
    kept = Kept() if alarms is None else alarms
    return Watched(ClockWatch(settings, kept, open_policy(settings).retention), kept, monkeypatch)


def seen(captured: datetime, camera: str = "gate", clock: SourceClock | None = None) -> Arrival:
    read = dataclasses.replace(
        plate_read(), camera_id=camera, captured_at=captured, first_seen=captured, last_seen=captured
    )
    return Arrival(read, Pictures(), NoReceipt("a"), clock or SourceClock(), NOW)


def test_an_alarm_is_made_sure_of_every_hour_and_not_with_every_read(monkeypatch: pytest.MonkeyPatch) -> None:
    own = watched(monkeypatch)
    wrong = seen(FUTURE)
    assert own.tell(wrong, wrong) == [("raise", "gate")]
    assert own.tell(wrong, at=1) == []
    assert own.tell(wrong, seen(FUTURE, "other"), at=3599) == [("raise", "other")]
    assert own.tell(wrong, at=3600) == [("raise", "gate")]
    assert own.tell(wrong, seen(FUTURE, "other"), at=7199) == [("raise", "other")]
    assert own.tell(wrong, at=7200) == [("raise", "gate")]


def test_a_right_read_clears_it_once_no_wrong_one_came_for_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    own = watched(monkeypatch)
    wrong, right = seen(FUTURE), seen(NOW)
    assert own.tell(wrong) == [("raise", "gate")]
    assert own.tell(right, at=599) == []
    assert own.tell(wrong, at=300) == []
    assert own.tell(right, at=899) == []
    assert own.tell(right, at=900) == [("clear", "gate")]
    assert own.tell(right, at=901) == []
    # What is wrong again is raised anew, though the hour is not over.
    assert own.tell(wrong, at=902) == [("raise", "gate")]


def test_a_right_camera_asks_nothing_and_another_ones_alarm_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    own = watched(monkeypatch)
    assert own.tell(seen(FUTURE)) == [("raise", "gate")]
    assert own.tell(seen(NOW, "other"), at=1000) == []
    assert own.tell(at=1001) == []
    assert own.alarms.asked == []
    assert [one.subject for one in own.alarms.stand] == ["gate"]


def test_alarms_from_before_end_with_a_right_read_and_forgotten_cameras_after_two_days(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pipeline.recording.clocks")
    old, young = (datetime.now(UTC) - timedelta(days=2, minutes=minutes) for minutes in (1, -1))
    before = [
        Standing(AlarmKind.CAMERA_CLOCK, "gate", old),
        Standing(AlarmKind.CAMERA_CLOCK, "sold", old),
        Standing(AlarmKind.CAMERA_CLOCK, "not ours", young),
        Standing(AlarmKind.CAMERA_SILENT, "also sold", old),
    ]
    own = watched(monkeypatch, Kept(before))
    assert own.tell(seen(NOW, "east")) == [("clear", "sold")]
    assert [one.subject for one in own.alarms.stand] == ["gate", "not ours", "also sold"]
    assert own.tell(seen(NOW), seen(NOW, "not ours"), seen(NOW, "also sold"), at=1) in (
        [("clear", "gate"), ("clear", "not ours")],
        [("clear", "not ours"), ("clear", "gate")],
    )
    assert caplog.messages[0] == "camera sold: its clock is right again"
    assert len(caplog.messages) == 3


def test_the_alarm_is_logged_when_it_is_new_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    own = watched(monkeypatch)
    for at in (0, 3600):
        own.tell(seen(FUTURE), at=at)
    assert caplog.messages == [
        f"camera gate: its clock says {FUTURE:%Y-%m-%d %H:%M} UTC, which cannot be when that was captured; such reads "
        "are dated by their arrival; set the camera's clock, or, where its recordings are old, their started_at or the "
        "camera's clock_behind_days"
    ]


def test_a_file_is_judged_by_its_beginning_and_the_time_said_is_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    own = watched(monkeypatch)
    guessed = SourceClock(item_began=NOW - timedelta(minutes=10))
    assert own.tell(seen(FUTURE, clock=guessed)) == []
    began = datetime(1970, 1, 1, 5, tzinfo=UTC)
    assert own.tell(seen(NOW, clock=SourceClock(item_began=began))) == [("raise", "gate")]
    assert own.alarms.said[0].startswith("its clock says 1970-01-01 05:00 UTC, ")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (61, "its clock is 61 s ahead; "),
        (119, "its clock is 119 s ahead; "),
        (-119, "its clock is 119 s behind; "),
        (120, "its clock is 2 min ahead; "),
        (-7140, "its clock is 119 min behind; "),
        (7200, "its clock is 2 h ahead; "),
        (-90000, "its clock is 25 h behind; "),
    ],
)
def test_how_far_a_clock_is_off_is_said_in_a_unit_that_fits(
    monkeypatch: pytest.MonkeyPatch, seconds: float, said: str
) -> None:
    own = watched(monkeypatch)
    live = SourceClock(ahead=timedelta(days=30), off=timedelta(seconds=60))
    for number in range(5):
        came = NOW + timedelta(minutes=2 * number)
        one = seen(came, clock=live)
        read = dataclasses.replace(one.read, source_time=came + timedelta(seconds=seconds))
        own.watch.date(dataclasses.replace(one.with_read(read), arrived_at=came))
    assert own.tell() == [("raise", "gate")]
    assert own.alarms.said[0].startswith(said)
    assert own.alarms.said[0].endswith("raise clock_off_seconds where its messages come that late")


def test_only_a_live_readers_own_time_tells_how_far_its_clock_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each but the last lacks one thing that makes it tell; three reads that are ahead say it otherwise."""
    ahead = NOW + timedelta(seconds=90)
    live, sent_again = SourceClock(off=timedelta(seconds=60)), VendorReport("hikvision", is_retransmission=True)
    for clock, source_time, report, told in (
        (SourceClock(), ahead, None, []),
        (live, None, None, []),
        (live, ahead, sent_again, []),
        (live, ahead, VendorReport("hikvision"), [("raise", "gate")]),
        (live, ahead, None, [("raise", "gate")]),
    ):
        own, one = watched(monkeypatch), seen(ahead, clock=clock)
        read = dataclasses.replace(one.read, source_time=source_time, report=report)
        assert own.tell(*[one.with_read(read)] * 3) == told


def test_what_says_nothing_of_the_clock_clears_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    own = watched(monkeypatch)
    live = SourceClock(off=timedelta(seconds=60))
    assert own.tell(seen(FUTURE)) == [("raise", "gate")]
    once_ahead = seen(NOW, clock=live)
    once_ahead = once_ahead.with_read(dataclasses.replace(once_ahead.read, source_time=NOW + timedelta(seconds=90)))
    assert own.tell(once_ahead, at=1000) == []
    assert own.tell(seen(NOW, clock=live), at=1001) == [("clear", "gate")]
