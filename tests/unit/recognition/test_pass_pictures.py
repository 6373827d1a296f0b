"""A pass's pictures as JPEG, and where its plate is in them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from recognition.pass_pictures import pass_pictures, plate_in_picture
from recognition.pictures.borders import PICTURE_MARGIN
from recognition.pictures.jpeg import decode_jpeg, encode_jpeg
from recognition.results import VehiclePass
from schemas.arrivals import MAX_PLATE_PICTURE_BYTES
from schemas.errors import InvalidInput
from schemas.ids import read_id
from schemas.settings import ImageSettings
from schemas.types import Box, Image, PlateRead

MOMENT = datetime(2026, 3, 4, tzinfo=UTC)


def plate_read(plate: str, box: Box | None = None) -> PlateRead:
    number = read_id("gate", "a", MOMENT, 1)
    return PlateRead(number, "gate", "local", MOMENT, MOMENT, MOMENT, plate, 0.9, box=box)


def passing(frame: Image, box: Box) -> VehiclePass:
    spare = int(PICTURE_MARGIN * box.height)
    left, top = max(int(box.x1) - spare, 0), max(int(box.y1) - spare, 0)
    picture = frame[top : int(box.y2) + spare, left : int(box.x2) + spare].copy()
    return VehiclePass(plate_read("ABC1234", box), picture, frame)


def test_the_plate_is_found_in_its_own_picture_also_at_the_frames_edge() -> None:
    frame = np.zeros((200, 300, 3), np.uint8)
    assert plate_in_picture(passing(frame, Box(100, 60, 200, 100))) == Box(12, 12, 112, 52)
    assert plate_in_picture(passing(frame, Box(4, 60, 104, 100))) == Box(4, 12, 104, 52)
    other = VehiclePass(plate_read("ABC1234", Box(0, 0, 9, 9)), np.zeros((30, 60, 3), np.uint8), frame)
    assert plate_in_picture(other) is None


def test_a_plate_whose_place_is_not_known_fills_its_picture() -> None:
    frame = np.zeros((200, 300, 3), np.uint8)
    assert plate_in_picture(VehiclePass(plate_read("ABC1234"), frame, frame)) is None


@pytest.mark.parametrize("with_context", [True, False])
def test_pictures_are_jpegs_of_what_was_seen(with_context: bool) -> None:
    frame = np.full((200, 300, 3), (200, 90, 30), np.uint8)
    pictures = pass_pictures(passing(frame, Box(100, 60, 200, 100)), ImageSettings(keep_context=with_context))
    assert pictures.plate is not None
    plate = decode_jpeg(pictures.plate)
    assert plate.shape == (64, 124, 3)
    assert np.abs(plate.astype(int) - (200, 90, 30)).max() < 4
    assert (pictures.context is not None) == with_context
    if pictures.context is not None:
        assert decode_jpeg(pictures.context).shape == frame.shape
    assert pictures.plate_box == Box(12, 12, 112, 52)


def test_a_plate_that_is_too_large_for_an_alert_is_made_smaller() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (260, 400, 3)).astype(np.uint8)
    seen = VehiclePass(plate_read("ABC1234"), noise, noise)
    fine = pass_pictures(seen, ImageSettings(jpeg_quality=95)).plate
    smaller = pass_pictures(seen, ImageSettings(jpeg_quality=40)).plate
    assert fine is not None
    assert smaller is not None
    assert len(smaller) <= MAX_PLATE_PICTURE_BYTES < len(fine)
    small = VehiclePass(plate_read("ABC1234"), noise[:40, :80].copy(), noise)
    assert pass_pictures(small, ImageSettings(jpeg_quality=40)).plate == encode_jpeg(noise[:40, :80], 95)


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff\xe0 cut off"])
def test_what_is_no_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="expected a JPEG"):
        decode_jpeg(data)
