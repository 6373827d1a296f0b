"""The programs that run the detector: they agree, and the choice between them is made once."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.engines import opening
from recognition.engines.onnx_runtime import OnnxRuntimeEngine
from recognition.engines.opening import open_engine
from recognition.engines.openvino_engine import OpenVinoEngine
from rendering.scene.scenario import demo_scenario
from rendering.scene.traffic import render_frames
from schemas.types import Image, PlateDetection


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "platewatch/engines.json"


@pytest.fixture(scope="module")
def frame() -> Image:
    """Two vehicles, both plates in view."""
    for number, picture in enumerate(render_frames(demo_scenario(frames=100))):
        if number == 99:
            return picture
    raise AssertionError("the clip is shorter than 100 frames")


def detect(backend: str, picture: Image) -> list[PlateDetection]:
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.35, iou=0.5, backend=backend)  # type: ignore[arg-type]
    assert detector.engine == backend
    return detector.detect([picture])[0]


def test_both_engines_find_the_same_plates(frame: Image) -> None:
    one, other = detect("onnxruntime", frame), detect("openvino", frame)
    assert len(one) == len(other) >= 2
    for ours, theirs in zip(one, other, strict=True):
        # OpenVINO computes in bfloat16 where the processor can.
        corners = [(box.x1, box.y1, box.x2, box.y2) for box in (ours.box, theirs.box)]
        assert np.allclose(*corners, atol=3.0)
        assert ours.confidence == pytest.approx(theirs.confidence, abs=0.05)


def test_both_engines_know_the_network_s_class_names() -> None:
    one, other = OnnxRuntimeEngine(DEFAULT_WEIGHTS, 1), OpenVinoEngine(DEFAULT_WEIGHTS, 1)
    assert one.metadata["names"] == other.metadata["names"]


def test_the_faster_engine_is_measured_once_and_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = open_engine(DEFAULT_WEIGHTS, "auto", 1, (320, 320))
    assert cache.is_file()

    def measured_again(*_: object) -> float:
        raise AssertionError("a restart must take the engine that the run before it took")

    monkeypatch.setattr(opening, "measure", measured_again)
    assert open_engine(DEFAULT_WEIGHTS, "auto", 1, (320, 320)).name == first.name


@pytest.mark.parametrize("content", ["", "[]", '{"x": 3}', "\x00"])
def test_a_damaged_memory_is_measured_over(cache: Path, content: str) -> None:
    cache.parent.mkdir()
    cache.write_text(content)
    assert open_engine(DEFAULT_WEIGHTS, "auto", 1, (320, 320)).name in {"onnxruntime", "openvino"}


def test_pictures_of_several_sizes_keep_their_places(frame: Image) -> None:
    small = cv2.resize(frame, None, fx=0.75, fy=0.75)
    detector = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.35, iou=0.5)
    together = detector.detect([frame, small, frame])
    assert together[0] == together[2]
    assert len(together[1]) >= 1
    assert max(d.box.x2 for d in together[1]) <= small.shape[1]
