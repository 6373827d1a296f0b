"""How a picture moved, from its pixels: everywhere, and where a plate is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.tracking.flow import Motion, PictureFlow, agreed
from schemas.types import Box, Gray

SIZE = (640, 360)


def wall(seed: int = 1) -> Gray:
    """A surface with coarse and fine texture, twice as large as a picture."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((720, 1280), np.float32)
    for rows, columns, share in ((7, 13, 0.4), (30, 50, 0.4), (180, 320, 0.2)):
        layer = rng.uniform(0, 255, (rows, columns)).astype(np.float32)
        picture += share * cv2.resize(layer, (1280, 720), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255).astype(np.uint8)


WALL = wall()


def shown(x: int, y: int) -> Gray:
    """What a camera shows that looks at a place of the wall."""
    return WALL[y : y + SIZE[1], x : x + SIZE[0]]


def motion(before: Gray, now: Gray, boxes: dict[int, Box] | None = None) -> Motion:
    flow = PictureFlow()
    flow.next(before, SIZE[0], {})
    return flow.next(now, SIZE[0], {number: (box, (0.0, 0.0)) for number, box in (boxes or {}).items()})


@settings(max_examples=25, deadline=None)
# Farther than this from one look to the next, points may be lost, and then nothing is said.
@given(st.tuples(st.integers(-40, 40), st.integers(-25, 25)).filter(lambda way: np.hypot(*way) <= 40.0))
def test_a_picture_that_moves_as_a_whole_takes_its_plates_along(way: tuple[int, int]) -> None:
    right, down = way
    found = motion(shown(300, 180), shown(300 - right, 180 - down), {7: Box(300, 160, 350, 185)})
    assert np.median(found.lengths) * SIZE[0] == pytest.approx(np.hypot(right, down), abs=1.0)
    assert (found.plates[7][0] * SIZE[0], found.plates[7][1] * SIZE[0]) == pytest.approx((right, down), abs=1.0)


def test_a_vehicle_that_moves_by_itself_is_told_from_what_stands() -> None:
    before, now = shown(300, 180).copy(), shown(300, 180).copy()
    vehicle = wall(2)[:120, :200]
    before[200:320, 100:300] = vehicle
    now[200:320, 130:330] = vehicle
    found = motion(before, now, {1: Box(180, 260, 230, 280), 2: Box(450, 60, 500, 80)})
    assert np.median(found.lengths) * SIZE[0] == pytest.approx(0.0, abs=0.3)
    assert found.plates[1][0] * SIZE[0] == pytest.approx(30.0, abs=1.5)
    assert found.plates[2][0] * SIZE[0] == pytest.approx(0.0, abs=0.5)


def test_where_there_is_nothing_to_follow_nothing_is_said() -> None:
    blank = np.full((SIZE[1], SIZE[0]), 90, np.uint8)
    assert motion(blank, blank, {1: Box(300, 160, 350, 185)}).plates == {}
    assert motion(shown(300, 180), wall(3)[: SIZE[1], : SIZE[0]], {1: Box(300, 160, 350, 185)}).plates == {}


def test_a_first_picture_and_one_of_another_size_tell_nothing() -> None:
    flow = PictureFlow()
    assert len(flow.next(shown(0, 0), SIZE[0], {}).lengths) == 0
    assert len(flow.next(shown(0, 0)[:200, :400], 400, {}).lengths) == 0
    assert len(flow.next(shown(0, 0)[:200, :400], 400, {}).lengths) > 0


@given(
    st.integers(0, 7),
    st.tuples(st.floats(-90, 90), st.floats(-90, 90)),
    st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=7, max_size=7),
)
def test_what_most_points_agree_on_is_a_plates_motion(
    wrong: int, true: tuple[float, float], elsewhere: list[tuple[float, float]]
) -> None:
    moved = np.array([*elsewhere[:wrong], *[true] * (16 - wrong)], np.float32)
    middle = agreed(moved, np.ones(16, np.bool_), width=20.0)
    assert middle == pytest.approx(true, abs=1e-3)


@given(st.integers(0, 7))
def test_too_few_points_are_no_motion(found: int) -> None:
    mask = np.arange(16) < found
    assert agreed(np.zeros((16, 2), np.float32), mask, width=20.0) is None


def test_points_that_scatter_are_no_motion() -> None:
    scattered = np.array([(40.0 * n, -30.0 * n) for n in range(16)], np.float32)
    assert agreed(scattered, np.ones(16, np.bool_), width=20.0) is None
