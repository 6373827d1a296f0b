"""When a camera is silent for too long, and when it is not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.health.silence import counted, hanging_message, silence_message
from schemas.health import CameraHealth
from schemas.settings import ImageFolderCamera, VideoFileCamera

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
GATE = ImageFolderCamera(id="gate", path=Path("/srv/gate"))


def state(**known: object) -> CameraHealth:
    return CameraHealth.model_validate({"camera_id": "gate", "known_since": NOON - 9 * DAY, "looked_at": NOON, **known})


def test_a_day_without_a_picture_is_too_long_and_a_minute_less_is_not() -> None:
    assert silence_message(GATE, state(last_picture_at=NOON - DAY + timedelta(minutes=1)), NOON) is None
    message = silence_message(GATE, state(last_picture_at=NOON - DAY), NOON)
    assert message is not None
    assert "since 2026-05-03 12:00 UTC" in message
    assert "/srv/gate" in message


def test_one_that_never_had_a_picture_counts_from_when_it_was_first_watched() -> None:
    assert "when it was first watched" in str(silence_message(GATE, state(), NOON))
    assert silence_message(GATE, state(known_since=NOON), NOON) is None


@pytest.mark.parametrize(
    "known", [{"waiting": 1}, {"problem": "no such folder"}, {"looked_at": None}, {"last_picture_at": NOON}]
)
def test_what_waits_or_cannot_be_looked_at_is_no_silence(known: dict[str, object]) -> None:
    assert silence_message(GATE, state(**known), NOON) is None


def test_finished_files_and_cameras_without_a_limit_are_never_silent() -> None:
    assert silence_message(GATE.model_copy(update={"silent_minutes": 0.0}), state(), NOON) is None
    assert silence_message(VideoFileCamera(id="gate", path=Path("/srv/1.mp4")), state(), NOON) is None


def test_pictures_without_a_read_are_told_where_that_is_asked() -> None:
    known = state(last_picture_at=NOON, last_read_at=NOON - timedelta(hours=3))
    assert silence_message(GATE, known, NOON) is None
    message = silence_message(GATE.model_copy(update={"no_read_minutes": 180.0}), known, NOON)
    assert message is not None
    assert "no plate was read since 2026-05-04 09:00 UTC" in message


def test_a_folder_that_does_not_answer_is_told() -> None:
    assert hanging_message(GATE, state(looking_since=NOON - timedelta(minutes=4)), NOON) is None
    assert "does not answer" in str(hanging_message(GATE, state(looking_since=NOON - timedelta(minutes=5)), NOON))


def local(hour: int, day: int = 4) -> datetime:
    return datetime(2026, 5, day, hour).astimezone()


@pytest.mark.parametrize(
    ("since", "until", "quiet", "hours"),
    [
        (local(12), local(20), "22:00-06:00", 8),
        (local(20), local(8, 5), "22:00-06:00", 4),
        (local(23), local(5, 5), "22:00-06:00", 0),
        (local(20), local(20, 6), "22:00-06:00", 32),
        (local(8), local(20), "12:00-13:00", 11),
        (local(8), local(20), None, 12),
    ],
)
def test_quiet_hours_do_not_count(since: datetime, until: datetime, quiet: str | None, hours: int) -> None:
    assert counted(since, until, quiet) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-03-07T21:00-05:00", "2026-03-08T08:00-04:00", 3),  # a night of seven hours
        ("2026-10-31T21:00-04:00", "2026-11-01T08:00-05:00", 3),  # one of nine
    ],
)
def test_quiet_nights_have_the_hours_that_they_have(
    monkeypatch: pytest.MonkeyPatch, since: str, until: str, hours: int
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        span = datetime.fromisoformat(since), datetime.fromisoformat(until)
        assert counted(*span, "22:00-06:00") == timedelta(hours=hours)
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), st.integers(0, 23), st.integers(0, 23))
def test_time_that_counts_adds_up(first: int, second: int, third: int, begin: int, end: int) -> None:
    a, b, c = sorted(NOON + timedelta(hours=hours) for hours in (first, second, third))
    quiet = f"{begin:02}:00-{end:02}:30"
    assert counted(a, b, quiet) + counted(b, c, quiet) == counted(a, c, quiet)
    assert timedelta() <= counted(a, c, quiet) <= c - a
