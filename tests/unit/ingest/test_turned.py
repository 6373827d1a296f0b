"""Pictures are turned as their camera was held: each of EXIF's eight ways, and any other number not at all."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.formats.jpeg import turned

# What is seen when the picture lies as it is stored: A is left above, B right above, C left below, D right below.
STORED = np.array([["A", "B", "x"], ["C", "D", "y"]])
# Where the first row and the first column of what is stored belong (EXIF 2.32, orientation).
EXPECTED = {
    1: [["A", "B", "x"], ["C", "D", "y"]],
    2: [["x", "B", "A"], ["y", "D", "C"]],
    3: [["y", "D", "C"], ["x", "B", "A"]],
    4: [["C", "D", "y"], ["A", "B", "x"]],
    5: [["A", "C"], ["B", "D"], ["x", "y"]],
    6: [["C", "A"], ["D", "B"], ["y", "x"]],
    7: [["y", "x"], ["D", "B"], ["C", "A"]],
    8: [["x", "y"], ["B", "D"], ["A", "C"]],
}


@pytest.mark.parametrize("orientation", [0, *EXPECTED, 9])
def test_a_picture_stands_as_its_camera_did(orientation: int) -> None:
    picture = np.stack([np.vectorize(ord)(STORED)] * 3, axis=-1).astype(np.uint8)
    found = turned(picture, orientation)
    assert found.flags.c_contiguous
    assert [[chr(value) for value in row] for row in found[:, :, 0]] == EXPECTED.get(orientation, EXPECTED[1])
