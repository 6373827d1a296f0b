"""Where the car was at a moment."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.positions.fixes import Fix
from ingest.positions.track import KEPT, PositionTrack
from schemas.types import Location

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LOST = timedelta(seconds=60)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def fix(
    seconds: float, latitude: float, longitude: float, speed: float | None = 10.0, heading: float | None = 90.0
) -> Fix:
    return Fix(after(seconds), latitude, longitude, speed, heading)


def track(*fixes: Fix) -> PositionTrack:
    made = PositionTrack(LOST)
    for one in fixes:
        made.add(one)
    return made


def test_between_two_fixes_the_car_is_on_the_line_that_joins_them() -> None:
    place = track(fix(0, 36.0, -76.0, 10, 80), fix(2, 36.002, -76.004, 14, 100)).at(after(0.5))
    assert place is not None
    assert (place.latitude, place.longitude) == pytest.approx((36.0005, -76.001))
    assert (place.heading, place.speed, place.fix_age) == pytest.approx((85, 11, 0.5))


def test_headings_turn_the_shorter_way_and_the_date_line_is_crossed() -> None:
    place = track(fix(0, 0.5, 179.999, 10, 350), fix(2, 0.5, -179.999, 10, 20)).at(after(1))
    assert place is not None
    assert place.heading == pytest.approx(5)
    assert abs(place.longitude) == pytest.approx(180)


def test_after_the_last_fix_it_is_where_that_was_with_its_age_until_it_is_lost() -> None:
    of = track(fix(0, 36.0, -76.0))
    assert of.at(after(0)) == Location(36.0, -76.0, 90.0, 0.0, 10.0)
    assert of.at(after(45)) == Location(36.0, -76.0, 90.0, 45.0, 10.0)
    assert of.at(after(60.5)) is None


def test_a_gap_is_not_bridged() -> None:
    of = track(fix(0, 36.0, -76.0), fix(30, 36.1, -76.1))
    assert of.at(after(20)) == Location(36.0, -76.0, 90.0, 20.0, 10.0)
    assert of.at(after(29.9)) == Location(36.0, -76.0, 90.0, 29.9, 10.0)
    assert of.at(after(30)) == Location(36.1, -76.1, 90.0, 0.0, 10.0)


def test_before_the_first_fix_nothing_is_known_but_for_a_moment() -> None:
    of = track(fix(0, 36.0, -76.0))
    assert of.at(after(-1)) == Location(36.0, -76.0, 90.0, 1.0, 10.0)
    assert of.at(after(-1.6)) is None
    assert PositionTrack(LOST).at(NOON) is None


def test_a_car_that_stands_looks_where_it_drove() -> None:
    of = track(fix(0, 36.0, -76.0, 8, 45), fix(1, 36.0, -76.0, 0.2, 311), fix(2, 36.0, -76.0, 0.0, 7))
    assert of.at(after(2)) == Location(36.0, -76.0, 45, 0.0, 0.0)
    parked = track(fix(0, 36.0, -76.0, 0.1, 200)).at(NOON)
    assert parked is not None
    assert parked.heading is None


def test_what_says_neither_speed_nor_heading_has_those_of_its_way() -> None:
    # 0.0001 degrees of latitude are 11.1 m; of longitude at 60 degrees north half of that.
    of = track(fix(0, 60.0, 5.0, None, None), fix(1, 60.0001, 5.0, None, None), fix(2, 60.0001, 5.0002, None, None))
    north, east = of.at(after(1)), of.at(after(2))
    assert north is not None
    assert east is not None
    assert (north.heading, north.speed) == pytest.approx((0, 11.1), abs=0.1)
    assert (east.heading, east.speed) == pytest.approx((90, 11.1), abs=0.1)
    # One that jitters where it stands looks where it drove, one that jumps says nothing, and a pause is no way.
    of.add(fix(3, 60.000105, 5.0002, None, None))
    assert of.last == fix(3, 60.000105, 5.0002, pytest.approx(0.56, abs=0.1), pytest.approx(90, abs=0.1))
    of.add(fix(4, 61.0, 5.0, None, None))
    of.add(fix(30, 61.001, 5.0, None, None))
    assert of.at(after(4)) == Location(61.0, 5.0, None, 0.0, None)
    assert of.at(after(30)) == Location(61.001, 5.0, None, 0.0, None)


def test_a_clock_that_is_set_back_begins_anew_and_a_fix_that_comes_twice_counts_once() -> None:
    of = track(fix(100, 36.0, -76.0), fix(100, 37.0, -76.0), fix(99.5, 38.0, -76.0))
    assert of.last == fix(100, 36.0, -76.0)
    of.add(fix(50, 39.0, -76.0))
    assert of.last == fix(50, 39.0, -76.0)
    assert of.at(after(100)) == Location(39.0, -76.0, 90.0, 50.0, 10.0)


def test_what_is_long_past_is_forgotten_of_a_receiver_and_kept_of_a_recorded_track() -> None:
    seconds = int(KEPT.total_seconds() * 4)
    fixes = [fix(number, 36.0, -76.0) for number in range(seconds)]
    driven, recorded = track(*fixes), PositionTrack(LOST, fixes)
    assert driven.at(NOON) is None
    assert driven.at(after(seconds - KEPT.total_seconds())) is not None
    assert recorded.at(NOON) is not None


@given(
    st.lists(st.floats(0, 600), min_size=1, max_size=30, unique=True).map(sorted),
    st.floats(-10, 700),
)
def test_the_place_is_that_of_the_fixes_around_the_moment(times: list[float], moment: float) -> None:
    of = PositionTrack(LOST, [fix(seconds, 1 + seconds / 1000, 2 + seconds / 500) for seconds in times])
    place = of.at(after(moment))
    # By microseconds, as times are kept.
    times, moment = sorted({round(seconds, 6) for seconds in times}), round(moment, 6)
    earlier = max((seconds for seconds in times if seconds <= moment), default=None)
    later = min((seconds for seconds in times if seconds >= moment), default=None)
    if place is None:
        assert earlier is None or moment - earlier > 59.99
        assert later is None or earlier is not None or later - moment > 1.49
        return
    said = (place.latitude - 1) * 1000
    assert place.longitude == pytest.approx(2 + said / 500)
    assert place.fix_age is not None
    if earlier is not None and later is not None and later - earlier <= 5:
        assert said == pytest.approx(moment, abs=1e-3)
    else:
        assert said == pytest.approx(later if earlier is None else earlier, abs=1e-3)
    nearest = min(abs(moment - seconds) for seconds in times)
    assert place.fix_age >= nearest - 1e-5
    assert math.isfinite(place.fix_age)


@pytest.mark.parametrize(
    ("between", "moment", "expected"),
    [
        (5, 2.5, Location(36.5, -76.5, 90.0, 2.5, 10.0)),
        (5.001, 2.5, Location(36.0, -76.0, 90.0, 2.5, 10.0)),
    ],
)
def test_two_fixes_are_joined_up_to_a_distance_in_time(between: float, moment: float, expected: Location) -> None:
    assert track(fix(0, 36.0, -76.0), fix(between, 37.0, -77.0)).at(after(moment)) == expected


@pytest.mark.parametrize(("seconds", "is_known"), [(-1.5, True), (-1.501, False), (60, True), (60.001, False)])
def test_how_long_before_the_first_and_after_the_last_fix_a_place_is_known(seconds: float, is_known: bool) -> None:
    assert (track(fix(0, 36.0, -76.0)).at(after(seconds)) is not None) == is_known


@pytest.mark.parametrize(("seconds", "begins_anew"), [(-2, False), (-2.001, True)])
def test_a_fix_that_comes_late_is_none_and_one_that_comes_far_too_late_begins_anew(
    seconds: float, begins_anew: bool
) -> None:
    of = track(fix(0, 36.0, -76.0), fix(seconds, 37.0, -76.0))
    assert of.last == (fix(seconds, 37.0, -76.0) if begins_anew else fix(0, 36.0, -76.0))


@pytest.mark.parametrize(("speed", "heading"), [(0.999, 45), (1.0, 311)])
def test_a_car_that_drives_turns_and_one_that_stands_does_not(speed: float, heading: float) -> None:
    of = track(fix(0, 36.0, -76.0, 8, 45), fix(1, 36.0, -76.0, speed, 311))
    assert of.last == fix(1, 36.0, -76.0, speed, heading)


@pytest.mark.parametrize(("pause", "heading"), [(60, 45), (60.001, None)])
def test_after_a_long_pause_nobody_knows_where_a_car_looks(pause: float, heading: float | None) -> None:
    assert track(fix(0, 36.0, -76.0, 8, 45), fix(pause, 36.0, -76.0, 0.1, 311)).last == fix(
        pause, 36.0, -76.0, 0.1, heading
    )


def test_between_two_fixes_what_one_of_them_does_not_say_is_that_of_the_nearer() -> None:
    of = PositionTrack(LOST)
    # Apart enough in time that neither is told from the way, and near enough to be joined with the one between.
    of.add(Fix(NOON, 36.0, -76.0, None, None))
    of.add(fix(5, 36.0, -76.0, 20.0, 180.0))
    first, second = of.at(after(2)), of.at(after(3))
    assert first is not None
    assert second is not None
    assert (first.speed, first.heading, first.fix_age) == (None, None, 2.0)
    assert (second.speed, second.heading, second.fix_age) == (20.0, 180.0, 2.0)


@pytest.mark.parametrize(("seconds", "is_told"), [(0.7413, True), (0.7411, False)])
def test_a_jump_that_no_car_makes_says_nothing_of_a_way(seconds: float, is_told: bool) -> None:
    of = PositionTrack(LOST)
    of.add(Fix(NOON, 60.0, 5.0))
    # A thousandth of a degree is 111.2 meters.
    of.add(Fix(after(seconds), 60.001, 5.0))
    assert of.last is not None
    assert (of.last.speed is not None, of.last.heading is not None) == (is_told, is_told)


@pytest.mark.parametrize(
    ("said", "expected"), [((3.0, None), (3.0, 0.0)), ((None, 200.0), (11.12, 200.0)), ((3.0, 200.0), (3.0, 200.0))]
)
def test_what_a_receiver_says_itself_is_not_told_from_the_way(
    said: tuple[float | None, float | None], expected: tuple[float, float]
) -> None:
    of = track(fix(0, 60.0, 5.0), fix(1, 60.0001, 5.0, *said))
    assert of.last is not None
    assert (of.last.speed, of.last.heading) == pytest.approx(expected, abs=0.1)
