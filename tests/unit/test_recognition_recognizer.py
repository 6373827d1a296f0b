"""Pictures that are plates, pictures that are none, and pictures that are no pictures."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.borders import with_border
from recognition.checks import require_picture
from recognition.recognizer import Recognizer
from rendering.plates import render_plate
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from schemas.settings import RecognitionSettings
from schemas.types import Image

BAD = {
    "a list": ([[0, 0, 0]], "a picture is a list, expected an array"),
    "no pixels": (np.zeros((0, 40, 3), np.uint8), r"a picture without a pixel \(0x40x3\)"),
    "two channels": (np.zeros((40, 60, 2), np.uint8), r"no picture \(40x60x2\), expected blue, green and red"),
    "a batch": (np.zeros((2, 40, 60, 3), np.uint8), r"no picture \(2x40x60x3\)"),
    "floats": (np.zeros((40, 60, 3), np.float32), r"a picture of float32 numbers \(40x60x3\), expected uint8"),
    "16 bits": (np.zeros((40, 60, 3), np.uint16), r"a picture of uint16 numbers"),
}


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(RecognitionSettings(threads=1))


def plate_picture(serial: str, width: int = 160) -> Image:
    picture = render_plate(serial, "US-VA", np.random.default_rng(3)).image
    return cv2.resize(picture, (width, width // 2), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_picture_is_refused_in_one_clear_line(kind: str, recognizer: Recognizer) -> None:
    image, message = BAD[kind]
    takes: list[Any] = [recognizer.detect, recognizer.read_picture, recognizer.read_crop]
    for take in takes:
        with pytest.raises(InvalidInput, match=message) as caught:
            take(image)
        assert "\n" not in str(caught.value)


def test_a_picture_may_be_one_pixel(recognizer: Recognizer) -> None:
    dot = np.full((1, 1, 3), 90, np.uint8)
    assert require_picture(dot) is dot
    assert recognizer.read_picture(dot) == []
    assert recognizer.read_crop(dot).box.width == 1


def test_plates_without_surroundings_are_read_in_their_order(recognizer: Recognizer) -> None:
    serials = ["UKW4183", "HJR6142", "RJD2760"]
    pictures = [plate_picture(serial, 140 + 20 * index) for index, serial in enumerate(serials)]
    reads = recognizer.read_crops(pictures)
    assert [canonical_plate(read.plate) for read in reads] == [canonical_plate(serial) for serial in serials]
    for picture, read in zip(pictures, reads, strict=True):
        assert (read.box.x1, read.box.y1, read.box.x2, read.box.y2) == (0, 0, picture.shape[1], picture.shape[0])
        assert read.confidence > 0.5
    assert recognizer.read_crops([]) == []


def test_a_bad_crop_among_good_ones_is_named(recognizer: Recognizer) -> None:
    with pytest.raises(InvalidInput, match="without a pixel"):
        recognizer.read_crops([plate_picture("UKW4183"), np.zeros((0, 4, 3), np.uint8)])


@pytest.mark.parametrize("code", [cv2.COLOR_BGR2GRAY, cv2.COLOR_BGR2BGRA])
def test_gray_pictures_and_those_with_transparency_are_read_too(code: int, recognizer: Recognizer) -> None:
    picture = cv2.cvtColor(plate_picture("UKW4183"), code).astype(np.uint8)
    assert canonical_plate(recognizer.read_crop(picture).plate) == canonical_plate("UKW4183")
    scene = np.full((300, 500, 3), 70, np.uint8)
    scene[100:180, 150:310] = plate_picture("UKW4183")
    (read,) = recognizer.read_picture(cv2.cvtColor(scene, code).astype(np.uint8))
    assert canonical_plate(read.plate) == canonical_plate("UKW4183")


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 0.5))
def test_a_border_repeats_the_edge_and_keeps_the_middle(width: int, height: int, share: float) -> None:
    picture = np.random.default_rng(width * 41 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    larger, place = with_border(picture, share)
    assert (larger[int(place.y1) : int(place.y2), int(place.x1) : int(place.x2)] == picture).all()
    assert share * height <= place.x1 <= share * height + 1
    assert (larger[0, 0] == picture[0, 0]).all()
    assert (larger[-1, -1] == picture[-1, -1]).all()
    assert larger.shape[0] == height + 2 * place.y1
