"""The detector on a part of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from recognition.detection.overlap import overlap
from recognition.detection.preprocess import Letterbox
from recognition.detection.regions import RegionalDetector
from recognition.recognizer import Recognizer
from rendering.plates.standard import render_plate
from schemas.settings import RecognitionSettings
from schemas.types import Box, Image, PlateDetection


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


class Watched(RegionalDetector):
    """A detector of which is noted what part it sees, and that finds what it is told to, in pixels of that part."""

    def __init__(self, *found: Box, stride: int | None = 32) -> None:
        self._network = SimpleNamespace(input_size=(640, 640), stride=stride)  # type: ignore[assignment]
        self.found = [PlateDetection(box, 0.7) for box in found]
        self.seen: list[tuple[Image, Letterbox | None]] = []

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        self.seen.append((images[0], None))
        return [[PlateDetection(Box(1, 2, 3, 4), 0.5)]]

    def _detect(self, images: Sequence[Image], box: Letterbox) -> list[list[PlateDetection]]:
        self.seen.append((images[0], box))
        return [self.found]


FRAME = np.arange(720 * 1280, dtype=np.uint32).view(np.uint8).reshape(720, 1280, 4)[..., :3]


def place(detector: Watched) -> tuple[int, int, int, int]:
    """Where the part that was seen lies in the frame."""
    ((part, _),) = detector.seen
    first = int(part[0, 0, 0]) + 256 * int(part[0, 0, 1]) + 65536 * int(part[0, 0, 2])
    top, left = divmod(first, 1280)
    return left, top, left + part.shape[1], top + part.shape[0]


@pytest.mark.parametrize(
    ("region", "seen"),
    [
        # The input is 640 x 384 for this frame, half of it: parts are 640, 960 or 1280 wide, and 384, 576 or 720 high.
        *((Box(500, 300, 600, 400), (230, 158, 870, 542)), (Box(0, 0, 100, 100), (0, 0, 640, 384))),
        *((Box(1200, 700, 1280, 720), (640, 336, 1280, 720)), (Box(300, 0, 940, 384), (300, 0, 940, 384))),
        *((Box(300, 0, 941, 385), (140, 0, 1100, 576)), (Box(100, 0, 1060, 100), (100, 0, 1060, 384))),
        (Box(0, 0, 1280, 100), (0, 0, 1280, 384)),
    ],
)
def test_the_least_part_that_holds_what_is_wanted_is_looked_at(region: Box, seen: tuple[int, ...]) -> None:
    detector = Watched()
    assert detector.detect_in(FRAME, region) == []
    assert place(detector) == seen
    ((_, box),) = detector.seen
    assert box is not None
    assert (box.width, box.height) == ((seen[2] - seen[0]) // 2, (seen[3] - seen[1]) // 2)


def test_where_all_of_a_frame_is_wanted_or_the_input_is_fixed_all_of_it_is_looked_at() -> None:
    for detector, region in ((Watched(), Box(0, 0, 1280, 720)), (Watched(stride=None), Box(0, 0, 9, 9))):
        assert detector.detect_in(FRAME, region) == [PlateDetection(Box(1, 2, 3, 4), 0.5)]
        assert detector.seen[0][0] is FRAME


@pytest.mark.parametrize(
    ("box", "region", "kept"),
    [
        # In pixels of the part: what touches an edge that is not the frame's own is left out.
        *(
            (Box(3, 90, 60, 110), Box(500, 300, 600, 400), True),
            (Box(2.9, 90, 60, 110), Box(500, 300, 600, 400), False),
        ),
        *(
            (Box(90, 3, 120, 20), Box(500, 300, 600, 400), True),
            (Box(90, 2.9, 120, 20), Box(500, 300, 600, 400), False),
        ),
        (Box(580, 90, 637, 110), Box(500, 300, 600, 400), True),
        (Box(580, 90, 637.1, 110), Box(500, 300, 600, 400), False),
        (Box(580, 340, 600, 381), Box(500, 300, 600, 400), True),
        (Box(580, 340, 600, 381.1), Box(500, 300, 600, 400), False),
        *((Box(0, 0, 60, 20), Box(0, 0, 100, 100), True), (Box(580, 340, 640, 384), Box(1200, 700, 1280, 720), True)),
        *((Box(0, 0, 60, 20), Box(1200, 0, 1280, 20), False), (Box(0, 0, 60, 20), Box(0, 700, 80, 720), False)),
    ],
)
def test_what_the_edge_of_a_part_may_cut_off_is_left_out_and_the_rest_is_told_in_the_frame(
    box: Box, region: Box, *, kept: bool
) -> None:
    detector = Watched(box)
    found = detector.detect_in(FRAME, region)
    left, top, _, _ = place(detector)
    there = PlateDetection(Box(box.x1 + left, box.y1 + top, box.x2 + left, box.y2 + top), 0.7)
    assert found == ([there] if kept else [])
