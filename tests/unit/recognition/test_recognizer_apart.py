"""Two plates in one box of the detector, and plates with two rows, which are one: the shipped networks decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from recognition.recognizer import Recognizer
from rendering.plates.generator import draw_plate
from schemas.settings import DetectorSettings, RecognitionSettings
from schemas.types import Box, Frame, Image, PlateDetection
from tests.unit.recognition.pairs import on_vehicle, pair

START = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEAST = 0.3


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    detector = DetectorSettings(backend="onnxruntime")
    return Recognizer(RecognitionSettings(threads=1, read_state=False, detector=detector))


def texts(recognizer: Recognizer, picture: Image) -> list[str]:
    return [read.plate for read in recognizer.read_picture(picture, min_confidence=LEAST)]


def no_look(image: Image, box: Box, *_: object) -> list[PlateDetection]:
    return []


def as_found(image: Image, found: Sequence[PlateDetection]) -> list[PlateDetection]:
    return list(found)


PAIRS = {
    "most of the rear one above": ("UKW4183", "KTR4821", 0, -0.85),
    "most of another one above": ("HJR6142", "VBX9054", 0, -0.85),
    "two above one another": ("HJR6142", "VBX9054", 0, -1.04),
    "two others above one another": ("WLC5639", "RJD2760", 0, -1.04),
    "at the right and above": ("RJD2760", "TMP3377", 0.4, -0.3),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_of_two_plates_in_one_box_no_text_is_made_of_both(kind: str, recognizer: Recognizer) -> None:
    front, rear, right, down = PAIRS[kind]
    read = texts(recognizer, pair(front, rear, right, down))
    assert front in read
    assert set(read) <= {front, rear}


def test_two_plates_that_are_both_whole_are_both_read(recognizer: Recognizer) -> None:
    assert sorted(texts(recognizer, pair("HJR6142", "VBX9054", 0, -1.04))) == ["HJR6142", "VBX9054"]


def square(upper: str, lower: str) -> Image:
    """Draw a plate with two rows, as motorcycles and, in other countries, cars have them."""
    plate = np.full((170, 220, 3), 235, np.uint8)
    cv2.rectangle(plate, (2, 2), (217, 167), (30, 30, 30), 3)
    for text, y in ((upper, 72), (lower, 150)):
        (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 2.1, 6)
        cv2.putText(plate, text, ((220 - width) // 2, y), cv2.FONT_HERSHEY_SIMPLEX, 2.1, (20, 20, 20), 6, cv2.LINE_AA)
    return cv2.resize(plate, (130, 100), interpolation=cv2.INTER_AREA).astype(np.uint8)


TWO_ROWS = [square(*rows) for rows in (("WRM", "2300"), ("NPV", "4705"))] + [
    draw_plate(np.random.default_rng(seed), plate_class="motorcycle", style="two-line", width=110).image
    for seed in (17, 33)
]


@pytest.mark.parametrize("number", range(len(TWO_ROWS)))
def test_a_plate_with_two_rows_is_one(number: int, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = on_vehicle((TWO_ROWS[number], 600, 400))
    looked = texts(recognizer, picture)
    monkeypatch.setattr(recognizer, "_look_closely", no_look)
    assert looked == texts(recognizer, picture)
    assert len(looked) == 1


AT_A_SIDE = [
    ("UKW4183", "KTR4821", 0.25),
    ("RJD2760", "TMP3377", 0.25),
    ("HJR6142", "VBX9054", 0.25),
    ("HJR6142", "VBX9054", -0.25),
    ("KTR4821", "JGN8120", 0.35),
]


@pytest.mark.parametrize(("front", "rear", "right"), AT_A_SIDE)
def test_a_plate_behind_that_shows_at_a_side_adds_no_character(
    front: str, rear: str, right: float, recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = pair(front, rear, right, 0)
    assert texts(recognizer, picture) == [front]
    monkeypatch.setattr(recognizer, "_narrowed", as_found)
    assert texts(recognizer, picture) != [front], "these pictures show the fault"


def test_what_has_a_part_of_another_plate_at_its_side_is_not_sure(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where nothing tells them apart, the box of the front plate reaches over the first character of the other one.
    monkeypatch.setattr(recognizer, "_narrowed", as_found)
    for front, rear in (("UKW4183", "KTR4821"), ("KTR4821", "JGN8120"), ("RJD2760", "TMP3377")):
        (read,) = recognizer.read_picture(pair(front, rear, 0.4, -0.3), min_confidence=LEAST)
        assert read.plate.startswith(front)
        assert read.confidence <= 0.67


def test_a_pass_whose_boxes_hold_two_plates_is_read_as_the_front_one(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, rear, right, down = PAIRS["most of the rear one above"]
    pictures = [pair(front, rear, right, down, x=4 * number) for number in range(4)]

    def read() -> list[tuple[str, float, Box | None]]:
        session = recognizer.session("gate", "pd", "a.mp4")
        frames = [
            Frame("gate", "a.mp4", number, START + timedelta(seconds=number / 8), picture)
            for number, picture in enumerate(pictures)
        ]
        passes = [vehicle for frame in frames for vehicle in session.process(frame)] + session.finish()
        return [(vehicle.read.plate, vehicle.read.confidence, vehicle.read.box) for vehicle in passes]

    ((text, confidence, box),) = read()
    assert text == front
    assert confidence > 0.8
    assert box is not None
    # The plate's own box: 150 x 75 pixels, with the detector's slack.
    assert box.width > 1.5 * box.height
    monkeypatch.setattr(recognizer, "_narrowed", as_found)
    assert read()[0][0] == front, "a closer look does it, too"
    monkeypatch.setattr(recognizer, "_look_closely", no_look)
    assert front not in [text for text, _, _ in read()], "these pictures show the fault"
