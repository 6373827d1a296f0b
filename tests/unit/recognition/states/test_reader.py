"""Naming the state of a plate."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.reading.text_lines import TextLine, TextLineReader
from recognition.reading.text_networks import CHARACTERS
from recognition.states.looks import CLASSES
from recognition.states.reader import StateReader, plate_picture
from recognition.states.weighing import fitted_weights
from rendering.plates.standard import render_plate
from schemas.errors import InvalidInput
from schemas.types import Box, Image


@pytest.fixture(scope="module")
def states() -> StateReader:
    return StateReader(threads=1)


@pytest.fixture(scope="module")
def lines() -> TextLineReader:
    return TextLineReader(threads=1)


def street(plate: Image, width: int) -> tuple[Image, Box]:
    """A gray picture with a plate of a width in pixels, and the plate's box."""
    height = width // 2
    picture = np.full((height * 3, width * 2, 3), 90, np.uint8)
    scaled = cv2.resize(plate, (width, height), interpolation=cv2.INTER_AREA)
    picture[height : 2 * height, width // 2 : width // 2 + width] = scaled
    return picture, Box(width // 2, height, width // 2 + width, 2 * height)


@pytest.mark.parametrize(
    ("jurisdiction", "serial"),
    [("US-CA", "8ABC123"), ("US-TX", "ABC1234"), ("US-NY", "ABC1234"), ("US-WV", "1AB234"), ("US-CT", "AB12345")],
)
def test_a_plate_with_a_legible_name_gets_its_state(
    states: StateReader, lines: TextLineReader, jurisdiction: str, serial: str
) -> None:
    plate = render_plate(serial, jurisdiction, np.random.default_rng(7)).image
    picture, box = street(plate, 300)
    read = states.read(picture, box, serial, lines.read(plate_picture(picture, box)))
    assert read is not None
    assert read.jurisdiction == jurisdiction
    assert fitted_weights(with_lines=True).threshold <= read.confidence <= 1.0


def test_nothing_to_see_is_no_state(states: StateReader, lines: TextLineReader) -> None:
    picture = np.full((60, 120, 3), 128, np.uint8)
    box = Box(10, 10, 110, 50)
    assert states.read(picture, box, "", lines.read(plate_picture(picture, box))) is None
    assert states.read(picture, box, "") is None


def test_without_lines_the_answer_takes_milliseconds(states: StateReader) -> None:
    picture, box = street(render_plate("8ABC123", "US-CA", np.random.default_rng(7)).image, 120)
    states.read(picture, box, "8ABC123")
    start = time.process_time()
    for _ in range(10):
        states.read(picture, box, "8ABC123")
    assert (time.process_time() - start) / 10 < 0.1


def test_words_on_a_plate_too_narrow_to_read_are_left_out(states: StateReader) -> None:
    picture, box = street(render_plate("8ABC123", "US-CA", np.random.default_rng(7)).image, 44)
    steps = np.zeros((30, len(CHARACTERS)), np.float32)
    for place, letter in enumerate("NEVADA"):
        steps[2 * place, CHARACTERS.index(letter)] = 1.0
        steps[2 * place + 1, 0] = 1.0
    line = TextLine("NEVADA", 1.0, Box(0, 0, 40, 6), steps)
    assert states.read(picture, box, "8ABC123", [line]) == states.read(picture, box, "8ABC123")


def test_probabilities_add_up_to_one(states: StateReader) -> None:
    picture, box = street(render_plate("ABC1234", "US-GA", np.random.default_rng(2)).image, 80)
    found = states.probabilities(picture, box, "ABC1234", ())
    assert found.shape == (len(CLASSES),)
    assert found.sum() == pytest.approx(1.0)
    assert found.min() >= 0.0


@pytest.mark.parametrize("shape", [(0, 5, 3), (20, 40), (20, 40, 4)])
def test_what_is_no_picture_is_refused(states: StateReader, shape: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        states.read(np.zeros(shape, np.uint8), Box(0, 0, 5, 5), "ABC1234")


def test_a_box_outside_the_picture_is_no_error(states: StateReader) -> None:
    states.read(np.zeros((20, 40, 3), np.uint8), Box(100, 100, 140, 120), "ABC1234")
    states.read(np.zeros((1, 1, 3), np.uint8), Box(0, 0, 1, 1), "ABC1234")


def test_real_plates_get_their_state_and_foreign_ones_none(
    states: StateReader, lines: TextLineReader, shared: Path | None
) -> None:
    rows = []
    if shared is not None:
        folder = shared / "datasets" / "plate-ocr"
        with (folder / "labels.csv").open(encoding="utf-8") as stream:
            rows = [row for row in csv.DictReader(stream) if row["split"] == "val"]
        rows = [row for row in rows if row["jurisdiction"] != "BR"][::16] + rows[-10:]
    named, right, invented = 0, 0, 0
    for row in rows:
        picture = cv2.imread(str(folder / row["image"]))
        assert picture is not None
        box = Box(0, 0, picture.shape[1], picture.shape[0])
        read = states.read(picture.astype(np.uint8), box, row["text"], lines.read(plate_picture(picture, box)))
        if row["jurisdiction"] == "BR":
            invented += read is not None
        elif read is not None:
            named += 1
            right += read.jurisdiction == row["jurisdiction"]
    assert invented == 0
    assert right >= 0.9 * named
    assert not rows or named >= 12
