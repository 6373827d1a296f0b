"""Where the plates are in a frame: a YOLO network exported to ONNX."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from recognition.boxes import decode, suppress
from recognition.detector_ultralytics import MAX_DETECTIONS, UltralyticsDetector, plate_classes
from recognition.engines import Backend, open_engine
from recognition.letterbox import Letterbox, apply, fit, to_tensor
from schemas.settings import DetectorSettings
from schemas.types import Box, Image, PlateDetection

MODELS = Path(__file__).parent / "models"
"""Weights that ship with Platewatch."""

DEFAULT_WEIGHTS = MODELS / "plate-detector-v1.onnx"

_STRIDE = 32
_MAX_BATCH = 8


class PlateDetector(Protocol):
    """Finds plates. Threads may share it."""

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        """Find the plates in each image.

        Args:
            images: uint8 (H, W, 3), BGR; sizes may differ.

        Returns:
            One list per image, most confident first; boxes in pixels of that image.
        """
        ...


class OnnxDetector:
    """Finds plates with a YOLO network in ONNX form.

    Args:
        weights: The network (.onnx), with ultralytics' output form.
        confidence: Least confidence of a detection (0-1).
        iou: Of two boxes that overlap by more than this, the less confident one is dropped (0-1).
        image_size: Side of the square that a frame is fitted into, pixels; a network with a fixed input keeps its own.
        threads: Threads of the inference engine; 0: one per core.
        backend: `onnxruntime`, `openvino`, or `auto` for the faster one that is installed.
        rectangular: Leave out padding where the network takes any size: faster, and the same boxes to a pixel or so.

    Raises:
        ConfigurationError: The weights are missing, or not such a network.
    """

    def __init__(
        self,
        weights: Path,
        *,
        confidence: float,
        iou: float,
        image_size: int = 640,
        threads: int = 0,
        backend: Backend = "auto",
        rectangular: bool = True,
    ) -> None:
        self._confidence = confidence
        self._iou = iou
        self._engine = open_engine(weights, backend, threads, (image_size, image_size))
        batch, _, height, width = self._engine.input_shape
        self._batch = batch or _MAX_BATCH
        self._input_size = (width or image_size, height or image_size)
        self._stride = _STRIDE if rectangular and width is None and height is None else None
        self._classes = tuple(plate_classes(_class_names(self._engine.metadata), weights))

    @property
    def engine(self) -> str:
        """Which program runs the network."""
        return self._engine.name

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        """Find the plates in each image; see `PlateDetector.detect`."""
        # Images of one size share a batch.
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, image in enumerate(images):
            groups[(image.shape[1], image.shape[0])].append(number)
        found: list[list[PlateDetection]] = [[] for _ in images]
        for size, numbers in groups.items():
            box = fit(*size, self._input_size, stride=self._stride)
            for start in range(0, len(numbers), self._batch):
                part = numbers[start : start + self._batch]
                for number, detections in zip(part, self._detect([images[n] for n in part], box), strict=True):
                    found[number] = detections
        return found

    def _detect(self, images: list[Image], box: Letterbox) -> list[list[PlateDetection]]:
        tensor = to_tensor([apply(image, box) for image in images])
        if len(images) < self._batch and self._engine.input_shape[0] is not None:
            # A network with a fixed batch gets empty images for the rest.
            tensor = np.concatenate([tensor, np.zeros((self._batch - len(images), *tensor.shape[1:]), np.float32)])
        return [self._postprocess(output, box) for output in self._engine.run(tensor)[: len(images)]]

    def _postprocess(
        self, output: np.ndarray[tuple[int, ...], np.dtype[np.float32]], box: Letterbox
    ) -> list[PlateDetection]:
        boxes, scores = decode(output, self._confidence, self._classes)
        kept = suppress(boxes, scores, self._iou, MAX_DETECTIONS)
        corners = box.to_frame(boxes[kept]).astype(float).tolist()
        return [PlateDetection(Box(*corner), float(score)) for corner, score in zip(corners, scores[kept], strict=True)]


def open_detector(settings: DetectorSettings, threads: int) -> PlateDetector:
    """Load the detector that the settings name.

    Args:
        settings: Backend, weights and limits. A `.pt` file goes to ultralytics with the backend `auto`, too.
        threads: Threads of the inference engine; 0: one per core.

    Raises:
        ConfigurationError: The weights are missing or of another kind, or the backend is not installed.
    """
    weights = settings.weights or DEFAULT_WEIGHTS
    if settings.backend == "ultralytics" or (settings.backend == "auto" and weights.suffix == ".pt"):
        return UltralyticsDetector(
            weights, confidence=settings.confidence, iou=settings.iou, image_size=settings.image_size
        )
    return OnnxDetector(
        weights,
        confidence=settings.confidence,
        iou=settings.iou,
        image_size=settings.image_size,
        threads=threads,
        backend=settings.backend,
    )


def _class_names(metadata: dict[str, str]) -> dict[int, str]:
    """Return the class names that ultralytics writes into a network; one nameless class where there are none."""
    try:
        names = ast.literal_eval(metadata.get("names", ""))
    except (ValueError, SyntaxError):
        names = None
    return names if isinstance(names, dict) and names else {0: "plate"}
