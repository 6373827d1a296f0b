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


@given(st.floats(20, 900), st.lists(st.booleans(), min_size=4, max_size=14))
def test_cars_in_a_row_keep_their_numbers_however_fast_the_camera_drives_past(step: float, parked: list[bool]) -> None:
    """Each look shows a place further on; at six widths a look the next car stands where the one before was."""
    tracker, first_seen = PlateTracker(), {}
    row = [place * 165.0 for place, is_there in enumerate(parked) if is_there]
    numbers: dict[float, set[int]] = {}
    last: dict[int, float] = {}
    for look in range(12):
        seen = {place: place - step * look for place in row if -200 < place - step * look < 2400}
        carried = {number: (x - step + 30.0, 115.0) for number, x in last.items()}
        found = tracker.update([plate(x) for x in seen.values()], START + timedelta(seconds=look / 10), carried)
        last = {**{n: x - step for n, x in last.items()}, **dict(zip(found, seen.values(), strict=True))}
        for place, number in zip(seen, found, strict=True):
            numbers.setdefault(place, set()).add(number)
            first_seen.setdefault(number, place)
    assert all(len(found) == 1 for found in numbers.values())
    assert len(first_seen) == len(numbers)


def test_where_a_plate_was_carried_to_counts_more_than_where_it_was() -> None:
    tracker = PlateTracker()
    assert tracker.update([plate(100)], START) == [1]
    moment = START + timedelta(seconds=0.1)
    assert tracker.update([plate(100), plate(400)], moment, {1: (430.0, 115.0)}) == [2, 1]


def test_from_a_driving_car_a_plate_comes_to_where_another_was_lost() -> None:
    """The one that was in view a moment ago is followed; the lost one gets nothing that is another's."""
    tracker = PlateTracker()
    assert tracker.update([plate(160), plate(320)], START, {}) == [1, 2]
    for look, x in enumerate((260, 200, 140), start=1):
        seen = [plate(x)] if look > 1 else [plate(100), plate(x)]
        found = tracker.update(seen, START + timedelta(seconds=look / 10), {})
        assert found[-1] == 2


@pytest.mark.parametrize(("x", "is_same"), [(150.0, True), (150.5, False), (-149.9, True), (-150.5, False)])
def test_a_plate_is_followed_over_two_and_a_half_of_its_widths(x: float, is_same: bool) -> None:
    assert follow([(0.0, [plate(0)]), (0.1, [plate(x)])])[1] == [1 if is_same else 2]


@pytest.mark.parametrize(
    ("x", "width", "is_same"),
    # A size e ** 0.5 times as large takes half a width off, whichever is the larger one.
    [(0.0, 60 * 12.1, True), (0.0, 60 * 12.3, False), (0.0, 60 / 12.1, True), (0.0, 60 / 12.3, False)],
)
def test_what_its_size_changed_is_taken_off_of_how_far_it_is_followed(x: float, width: float, is_same: bool) -> None:
    middle = x + 30
    found = follow(
        [(0.0, [plate(x)]), (0.1, [PlateDetection(Box(middle - width / 2, 100, middle + width / 2, 130), 0.9)])]
    )
    assert found[1] == [1 if is_same else 2]


def test_a_plates_speed_is_mostly_that_of_the_last_look() -> None:
    # 100 pixels a second, then 200: it is taken to go 160 a second, and 800 in five.
    looks = [(0.0, [plate(0)]), (1.0, [plate(100)]), (2.0, [plate(300)])]
    for x, is_same in (
        (300 + 800 + 149, True),
        (300 + 800 + 151, False),
        (300 + 800 - 149, True),
        (300 + 800 - 151, False),
    ):
        assert follow([*looks, (7.0, [plate(x)])])[3] == [1 if is_same else 2]


def test_looks_at_one_moment_are_no_endless_speed() -> None:
    assert follow([(0.0, [plate(0)]), (0.0, [plate(20)]), (0.1, [plate(22)]), (0.2, [plate(24)])]) == [[1]] * 4


@pytest.mark.parametrize(("x", "number"), [(290.0, 1), (291.0, 2), (110.0, 1), (109.0, 2)])
def test_a_plate_that_was_carried_is_looked_for_within_one_and_a_half_widths_of_there(x: float, number: int) -> None:
    tracker = PlateTracker()
    assert tracker.update([plate(0)], START) == [1]
    carried = {1: (230.0, 115.0)}  # its middle; it began at 200
    assert tracker.update([plate(x)], START + timedelta(seconds=0.1), carried) == [number]


def test_from_a_driving_car_what_was_in_view_takes_a_plate_before_what_was_lost_and_is_nearer() -> None:
    for carried, number in (({}, 2), (None, 1)):
        tracker = PlateTracker()
        assert tracker.update([plate(0), plate(120)], START, carried) == [1, 2]
        assert tracker.update([plate(120)], START + timedelta(seconds=0.1), carried) == [2]
        assert tracker.update([plate(30)], START + timedelta(seconds=0.2), carried) == [number]
