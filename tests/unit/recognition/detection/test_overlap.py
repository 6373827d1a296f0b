"""How far boxes overlap."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.detection.overlap import one_place, overlap, overlaps
from schemas.types import Box


def test_overlap_of_known_boxes() -> None:
    assert overlap(Box(0, 0, 2, 2), Box(1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap(Box(0, 0, 2, 2), Box(2, 0, 3, 2)) == 0
    assert overlaps(np.zeros(4, np.float32), np.zeros((1, 4), np.float32)).tolist() == [0]


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (Box(10, 5, 60, 25), True),  # within
        (Box(0, 12, 100, 42), True),  # a plate's height lower by a third
        (Box(45, 0, 145, 30), True),  # beside, half covered
        (Box(40, 10, 60, 90), True),  # high and narrow, its middle outside
        (Box(0, 24, 100, 54), False),  # touching
        (Box(80, 0, 180, 30), False),
        (Box(100, 0, 200, 30), False),
        (Box(0, 0, 0, 0), True),  # an empty box lies where its corner is
        (Box(500, 0, 500, 0), False),
    ],
)
def test_boxes_that_cover_one_another_are_one_place(other: Box, together: bool) -> None:
    box = Box(0, 0, 100, 30)
    assert one_place(box, other) == one_place(other, box) == together


@pytest.mark.parametrize(("x", "together"), [(69.9, True), (70.0, False), (70.1, False)])
def test_boxes_that_share_more_than_three_tenths_of_the_smaller_one_are_one_place(x: float, together: bool) -> None:
    box = Box(0, 0, 100, 30)
    for other in (Box(x, 0, x + 100, 30), Box(x, 0, x + 100, 60)):
        assert one_place(box, other) is one_place(other, box) is together


@pytest.mark.parametrize(
    ("x", "y", "together"), [(0, 0, True), (99.9, 29.9, True), (100, 15, False), (50, 30, False), (-0.1, 15, False)]
)
def test_a_box_that_holds_anothers_middle_is_its_place(x: float, y: float, together: bool) -> None:
    box, large = Box(0, 0, 100, 30), Box(x - 1000, y - 1000, x + 1000, y + 1000)
    assert one_place(box, Box(x, y, x, y)) is together
    assert one_place(large, Box(x - 1, y - 1, x + 1, y + 1)) is True
    assert overlap(box, Box(0, 0, 100, 30)) == 1.0
    assert overlap(box, Box(50, 15, 150, 45)) == pytest.approx(750 / 5250)
    assert overlap(box, Box(-50, -15, 50, 15)) == pytest.approx(750 / 5250)
    assert overlap(box, Box(101, 31, 150, 45)) == 0.0
