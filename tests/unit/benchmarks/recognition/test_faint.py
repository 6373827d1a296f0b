"""What is counted of pictures that are read with and without faint detections."""

from __future__ import annotations

import numpy as np

from benchmarks.recognition.faint import Count, Shown
from benchmarks.recognition.readers import Reading
from schemas.types import Box

PLATE = Box(100, 100, 160, 130)
PICTURE = np.zeros((200, 300, 3), np.uint8)


def test_a_plate_is_found_right_or_wrong_and_what_else_is_read_is_elsewhere() -> None:
    shown = Shown("road", "1", PICTURE, (PLATE, Box(0, 0, 20, 10)), "AB0")
    sign = (Box(200, 0, 260, 20), Reading("SIGN", 0.9))
    count = Count()
    count.add(shown, [(Box(102, 101, 161, 131), Reading("ABO", 0.8)), sign])
    count.add(shown, [(PLATE, Reading("XYZ", 0.5)), (Box(200, 0, 260, 20), Reading("DIM", 0.4))])
    count.add(shown, [(PLATE, Reading("ABO", 0.2)), (Box(110, 160, 170, 190), Reading("LOW", 0.1))])
    # The narrow plate is not asked for.
    assert (count.plates, count.found, count.right, count.wrong) == (3, 2, 1, 1)
    assert (count.elsewhere, count.surely_elsewhere) == (2, 1)


def test_where_no_text_is_known_none_is_right_or_wrong() -> None:
    count = Count()
    count.add(Shown("road", "1", PICTURE, (PLATE,)), [(PLATE, Reading("ABO", 0.8))])
    assert (count.found, count.right, count.wrong, count.elsewhere) == (1, 0, 0, 0)
