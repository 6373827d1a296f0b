"""The square around a box, and which plates in it may be what the box is about."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.closer import AROUND, LEAST, around, moved, parts
from recognition.detection.preprocess import PADDING
from schemas.types import Box, PlateDetection

BOX = Box(100, 100, 200, 200)


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.floats(-40, 90),
    st.floats(-40, 90),
    st.floats(0.1, 60),
    st.floats(0.1, 60),
)
def test_the_square_holds_the_picture_where_it_is(
    height: int, width: int, x: float, y: float, across: float, down: float
) -> None:
    picture = np.random.default_rng(0).integers(0, PADDING, (height, width, 3)).astype(np.uint8)
    part, left, top = around(picture, Box(x, y, x + across, y + down))
    assert part.dtype == np.uint8
    for row, column in ((0, 0), (height - 1, width - 1), (height // 2, width // 2)):
        there = row - int(top), column - int(left)
        if 0 <= there[0] < part.shape[0] and 0 <= there[1] < part.shape[1]:
            assert (part[there] == picture[row, column]).all()
    if x >= 0 and x + across <= width and y >= 0 and y + down <= height:
        assert part.shape[0] == part.shape[1] >= AROUND * max(across, down)


def test_what_is_beyond_the_picture_is_gray() -> None:
    part, left, top = around(np.zeros((40, 60, 3), np.uint8), Box(0, 0, 20, 10))
    assert (left, top) == (-10, -15)
    assert part.shape == (40, 40, 3)
    assert (part[:15] == PADDING).all()
    assert (part[15:, 10:] == 0).all()


def found(box: Box, confidence: float = 0.7) -> PlateDetection:
    return PlateDetection(box, confidence)


def test_plates_within_the_box_and_clearly_less_are_meant() -> None:
    upper, lower = found(Box(100, 100, 200, 150), 0.6), found(Box(98, 152, 201, 202), 0.8)
    assert parts(BOX, [upper, lower]) == [lower, upper]


def test_one_plate_beside_it_or_hardly_seen_is_not() -> None:
    same, beside = found(moved(BOX, 4, 3)), found(Box(150, 100, 260, 150))
    assert parts(BOX, [same, beside, found(Box(100, 100, 200, 150), LEAST)]) == []


def test_of_many_the_surest_are_kept() -> None:
    many = [found(Box(100, 100, 150 + n, 150), 0.41 + n / 100) for n in range(20)]
    assert parts(BOX, many) == many[:-7:-1]
