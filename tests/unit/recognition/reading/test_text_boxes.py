"""Where lines of text stand."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from recognition.reading.text_boxes import Slanted, cut_line, lines_in


def test_lines_are_found_where_the_map_is_bright() -> None:
    probabilities = np.zeros((128, 416), np.float32)
    probabilities[20:30, 100:300] = 0.9
    probabilities[60:100, 50:370] = 0.8
    probabilities[120:121, 10:12] = 1.0
    tall, flat = lines_in(probabilities)
    assert (tall.x, tall.y) == pytest.approx((209.5, 79.5), abs=1)
    assert (flat.x, flat.y) == pytest.approx((199.5, 24.5), abs=1)
    assert 40 < tall.height < 110
    assert abs(flat.angle) < 1


def test_a_line_is_cut_level_and_its_height_is_the_one_asked_for() -> None:
    picture = np.zeros((200, 200, 3), np.uint8)
    # A bar that falls to the right by 30 degrees, its left half darker.
    middle = np.array([100.0, 100.0])
    along, across = np.array([np.cos(np.pi / 6), 0.5]) * 60, np.array([-0.5, np.cos(np.pi / 6)]) * 15
    for start, end, shade in ((-1.0, 0.0, 90), (0.0, 1.0, 250)):
        corners = [middle + along * x + across * y for x, y in ((start, -1), (end, -1), (end, 1), (start, 1))]
        cv2.fillConvexPoly(picture, np.array(corners, np.int32), (shade,) * 3)
    cut = cut_line(picture, Slanted(100, 100, 120, 30, 30.0), 48)
    assert cut.shape == (48, 192, 3)
    assert cut[10:38, 10:86].mean() == pytest.approx(90, abs=5)
    assert cut[10:38, 106:182].mean() == pytest.approx(250, abs=5)
    standing = cut_line(picture, Slanted(100, 100, 20, 120, 0.0), 48)
    assert standing.shape == (48, 288, 3)
