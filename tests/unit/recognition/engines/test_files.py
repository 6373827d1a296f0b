"""What is said when a network's files are missing or are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from recognition.detection.detector import OnnxDetector
from recognition.detection.opening import open_detector
from recognition.reading.ocr import PlateOcr
from schemas.errors import ConfigurationError
from schemas.settings import DetectorSettings, OcrSettings


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
