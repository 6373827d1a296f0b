"""Pictures that are plates, pictures that are none, and pictures that are no pictures."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import cv2
import numpy as np
import pytest

from recognition import recognizer as recognizer_module
from recognition.detection.regions import PlateDetector
from recognition.pictures.checks import require_picture
from recognition.recognizer import Recognizer
from recognition.results import PictureRead
from rendering.plates.standard import render_plate
from schemas.errors import InvalidInput
from schemas.plates import canonical_plate
from schemas.settings import DetectorSettings, RecognitionSettings
from schemas.types import Box, Image, PlateDetection

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


@pytest.mark.parametrize("state", ["US-VA", "US-NY", "US-TX"])
def test_a_plate_that_names_its_state_gives_it(state: str, recognizer: Recognizer) -> None:
    rng = np.random.default_rng(5)
    read = recognizer.read_crop(render_plate("KFA7304", state, rng).image)
    assert read.state is not None
    assert (read.state.jurisdiction, read.state.confidence > 0.9) == (state, True)


def test_no_state_is_named_where_none_is_asked_for() -> None:
    crop = render_plate("KFA7304", "US-NY", np.random.default_rng(5)).image
    assert Recognizer(RecognitionSettings(read_state=False)).read_crop(crop).state is None


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


def test_plates_of_a_picture_come_by_sureness_and_size_and_hardly_read_ones_are_left_out(
    recognizer: Recognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if each were found and read so: text, how surely it is read and detected, left edge, width.
    seen = [("AB1", 0.9, 0.9, 500, 100), ("AB2", 0.95, 0.95, 900, 80), ("AB3", 0.9, 0.9, 100, 300)]
    seen += [("AB4", 0.02, 0.9, 1300, 100), ("AB5", 0.019, 0.9, 1500, 100), ("A", 0.99, 0.9, 1700, 100)]
    reads = [PictureRead(Box(x, 100, x + w, 140), sure, text, read, ()) for text, read, sure, x, w in seen]
    monkeypatch.setattr(recognizer, "_detect_still", lambda *_: [PlateDetection(r.box, 0.9) for r in reads])
    monkeypatch.setattr(recognizer, "_read", lambda *_, **__: [])
    monkeypatch.setattr(recognizer, "_told_apart", lambda *_: reads)
    monkeypatch.setattr(recognizer, "_states", None)
    picture = np.zeros((300, 2000, 3), np.uint8)
    # From a hundred pixels on a plate is no surer for being larger.
    assert [read.plate for read in recognizer.read_picture(picture)] == ["AB3", "AB1", "AB2", "AB4"]
    assert [read.plate for read in recognizer.read_picture(picture, min_confidence=0.95)] == ["AB2"]


def test_whoever_has_to_end_waits_for_one_step_of_a_picture_and_not_for_all(recognizer: Recognizer) -> None:
    scene = np.full((300, 500, 3), 70, np.uint8)
    scene[100:180, 150:310] = plate_picture("UKW4183")
    left: list[None] = []

    def between() -> None:
        if not left:
            raise InterruptedError
        left.pop()

    # Detector, reader, faint plates and state come one after the other.
    for steps in range(5):
        left[:] = [None] * steps
        with pytest.raises(InterruptedError):
            recognizer.read_picture(scene, between=between)
    left[:] = [None] * 20
    assert len(recognizer.read_picture(scene, between=between)) == 1


def test_reading_a_picture_imports_no_training_library() -> None:
    program = (
        "import sys; import numpy as np; import cli.main, cli.read.files; "
        "from recognition.recognizer import Recognizer; from schemas.settings import RecognitionSettings; "
        "Recognizer(RecognitionSettings()).read_picture(np.zeros((90, 160, 3), np.uint8)); "
        "print([name for name in ('torch', 'ultralytics', 'tensorflow', 'scipy', 'rapidocr') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("cameras", [1, 2, 5])
def test_cameras_side_by_side_read_what_one_reads(cameras: int, recognizer: Recognizer) -> None:
    shared = Recognizer(RecognitionSettings(), cameras=cameras)
    scene = np.full((300, 500, 3), 70, np.uint8)
    scene[100:180, 150:310] = plate_picture("UKW4183")
    (alone,) = recognizer.read_picture(scene)
    with ThreadPoolExecutor(cameras) as threads:
        together = list(threads.map(shared.read_picture, [scene] * (2 * cameras)))
    assert all(read == together[0] for read in together)
    assert together[0][0].plate == alone.plate


def test_networks_are_loaded_anew_where_more_cameras_share_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognizer_module, "side_by_side", lambda threads: 2 if threads == 1 else 1)
    loaded: list[int] = []
    real = recognizer_module.open_regional_detector

    def load(settings: DetectorSettings, threads: int) -> PlateDetector:
        loaded.append(threads)
        return real(settings, threads)

    monkeypatch.setattr(recognizer_module, "open_regional_detector", load)
    shared = Recognizer(RecognitionSettings(read_state=False), cameras=1)
    for cameras in (1, 2, 3, 2, 1):
        shared.share(cameras)
    # All cores for one camera, one core each for as many as there are cores or more.
    assert loaded == [0, 1, 0]
    assert shared.read_crop(plate_picture("UKW4183")).plate == "UKW4183"
    fixed = Recognizer(RecognitionSettings(read_state=False, threads=2))
    fixed.share(5)
    assert loaded == [0, 1, 0, 2]
