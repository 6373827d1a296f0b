"""Whole pictures with faint plates and with what only looks like one: the shipped networks decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from benchmarks.recognition.signs import boards, signs
from recognition.recognizer import Recognizer
from rendering.plates.standard import render_plate
from rendering.scene.scenery import RoadView, draw_day
from schemas.settings import DetectorSettings, RecognitionSettings
from schemas.types import Frame, Image

LIMIT = DetectorSettings().confidence


def recognizer(faint: float) -> Recognizer:
    detector = DetectorSettings(backend="onnxruntime", faint_confidence=faint)
    return Recognizer(RecognitionSettings(threads=1, read_state=False, detector=detector))


@pytest.fixture(scope="module")
def with_faint() -> Recognizer:
    return recognizer(DetectorSettings().faint_confidence)


@pytest.fixture(scope="module")
def without() -> Recognizer:
    return recognizer(LIMIT)


def road(*plates: tuple[str, int, float, int]) -> Image:
    """Draw a road in infrared, light characters on dark ground: (serial, width, degrees, x) of each vehicle's plate."""
    rng = np.random.default_rng(2)
    picture = draw_day(RoadView(1280, 720), rng)
    for serial, width, degrees, x in plates:
        cv2.rectangle(picture, (x - 150, 250), (x + 150, 540), (70, 60, 60), -1)
        size = (width, width // 2)
        plate = cv2.resize(render_plate(serial, "US-VA", rng).image, size, interpolation=cv2.INTER_AREA)
        turn = cv2.getRotationMatrix2D((width / 2, width / 4), degrees, 1)
        turn[:, 2] += (x - width / 2, 450 - width / 4)
        area = (picture.shape[1], picture.shape[0])
        cover = cv2.warpAffine(np.ones((width // 2, width), np.float32), turn, area)[..., None]
        drawn = cv2.warpAffine(plate.astype(np.float32), turn, area)
        picture = (picture * (1 - cover) + drawn * cover).astype(np.uint8)
    gray = 255 - cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), 0.6), cv2.COLOR_BGR2GRAY)
    return cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR).astype(np.uint8)


def test_a_small_tilted_plate_that_the_limit_missed_is_read(with_faint: Recognizer, without: Recognizer) -> None:
    picture = road(("UKW4183", 75, 8, 640))
    assert without.read_picture(picture) == []
    assert with_faint.detect_still(picture) == []
    (read,) = with_faint.read_picture(picture)
    assert read.plate == "UKW4183"
    # Its faintness is part of the read: neither figure is made better than it is.
    assert read.detection_confidence <= LIMIT
    assert 0.5 < read.confidence < 0.9


def test_a_faint_plate_changes_nothing_of_the_others(with_faint: Recognizer, without: Recognizer) -> None:
    moment = datetime(2026, 5, 4, 12, tzinfo=UTC)
    frame = Frame("gate", "a.jpg", 0, moment, road(("UKW4183", 75, 8, 640), ("HJR6142", 150, 0, 1050)))
    known = [vehicle.read for vehicle in without.read_still(frame, agency_id="pd")]
    passes = with_faint.read_still(frame, agency_id="pd")
    assert [read.plate for read in known] == ["HJR6142"]
    assert [vehicle.read.plate for vehicle in passes] == ["HJR6142", "UKW4183"]
    assert passes[0].read == known[0]
    assert passes[1].detection_confidence is not None
    assert passes[1].detection_confidence <= LIMIT < (passes[0].detection_confidence or 0)


@pytest.mark.parametrize(("draw", "number"), [(signs, 32), (signs, 27), (boards, 13), (boards, 7), (boards, 18)])
def test_text_that_is_no_plate_stays_as_silent_as_it_was(
    draw: Callable[[int], Image], number: int, with_faint: Recognizer, without: Recognizer
) -> None:
    picture = draw(number)
    assert with_faint.read_picture(picture) == without.read_picture(picture)
