"""What follows from how far apart a sequence's frames are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recognition.tracking.pace import Pace
from schemas.settings import TrackingSettings

MERGE_WINDOW = timedelta(seconds=2)

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SETTINGS = TrackingSettings(relaxed_look_seconds=0.4, max_gap_seconds=1.0, min_frames=3)


def pace(*seconds: float, numbers: list[int] | None = None) -> Pace:
    """The pace of a sequence with so much time between its frames."""
    found, at = Pace(SETTINGS), START
    for place, interval in enumerate((0.0, *seconds)):
        at += timedelta(seconds=interval)
        found.frame(at, numbers[place] if numbers else place)
    return found


def told(of: Pace) -> tuple[bool, bool, bool, float, int]:
    return of.is_slow, of.is_rare, of.is_time_lapse, of.merge_window.total_seconds(), of.least_sightings


@pytest.mark.parametrize(
    ("interval", "slow", "rare", "lapse", "window", "sightings"),
    [
        *((0.04, False, False, False, 2.0, 3), (0.12, False, False, False, 2.0, 3), (0.13, True, False, False, 2.0, 3)),
        *((0.33, True, False, False, 2.0, 3), (0.34, True, False, False, 2.0, 2), (0.4, True, False, False, 2.0, 2)),
        *((0.41, True, True, False, 2.0, 2), (0.5, True, True, False, 2.0, 2), (0.51, True, True, False, 2.0, 1)),
        *((0.8, True, True, False, 2.0, 1), (1.0, True, True, False, 2.5, 1), (1.01, True, True, True, 2.525, 1)),
        (30.0, True, True, True, 75.0, 1),
    ],
)
def test_the_slower_the_frames_come_the_less_can_be_asked_for(
    interval: float, slow: bool, rare: bool, lapse: bool, window: float, sightings: int
) -> None:
    assert told(pace(*[interval] * 5)) == (slow, rare, lapse, pytest.approx(window), sightings)


def test_before_anything_is_known_nothing_changes() -> None:
    nothing = (False, False, False, MERGE_WINDOW.total_seconds(), 3)
    assert told(Pace(SETTINGS)) == told(pace()) == nothing


def test_one_pause_does_not_make_a_sequence_slow() -> None:
    paused = pace(0.04, 0.04, 0.04, 5.0)
    assert told(paused) == (True, False, False, 2.0, 3), "this frame alone is worth a look"
    assert told(pace(0.04, 0.04, 0.04, 5.0, 0.04)) == (False, False, False, 2.0, 3)
    # Of an even number the slower one counts, and only the last nine.
    assert pace(0.04, 5.0).is_time_lapse
    assert not pace(0.04, 0.04, 5.0).is_time_lapse
    assert pace(*[0.04] * 20, *[5.0] * 5).is_time_lapse
    assert not pace(*[0.04] * 20, *[5.0] * 4).is_time_lapse


def test_frames_that_were_dropped_for_want_of_time_make_no_camera_rare() -> None:
    dropped = pace(*[0.5] * 5, numbers=[0, 5, 10, 15, 20, 25])
    assert (dropped.is_rare, dropped.is_slow) == (False, True)
    assert pace(*[0.5] * 5, numbers=[0, 1, 2, 3, 4, 5]).is_rare
    assert pace(*[0.5] * 5, numbers=[7, 7, 7, 7, 7, 7]).is_rare, "a camera that does not count"
