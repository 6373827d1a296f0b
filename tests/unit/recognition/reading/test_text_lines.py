"""Reading every line of text on a plate."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from rapidfuzz import fuzz

from recognition.reading.text_lines import TextLineReader, input_shape
from recognition.reading.text_networks import line_input
from rendering.plates.standard import render_plate
from schemas.errors import InvalidInput


@pytest.fixture(scope="module")
def reader() -> TextLineReader:
    return TextLineReader(threads=1)


def test_the_state_and_the_serial_of_a_plate_are_read(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-CA", np.random.default_rng(3)).image
    lines = reader.read(plate)
    texts = [line.text.upper() for line in lines]
    assert max(fuzz.ratio(text, "CALIFORNIA") for text in texts) >= 80
    # The tallest line comes first, and that is the serial.
    assert fuzz.ratio(texts[0].replace(" ", ""), "8ABC123") >= 70
    assert all(0.0 < line.score <= 1.0 for line in lines)


def test_boxes_are_in_pixels_of_the_picture_given(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-CA", np.random.default_rng(3)).image
    small = reader.read(plate)[0].box
    large = reader.read(cv2.resize(plate, (1560, 780)).astype(np.uint8))[0].box
    assert small.width > 0.5 * plate.shape[1]
    assert large.width == pytest.approx(3 * small.width, rel=0.1)
    assert large.y1 == pytest.approx(3 * small.y1, abs=30)


def test_a_slanted_plate_is_read(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-TX", np.random.default_rng(5)).image
    turn = cv2.getRotationMatrix2D((260, 130), 12, 0.8)
    slanted = cv2.warpAffine(plate, turn, (520, 260), borderValue=(90, 90, 90)).astype(np.uint8)
    assert any(fuzz.ratio(line.text.upper(), "TEXAS") >= 80 for line in reader.read(slanted))


@pytest.mark.parametrize("shape", [(200, 400, 3), (400, 300, 3), (3, 900, 3)])
def test_a_picture_without_text_has_no_lines(reader: TextLineReader, shape: tuple[int, ...]) -> None:
    assert reader.read(np.full(shape, 128, np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1, 3), (400, 3, 3), (20, 40, 3)])
def test_tiny_pictures_are_no_error(reader: TextLineReader, shape: tuple[int, ...]) -> None:
    assert all(line.score < 0.9 for line in reader.read(np.full(shape, 128, np.uint8)))


def test_the_name_on_a_tiny_plate_is_read(reader: TextLineReader) -> None:
    plate = render_plate("8ABC123", "US-TX", np.random.default_rng(5)).image
    tiny = cv2.resize(plate, (90, 45), interpolation=cv2.INTER_AREA).astype(np.uint8)
    assert any(line.box.y2 < 0.4 * 45 for line in reader.read(tiny))


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
    ],
)
def test_what_is_no_picture_is_refused_by_name(reader: TextLineReader, picture: np.ndarray) -> None:
    with pytest.raises(InvalidInput, match=r"a picture of shape \(\d+, \d+"):
        reader.read(picture)


def test_threads_share_one_reader() -> None:
    shared_reader = TextLineReader(threads=1)
    plate = render_plate("ABC1234", "US-WA", np.random.default_rng(1)).image
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(shared_reader.read(plate))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]


def test_inputs_have_the_networks_stride() -> None:
    assert input_shape(156, 320) == (192, 416)
    assert all(side % 32 == 0 for side in input_shape(1, 1000) + input_shape(1000, 1))
    batch = line_input(np.full((48, 70, 3), 255, np.uint8))
    assert batch.shape == (1, 3, 48, 96)
    assert batch[..., :70].min() == 1.0
    assert np.abs(batch[..., 70:]).max() == 0.0


def test_real_plates_name_their_state(reader: TextLineReader, shared: Path | None) -> None:
    names = {"us/ak1165.jpg": "ALASKA"}
    found = {}
    for name in names if shared else ():
        assert shared is not None
        picture = cv2.imread(str(shared / "datasets" / "plate-ocr" / name))
        assert picture is not None
        found[name] = [line.text.upper() for line in reader.read(picture.astype(np.uint8, copy=False))]
    assert all(names[name] in texts for name, texts in found.items())
