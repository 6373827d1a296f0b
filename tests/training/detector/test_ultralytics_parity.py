"""Both detector backends give the same boxes on the same weights; ultralytics stays behind its extra."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from recognition.detection.classes import plate_classes
from recognition.detection.detector import DEFAULT_WEIGHTS, OnnxDetector
from recognition.detection.ultralytics_backend import UltralyticsDetector, import_ultralytics
from recognition.training.detector.export import export_onnx
from schemas.errors import ConfigurationError
from schemas.types import PlateDetection

Picture = npt.NDArray[np.uint8]

SIZES = ((640, 640), (768, 432), (333, 500), (1920, 1080), (57, 43), (401, 640))
"""Widths and heights: square, wide, upright, larger and smaller than the input, odd padding."""

PIXELS = 1.0
CONFIDENCE = 0.01


def drawn_pictures() -> list[Picture]:
    """Colored shapes on a gradient, in every size."""
    random = np.random.default_rng(11)
    pictures = []
    for width, height in SIZES:
        shade = np.linspace(30, 200, width, dtype=np.float32)[None, :, None] * np.ones((height, 1, 3), np.float32)
        image = np.ascontiguousarray(shade.astype(np.uint8))
        for _ in range(40):
            x, y = int(random.integers(width)), int(random.integers(height))
            w, h = (int(side) for side in random.integers(3, max(width // 5, 4), 2))
            color = tuple(int(part) for part in random.integers(0, 255, 3))
            cv2.rectangle(image, (x, y), (x + w, y + h), color, -1)
        pictures.append(np.asarray(image, np.uint8))
    return pictures


def untrained_weights(path: Path) -> Path:
    """Write a YOLO of random weights whose scores are spread over 0-1, so that it finds something in every picture."""
    import_ultralytics()
    import torch
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(5)
    network = DetectionModel("yolov8n.yaml", nc=1, verbose=False)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # the running statistics are those of the pictures below, so that signals spread
    pictures = [cv2.resize(picture, (320, 320)) for picture in drawn_pictures()]
    batch = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        network.train()(batch)
        for head in network.model[-1].cv3:
            head[-1].weight.mul_(1.5)
            head[-1].bias.fill_(-1.0)
    network.names = {0: "license-plate"}
    torch.save({"model": network.eval(), "train_args": {}}, path)
    return path


def differences(some: list[PlateDetection], others: list[PlateDetection], threshold: float) -> int:
    """Count the boxes of `some` that `others` do not hold with the same confidence, whatever the order of equal ones.

    A box that is at the threshold, to the allowed difference, may be missing on the other side.
    """
    free, missing = list(others), 0
    for detection in some:
        match = min(free, key=lambda other: distance(detection, other), default=None)
        if match is not None and distance(detection, match) <= PIXELS:
            free.remove(match)
            missing += abs(detection.confidence - match.confidence) > CONFIDENCE
        else:
            missing += detection.confidence > threshold + CONFIDENCE
    return missing


def distance(one: PlateDetection, other: PlateDetection) -> float:
    """Return how far the farthest side is, in pixels."""
    a, b = one.box, other.box
    return max(abs(a.x1 - b.x1), abs(a.y1 - b.y1), abs(a.x2 - b.x2), abs(a.y2 - b.y2))


def both_backends(weights: Path, folder: Path, confidence: float) -> tuple[OnnxDetector, UltralyticsDetector]:
    """Open the checkpoint and its export."""
    exported = folder / f"{weights.stem}.onnx"
    export_onnx(weights, exported, 640)
    limits: dict[str, Any] = {"confidence": confidence, "iou": 0.5, "image_size": 640}
    return OnnxDetector(exported, backend="onnxruntime", **limits), UltralyticsDetector(weights, **limits)


def real_pictures(shared: Path) -> list[Picture]:
    """Read photographs of two sizes, and two frames of a video."""
    folders = [shared / "datasets" / "plate-detection" / name / "val" for name in ("open-images", "romania-dashcam")]
    paths = [path for folder in folders for path in sorted(folder.glob("*.jpg"))[:6]]
    pictures = [cv2.imread(str(path)) for path in paths]
    video = cv2.VideoCapture(str(shared / "samples" / "video" / "toll-gate.mp4"))
    pictures += [video.read()[1] for _ in range(2)]
    video.release()
    return [np.asarray(picture, np.uint8) for picture in pictures if picture is not None]


def test_both_backends_give_the_same_boxes_on_the_same_weights(tmp_path: Path) -> None:
    threshold = 0.3
    ours, theirs = both_backends(untrained_weights(tmp_path / "untrained.pt"), tmp_path, threshold)
    pictures = drawn_pictures()

    found, expected = ours.detect(pictures), theirs.detect(pictures)

    assert sum(map(len, expected)) > 100, "there is something to compare"
    # Random weights give hundreds of overlapping boxes of nearly equal scores: rounding decides which one is dropped.
    boxes = sum(map(len, expected)) + sum(map(len, found))
    pairs = list(zip(found, expected, strict=True))
    assert sum(differences(a, b, threshold) + differences(b, a, threshold) for a, b in pairs) <= boxes / 100


def test_both_backends_give_the_same_plates_in_real_pictures(
    tmp_path: Path, shared: Path | None, record_property: Any
) -> None:
    weights = shared / "models" / "plate-yolov8n-ft.pt" if shared is not None else None
    record_property("real_pictures", weights is not None and weights.is_file())
    if shared is None or weights is None or not weights.is_file():
        # Without photographs and trained weights, the shipped network has to find nothing in shapes that are no plates.
        shipped = OnnxDetector(DEFAULT_WEIGHTS, confidence=0.8, iou=0.5)
        assert shipped.detect([np.full((480, 640, 3), 90, np.uint8)]) == [[]]
        return
    threshold = 0.25
    ours, theirs = both_backends(weights, tmp_path, threshold)
    pictures = real_pictures(shared)

    found, expected = ours.detect(pictures), theirs.detect(pictures)

    assert sum(map(len, expected)) >= 8, "there are plates to compare"
    for mine, other in zip(found, expected, strict=True):
        assert differences(mine, other, threshold) == differences(other, mine, threshold) == 0


def test_detecting_one_by_one_or_together_is_the_same(tmp_path: Path) -> None:
    ultralytics_detector = UltralyticsDetector(
        untrained_weights(tmp_path / "untrained.pt"), confidence=0.3, iou=0.5, image_size=320
    )
    pictures = drawn_pictures()
    pictures += [np.asarray(pictures[1][:, ::-1].copy(), np.uint8)]

    together = ultralytics_detector.detect(pictures)

    assert ultralytics_detector.detect([]) == []
    for picture, detections in zip(pictures, together, strict=True):
        alone = ultralytics_detector.detect([picture])[0]
        assert differences(alone, detections, 0.3) == differences(detections, alone, 0.3) == 0
        confidences = [detection.confidence for detection in detections]
        assert confidences == sorted(confidences, reverse=True)
        height, width = picture.shape[:2]
        assert all(0 <= d.box.x1 <= d.box.x2 <= width and 0 <= d.box.y1 <= d.box.y2 <= height for d in detections)


def test_without_ultralytics_the_message_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "any.pt"
    weights.write_bytes(b"")
    monkeypatch.setitem(sys.modules, "ultralytics", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'ultralytics>="):
        UltralyticsDetector(weights, confidence=0.3, iou=0.5, image_size=640)


@pytest.mark.parametrize(("name", "content", "message"), [("none.pt", None, "no such file"), ("bad.pt", b"x", "not a")])
def test_weights_that_cannot_be_loaded_are_named(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"{name}: {message}"):
        UltralyticsDetector(tmp_path / name, confidence=0.3, iou=0.5, image_size=640)


def test_the_plate_class_is_found_among_others() -> None:
    assert plate_classes({0: "anything"}, Path("w.pt")) == [0]
    assert plate_classes({0: "car", 3: "License Plate", 5: "plate-blurred"}, Path("w.pt")) == [3, 5]
    with pytest.raises(ConfigurationError, match=r"w\.pt: none of its 2 classes \(car, person"):
        plate_classes({0: "car", 1: "person"}, Path("w.pt"))
