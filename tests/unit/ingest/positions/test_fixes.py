"""A fix is somewhere on earth, and a speed or a heading that no car has is left out of it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from ingest.positions.fixes import Fix, checked_fix
from schemas.errors import InvalidInput

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(90, 0), (-90, 0), (0, 180), (0, -180), (36.8, -76.3), (-36.8, 76.3), (0, 1e-6), (0, -1e-6), (1e-6, 0), (0, 76)],
)
def test_a_place_on_earth_is_one(latitude: float, longitude: float) -> None:
    moment = NOON - timedelta(seconds=1)
    assert checked_fix(NOON, latitude, longitude, speed=12.5, heading=90, receiver_time=moment) == Fix(
        NOON, latitude, longitude, 12.5, 90, moment
    )
    assert checked_fix(NOON, latitude, longitude) == Fix(NOON, latitude, longitude)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_place(number: float) -> None:
    for latitude, longitude in ((number, 5), (5, number)):
        with pytest.raises(InvalidInput, match="there is no such place"):
            checked_fix(NOON, latitude, longitude)


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [
        (90.001, 0, "there is no such place"),
        (-90.001, 0, "there is no such place"),
        (5, 180.001, "there is no such place"),
        (5, -180.001, "there is no such place"),
        (0, 0, "the receiver says that it has a fix, and has none"),
        (9e-7, -9e-7, "the receiver says that it has a fix, and has none"),
    ],
)
def test_what_is_none_is_refused(latitude: float, longitude: float, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        checked_fix(NOON, latitude, longitude)


@pytest.mark.parametrize(
    ("speed", "kept"), [(0, 0), (150, 150), (150.1, None), (-0.1, None), (math.nan, None), (None, None)]
)
def test_a_speed_that_no_car_has_is_left_out(speed: float | None, kept: float | None) -> None:
    assert checked_fix(NOON, 5, 5, speed=speed).speed == kept


@pytest.mark.parametrize(
    ("heading", "kept"),
    [(0, 0), (359.9, 359.9), (360, 0), (360.1, None), (-0.1, None), (math.nan, None), (None, None)],
)
def test_a_heading_is_one_of_the_compass(heading: float | None, kept: float | None) -> None:
    assert checked_fix(NOON, 5, 5, heading=heading).heading == kept
