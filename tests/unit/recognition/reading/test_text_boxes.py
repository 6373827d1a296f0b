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


@pytest.mark.parametrize("angle", [30.0, -30.0])
def test_an_upright_box_holds_a_slanted_one(angle: float) -> None:
    box = Slanted(100, 50, 40, 20, angle).around()
    wide, high = 40 * 0.75**0.5 + 20 * 0.5, 40 * 0.5 + 20 * 0.75**0.5
    expected = [100 - wide / 2, 50 - high / 2, 100 + wide / 2, 50 + high / 2]
    assert [box.x1, box.y1, box.x2, box.y2] == pytest.approx(expected)


def test_a_rectangle_in_a_larger_picture() -> None:
    assert Slanted(10, 20, 4, 2, 5.0).scaled(2.0, 3.0) == Slanted(20, 60, 8, 6, 5.0)


def test_lines_are_grown_from_their_core_and_the_tallest_comes_first() -> None:
    probabilities = np.zeros((128, 416), np.float32)
    probabilities[20:30, 100:300] = 0.9
    probabilities[60:100, 50:370] = 0.8
    tall, flat = lines_in(probabilities)
    # From the first pixel's middle to the last one's, grown by 1.6 times the area over half of the perimeter.
    for line, (x, y, width, height) in ((tall, (209.5, 79.5, 319, 39)), (flat, (199.5, 24.5, 199, 9))):
        spare = 1.6 * width * height / (width + height)
        assert (line.x, line.y, line.angle) == pytest.approx((x, y, 0.0))
        assert (line.width, line.height) == pytest.approx((width + spare, height + spare))


@pytest.mark.parametrize(
    ("height", "core", "is_line"), [(4, 0.9, True), (3, 0.9, False), (9, 0.51, True), (9, 0.49, False), (9, 0.3, False)]
)
def test_what_is_low_or_unsure_is_no_line(height: int, core: float, is_line: bool) -> None:
    probabilities = np.zeros((64, 96), np.float32)
    probabilities[20 : 20 + height, 10:80] = core
    assert len(lines_in(probabilities)) == is_line


@pytest.mark.parametrize("angle", [20.0, -20.0, 40.0, -40.0])
def test_a_slanted_line_has_its_angle(angle: float) -> None:
    probabilities = np.zeros((200, 300), np.float32)
    corners = cv2.boxPoints(((150, 100), (120, 30), angle))
    cv2.fillConvexPoly(probabilities, corners.astype(np.int32), (1.0,))
    (line,) = lines_in(probabilities)
    assert line.angle == pytest.approx(angle, abs=1.5)
    assert line.width > 2 * line.height


def test_beyond_the_edge_the_last_pixels_are_repeated() -> None:
    picture = np.full((40, 80, 3), 200, np.uint8)
    assert (cut_line(picture, Slanted(78, 20, 60, 20, 0.0), 48) == 200).all()


@pytest.mark.parametrize(("high", "width"), [(29, 33), (30, 72), (45, 108)])
def test_what_is_half_as_high_again_as_wide_runs_up_or_down(high: float, width: int) -> None:
    picture = np.zeros((90, 90, 3), np.uint8)
    assert cut_line(picture, Slanted(45, 45, 20, high, 0.0), 48).shape == (48, width if high >= 30 else 34, 3)
