"""How far boxes overlap."""

from __future__ import annotations

import numpy as np
import pytest

from recognition.detection.overlap import overlap, overlaps
from schemas.types import Box


def test_overlap_of_known_boxes() -> None:
    assert overlap(Box(0, 0, 2, 2), Box(1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap(Box(0, 0, 2, 2), Box(2, 0, 3, 2)) == 0
    assert overlaps(np.zeros(4, np.float32), np.zeros((1, 4), np.float32)).tolist() == [0]
