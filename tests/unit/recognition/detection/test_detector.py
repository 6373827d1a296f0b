"""What the detector says to weights and pictures that are not for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.detection.opening import open_detector
from recognition.engines.engine import Backend
from recognition.engines.files import MODELS
from schemas.errors import ConfigurationError, InvalidInput
from schemas.settings import DetectorSettings
from tests.unit.recognition.detection.onnx_samples import write_network

BACKENDS: tuple[Backend, ...] = ("onnxruntime", "openvino", "auto")
FREE = ("batch", 3, "height", "width")
ANCHORS_OF_32 = 16 + 4 + 1


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def detector() -> OnnxDetector:
    return OnnxDetector(DEFAULT_WEIGHTS, confidence=0.25, iou=0.5, image_size=320, threads=1, backend="onnxruntime")


def open_weights(weights: Path, backend: Backend = "onnxruntime", image_size: int = 320) -> OnnxDetector:
    return OnnxDetector(weights, confidence=0.25, iou=0.5, image_size=image_size, threads=1, backend=backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("damage", ["cut", "garbage", "empty"])
def test_damaged_weights_are_named(backend: Backend, damage: str, tmp_path: Path) -> None:
    whole = DEFAULT_WEIGHTS.read_bytes()
    content = {"cut": whole[: len(whole) // 2], "garbage": b"\x07garbage" * 99, "empty": b""}[damage]
    weights = tmp_path / "damaged.onnx"
    weights.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"damaged\.onnx: not a network that \w+"):
        open_weights(weights, backend)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_reader_s_weights_are_no_detector(backend: Backend) -> None:
    (reader,) = sorted(MODELS.glob("plate-ocr-*.onnx"))[-1:]
    with pytest.raises(
        ConfigurationError, match=rf"{reader.name}: not a plate detector; give the ONNX export of a YOLO"
    ):
        open_weights(reader, backend)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("input_shape", "output_shape"),
    [
        (FREE, (1, 1000)),  # a classifier
        (FREE, (1, 3, ANCHORS_OF_32)),  # too few rows for a box and a score
        (FREE, (1, 64, 8, 8)),  # features
        (("batch", 1, "height", "width"), (1, 5, ANCHORS_OF_32)),  # gray pictures
        (("batch", 10), (1, 5, ANCHORS_OF_32)),  # no pictures
    ],
)
def test_another_network_is_refused_when_it_is_loaded(
    backend: Backend, input_shape: tuple[Any, ...], output_shape: tuple[int, ...], tmp_path: Path
) -> None:
    weights = write_network(tmp_path / "other.onnx", input_shape, output_shape)
    with pytest.raises(ConfigurationError, match=r"other\.onnx: not a plate detector"):
        open_weights(weights, backend)


def test_a_fixed_input_must_fit_the_configured_size(tmp_path: Path) -> None:
    anchors = 80 * 48 + 40 * 24 + 20 * 12
    weights = write_network(tmp_path / "fixed.onnx", (1, 3, 384, 640), (1, 5, anchors))
    with pytest.raises(ConfigurationError, match=r"fixed at 640 x 384 pixels, but .* is 320; set image_size to 640"):
        open_weights(weights, image_size=320)
    picture = np.zeros((90, 160, 3), np.uint8)
    assert open_weights(weights, image_size=640).detect([picture, picture]) == [[], []]


@pytest.mark.parametrize("image_size", [0, -32, 100, 650])
def test_an_image_size_that_the_network_cannot_take_is_refused(image_size: int) -> None:
    with pytest.raises(ConfigurationError, match=f"image size is {image_size}; expected a multiple of 32"):
        open_weights(DEFAULT_WEIGHTS, image_size=image_size)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.onnx: no such detector weights"):
        open_detector(DetectorSettings(weights=tmp_path / "gone.onnx"), 1)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((40, 60), np.uint8), r"shape \(40, 60\); expected \(height, width, 3\)"),
        (np.zeros((40, 60, 1), np.uint8), r"shape \(40, 60, 1\)"),
        (np.zeros((40, 60, 4), np.uint8), r"shape \(40, 60, 4\).*transparency"),
        (np.zeros((1, 40, 60, 3), np.uint8), r"shape \(1, 40, 60, 3\)"),
        (np.zeros((0, 60, 3), np.uint8), r"is 60 x 0 pixels; expected at least 1 x 1"),
        (np.zeros((40, 0, 3), np.uint8), r"is 0 x 40 pixels"),
        (np.zeros((40, 60, 3), np.float32), r"type float32; expected uint8"),
        (np.zeros((40, 60, 3), np.uint16), r"type uint16; expected uint8"),
        (None, r"type NoneType; expected a numpy array"),
    ],
)
def test_what_is_no_color_picture_is_refused_with_its_place(detector: OnnxDetector, image: Any, said: str) -> None:
    good = np.zeros((40, 60, 3), np.uint8)
    with pytest.raises(InvalidInput, match=rf"image 1 .*{said}"):
        detector.detect([good, image])


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (3, 2)])
def test_a_tiny_or_narrow_picture_shows_no_plate(detector: OnnxDetector, size: tuple[int, int]) -> None:
    assert detector.detect([np.zeros((*size, 3), np.uint8)]) == [[]]


def test_no_pictures_give_no_results(detector: OnnxDetector) -> None:
    assert detector.detect([]) == []


def test_a_picture_that_is_a_view_of_another_is_taken(detector: OnnxDetector) -> None:
    whole = np.random.default_rng(2).integers(0, 255, (120, 200, 3), dtype=np.uint8)
    view = whole[10:110:2, ::-1]
    assert detector.detect([view]) == detector.detect([view.copy()])


def test_plates_of_different_pictures_in_one_call_stay_apart() -> None:
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.5, iou=0.5, image_size=320, threads=1, backend="onnxruntime")
    pictures = [
        np.zeros((90, 160, 3), np.uint8),
        np.full((160, 90, 3), 128, np.uint8),
        np.zeros((90, 160, 3), np.uint8),
    ]
    assert detector.detect(pictures) == [[], [], []]
    assert detector.detect([]) == []
