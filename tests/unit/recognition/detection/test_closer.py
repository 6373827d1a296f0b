"""The square around a box, and which plates in it may be what the box is about."""

from __future__ import annotations

import numpy as np
import pytest
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


@pytest.mark.parametrize(
    ("box", "confidence", "is_meant"),
    [
        *((Box(100, 100, 200, 150), 0.4, False), (Box(100, 100, 200, 150), 0.401, True)),
        # Four fifths of it lie within the box, to each side.
        *(
            (Box(60, 100, 140, 150), 0.7, False),
            (Box(90, 100, 140, 150), 0.7, True),
            (Box(89, 100, 140, 150), 0.7, False),
        ),
        *((Box(160, 100, 210, 150), 0.7, True), (Box(160, 100, 211, 150), 0.7, False)),
        *((Box(100, 90, 150, 140), 0.7, True), (Box(100, 89, 150, 140), 0.7, False)),
        *((Box(100, 160, 150, 210), 0.7, True), (Box(100, 160, 150, 211), 0.7, False)),
        # Less than four fifths of the box is clearly less.
        *((Box(100, 100, 200, 179), 0.7, True), (Box(100, 100, 200, 180.1), 0.7, False)),
        *((Box(300, 300, 350, 350), 0.7, False), (Box(0, 0, 50, 50), 0.7, False)),
    ],
)
def test_how_much_of_a_plate_lies_within_a_box_it_is_meant_by(box: Box, confidence: float, *, is_meant: bool) -> None:
    one = found(box, confidence)
    assert parts(BOX, [one]) == [one] * is_meant


def test_the_square_is_twice_the_longer_side_about_the_boxs_middle() -> None:
    picture = np.arange(200 * 300, dtype=np.uint16).view(np.uint8).reshape(200, 300, 2)[..., [0, 1, 0]]
    for box, square in ((Box(100, 90, 140, 110), (80, 60, 160, 140)), (Box(140, 60, 160, 100), (110, 40, 190, 120))):
        part, left, top = around(picture, box)
        assert (left, top) == square[:2]
        assert (part == picture[square[1] : square[3], square[0] : square[2]]).all()
    part, left, top = around(picture, Box(270, 180, 300, 195))
    assert (left, top, part.shape) == (255, 158, (60, 60, 3))
    assert (part[:42, :45] == picture[158:, 255:]).all()
    assert (part[42:] == PADDING).all()
    assert (part[:, 45:] == PADDING).all()


@pytest.mark.parametrize(
    ("box", "corner"), [(Box(400, 90, 420, 100), (299, 75)), (Box(-60, -40, -40, -30), (-70, -55))]
)
def test_of_a_box_beyond_the_picture_the_pixel_at_its_edge_is_seen(box: Box, corner: tuple[float, float]) -> None:
    picture = np.full((200, 300, 3), 7, np.uint8)
    part, left, top = around(picture, box)
    assert (left, top) == corner
    assert part.size
