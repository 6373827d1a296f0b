"""The detector on a part of a frame."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from recognition.detection.overlap import overlap
from recognition.recognizer import Recognizer
from rendering.plates.standard import render_plate
from schemas.settings import RecognitionSettings
from schemas.types import Box, Image


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(RecognitionSettings(threads=1))


def plate_picture(serial: str, width: int = 160) -> Image:
    picture = render_plate(serial, "US-VA", np.random.default_rng(3)).image
    return cv2.resize(picture, (width, width // 2), interpolation=cv2.INTER_AREA).astype(np.uint8)


def test_a_part_of_a_frame_gives_the_plates_that_lie_in_it(recognizer: Recognizer) -> None:
    scene = np.full((720, 1280, 3), 70, np.uint8)
    scene[100:180, 150:310] = plate_picture("UKW4183")
    scene[500:580, 900:1060] = plate_picture("HJR6142")
    whole = recognizer.detect(scene)
    assert len(whole) == 2
    for place in (Box(100, 40, 400, 250), Box(850, 440, 1150, 650)):
        (found,) = recognizer.detect(scene, place)
        assert max(overlap(found.box, other.box) for other in whole) > 0.85
    assert len(recognizer.detect(scene, Box(0, 0, 1280, 720))) == 2


def test_a_plate_cut_through_by_the_edge_of_a_part_is_left_out(recognizer: Recognizer) -> None:
    scene = np.full((720, 1280, 3), 70, np.uint8)
    scene[100:180, 560:720] = plate_picture("UKW4183")
    # Half of the frame is looked at, from 640 on: the right half of the plate would be read as a plate.
    assert recognizer.detect(scene, Box(700, 40, 1270, 300)) == []


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
def test_a_plate_at_the_edge_of_the_frame_itself_is_found_in_a_part(recognizer: Recognizer, edge: str) -> None:
    x, y = {"left": (0, 300), "right": (1120, 300), "top": (560, 0), "bottom": (560, 640)}[edge]
    scene = np.full((720, 1280, 3), 70, np.uint8)
    scene[y : y + 80, x : x + 160] = plate_picture("UKW4183")
    (whole,) = recognizer.detect(scene)
    box = whole.box
    # Nearer than where the edge of a part cuts a plate through: here nothing is missing.
    assert min(box.x1, box.y1, 1280 - box.x2, 720 - box.y2) < 3
    around = Box(max(x - 60, 0), max(y - 60, 0), min(x + 220, 1280), min(y + 140, 720))
    (found,) = recognizer.detect(scene, around)
    assert overlap(found.box, box) > 0.85
