"""Plates keep their numbers from look to look, however far apart the looks are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.tracking.tracker import PlateTracker
from schemas.types import Box, PlateDetection

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def plate(x: float, y: float = 100.0, width: float = 60.0) -> PlateDetection:
    return PlateDetection(Box(x, y, x + width, y + width / 2), 0.9)


def follow(looks: Sequence[tuple[float, Sequence[PlateDetection]]]) -> list[list[int]]:
    tracker = PlateTracker()
    return [tracker.update(found, START + timedelta(seconds=second)) for second, found in looks]


@given(
    st.floats(-900, 900),
    st.floats(-900, 900),
    st.lists(st.sampled_from([0.05, 0.1, 0.4, 0.5]), min_size=3, max_size=12),
)
def test_a_steady_plate_is_followed_over_uneven_looks(speed_x: float, speed_y: float, steps: list[float]) -> None:
    moments = [0.0, 0.1]  # its speed shows in two looks that are near in time
    for step in steps:
        moments.append(moments[-1] + step)
    looks = [(moment, [plate(2000 + speed_x * moment, 2000 + speed_y * moment)]) for moment in moments]
    assert follow(looks) == [[1]] * len(looks)


@given(st.permutations(range(4)), st.integers(0, 40))
def test_the_order_of_detections_does_not_matter(order: list[int], step: int) -> None:
    first = [plate(400 * place) for place in range(4)]
    second = [plate(400 * place + step) for place in order]
    (before, after) = follow([(0.0, first), (0.2, second)])
    assert before == [1, 2, 3, 4]
    assert after == [place + 1 for place in order]


def test_a_plate_that_stops_is_followed_at_its_last_place() -> None:
    looks = [(0.1 * n, [plate(80.0 * n)]) for n in range(4)]
    assert follow([*looks, (0.7, [plate(250.0)]), (1.1, [plate(252.0)])])[-2:] == [[1], [1]]


def test_the_nearest_pair_is_taken_first() -> None:
    assert follow([(0.0, [plate(100), plate(220)]), (0.1, [plate(110), plate(95)])])[1] == [2, 1]


@pytest.mark.parametrize("other", [plate(400.0), plate(110.0, width=900.0)])
def test_a_plate_far_off_or_of_another_size_is_a_new_one(other: PlateDetection) -> None:
    assert follow([(0.0, [plate(100)]), (0.1, [other])]) == [[1], [2]]


def test_an_ended_track_is_forgotten() -> None:
    tracker = PlateTracker()
    assert tracker.update([plate(100)], START) == [1]
    assert tracker.update([], START) == []
    tracker.end(1)
    assert tracker.update([plate(100)], START) == [2]


def test_a_plate_that_brakes_is_followed_by_what_it_did_last() -> None:
    tracker = PlateTracker()
    moments = (0.0, 0.1, 0.2, 0.3)
    # 800 pixels a second, then hardly any: the next prediction is nearer to where it is than to where it was going.
    for moment, x in zip(moments, (0.0, 80.0, 160.0, 165.0), strict=True):
        assert tracker.update([plate(x)], START + timedelta(seconds=moment)) == [1]
    (moving,) = tracker._plates
    assert moving.speed[0] == pytest.approx(0.6 * 50 + 0.4 * 800)
