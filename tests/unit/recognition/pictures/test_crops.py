"""Crops, annotated pictures, and what is said when weights are missing."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector, open_detector
from recognition.engines.opening import open_engine
from recognition.pictures.annotate import annotate
from recognition.pictures.crops import crop, quality, sharpness
from recognition.pictures.jpeg import encode_jpeg
from recognition.reading.ocr import PlateOcr, find_config
from recognition.results import PictureRead
from schemas.errors import ConfigurationError
from schemas.settings import DetectorSettings, OcrSettings
from schemas.types import Box

numbers = st.floats(-50, 250)


@given(numbers, numbers, st.floats(0, 100), st.floats(0, 100), st.floats(0, 0.5))
def test_a_crop_is_always_a_part_of_its_frame(x: float, y: float, width: float, height: float, margin: float) -> None:
    frame = np.zeros((120, 200, 3), np.uint8)
    cut = crop(frame, Box(x, y, x + width, y + height), margin)
    assert cut.shape[0] >= 1
    assert cut.shape[1] >= 1
    assert cut.base is frame


def test_the_margin_is_a_share_of_the_height_on_every_side() -> None:
    cut = crop(np.zeros((120, 200, 3), np.uint8), Box(50, 50, 110, 70), 0.25)
    assert cut.shape[:2] == (30, 70)


def test_sharp_large_sure_plates_count_more() -> None:
    sharp = np.zeros((40, 120, 3), np.uint8)
    cv2.putText(sharp, "ABC 123", (4, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (255, 255, 255), 2)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4)
    assert sharpness(sharp) > 4 * sharpness(blurred)
    box = Box(0, 0, 120, 40)
    assert quality(sharp, box, 0.9) > quality(blurred, box, 0.9)
    assert quality(sharp, box, 0.9) > quality(sharp, box, 0.5)
    assert quality(sharp, box, 0.9) > quality(sharp[::2, ::2], Box(0, 0, 60, 20), 0.9)
    assert 0 < quality(np.zeros((1, 1, 3), np.uint8), Box(0, 0, 1, 1), 0.9) <= 1


@pytest.mark.parametrize("box", [Box(50, 50, 110, 70), Box(0, 0, 60, 20), Box(180, 100, 240, 140), Box(-5, -5, 3, 3)])
def test_annotation_draws_on_a_copy_wherever_the_plate_is(box: Box) -> None:
    frame = np.full((120, 200, 3), 90, np.uint8)
    drawn = annotate(frame, [PictureRead(box, 0.9, "ABC1234", 0.97, ())])
    assert (frame == 90).all()
    assert drawn.shape == frame.shape
    assert (drawn != frame).any(axis=2).sum() > 50


def test_jpeg_round_trip() -> None:
    frame = np.full((40, 60, 3), (10, 120, 200), np.uint8)
    data = encode_jpeg(frame, 90)
    assert data[:2] == b"\xff\xd8"
    assert np.abs(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).astype(int) - frame).max() < 6


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.onnx: no such detector weights"):
        open_detector(DetectorSettings(weights=tmp_path / "none.onnx"), 1)
    with pytest.raises(ConfigurationError, match=r"none\.pt: no such file"):
        open_detector(DetectorSettings(weights=tmp_path / "none.pt"), 1)
    with pytest.raises(ConfigurationError, match=r"none\.onnx: no such reader weights"):
        PlateOcr(OcrSettings(weights=tmp_path / "none.onnx"), 1)
    (tmp_path / "some.onnx").write_bytes(b"x")
    with pytest.raises(ConfigurationError, match=r"some\.yaml: no such plate config"):
        PlateOcr(OcrSettings(weights=tmp_path / "some.onnx"), 1)


def test_files_that_are_no_networks_are_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "some.onnx"
    path.write_bytes(b"not a network")
    path.with_suffix(".yaml").write_text("max_plate_slots: 9\n")
    with pytest.raises(ConfigurationError, match=r"some\.onnx: not a network that ONNX Runtime can run") as detector:
        OnnxDetector(path, confidence=0.3, iou=0.5)
    with pytest.raises(ConfigurationError, match=r"some\.onnx: not a fast-plate-ocr model with the config") as reader:
        PlateOcr(OcrSettings(weights=path), 1)
    assert "\n" not in str(detector.value) + str(reader.value)


def test_an_unknown_hub_model_is_named() -> None:
    with pytest.raises(ConfigurationError, match="hub model 'no-such-model' cannot be loaded"):
        PlateOcr(OcrSettings(hub_model="no-such-model"), 1)


def test_a_missing_backend_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigurationError, match=r'pip install "platewatch\[openvino\]"'):
        open_engine(DEFAULT_WEIGHTS, "openvino", 1, (640, 640))


def test_the_hubs_config_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "cct_plate_config.yaml").touch()
    assert find_config(tmp_path / "cct.onnx").name == "cct_plate_config.yaml"
    (tmp_path / "cct.yaml").touch()
    assert find_config(tmp_path / "cct.onnx").name == "cct.yaml"


def test_plates_of_different_pictures_in_one_call_stay_apart() -> None:
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.5, iou=0.5, image_size=320, threads=1, backend="onnxruntime")
    pictures = [
        np.zeros((90, 160, 3), np.uint8),
        np.full((160, 90, 3), 128, np.uint8),
        np.zeros((90, 160, 3), np.uint8),
    ]
    assert detector.detect(pictures) == [[], [], []]
    assert detector.detect([]) == []
