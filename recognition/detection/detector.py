"""Where the plates are in a frame: a YOLO network exported to ONNX."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from recognition.detection.postprocess import decode, suppress
from recognition.detection.preprocess import Letterbox, apply, fit, require_pictures, to_tensor
from recognition.detection.ultralytics_backend import MAX_DETECTIONS, UltralyticsDetector, plate_classes
from recognition.detection.views import STILL_VIEWS, View, merge, mirrored
from recognition.engines.opening import Backend, Engine, open_engine
from schemas.errors import ConfigurationError, PlatewatchError
from schemas.settings import DetectorSettings
from schemas.types import Box, Image, PlateDetection

MODELS = Path(__file__).parents[1] / "models"
"""Weights that ship with Platewatch."""

DEFAULT_WEIGHTS = MODELS / "plate-detector-v2.onnx"

_NO_DETECTOR = "not a plate detector; give the ONNX export of a YOLO network"
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
        image_size: Side of the square that a frame is fitted into, pixels; a multiple of 32, and the longer side of
            the input where that is fixed.
        threads: Threads of the inference engine; 0: one per core.
        backend: `onnxruntime`, `openvino`, or `auto` for the faster one that is installed.
        rectangular: Leave out padding where the network takes any size: faster, and the same boxes to a pixel or so.

    Raises:
        ConfigurationError: The weights are missing, not such a network, or of another input size.
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
        if image_size < _STRIDE or image_size % _STRIDE:
            raise ConfigurationError(f"the detector's image size is {image_size}; expected a multiple of {_STRIDE}")
        self._engine = _open(weights, backend, threads, image_size)
        batch, height, width = _input_size(self._engine, weights, image_size)
        self._batch = batch or _MAX_BATCH
        self._input_size = (width or image_size, height or image_size)
        self._stride = _STRIDE if rectangular and width is None and height is None else None
        self._classes = tuple(plate_classes(_class_names(self._engine.metadata), weights))
        self._try(weights)

    @property
    def engine(self) -> str:
        """Which program runs the network."""
        return self._engine.name

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        """Find the plates in each image; see `PlateDetector.detect`."""
        require_pictures(images)
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

    def detect_still(self, image: Image) -> list[PlateDetection]:
        """Find the plates in a picture of which there is no other frame: looks at it several times.

        Args:
            image: uint8 (H, W, 3), BGR.

        Returns:
            The plates, most confident first; boxes in pixels of the picture.

        Raises:
            InvalidInput: It is no such picture.
        """
        require_pictures([image])
        # A network with a fixed input cannot look at a larger picture.
        views = [view for view in STILL_VIEWS if view.scale == 1 or self._stride is not None]
        # What one look alone finds must still be able to reach the limit.
        least = self._confidence / len(views)
        return merge([self._look(image, view, least) for view in views], self._confidence)

    def _look(self, image: Image, view: View, confidence: float) -> list[PlateDetection]:
        height, width = image.shape[:2]
        size = tuple(round(side * view.scale / _STRIDE) * _STRIDE for side in self._input_size)
        box = fit(width, height, (size[0], size[1]), stride=self._stride)
        if not view.mirrored:
            return self._detect([image], box, confidence)[0]
        return mirrored(self._detect([np.ascontiguousarray(image[:, ::-1])], box, confidence)[0], width)

    def _try(self, weights: Path) -> None:
        """Run the network once on the least input, so that weights of something else are refused at once.

        Raises:
            ConfigurationError: It cannot run, or its output is no detector's.
        """
        side = _STRIDE if self._stride else 0
        width, height = (side or size for size in self._input_size)
        empty = np.zeros((self._engine.input_shape[0] or 1, 3, height, width), np.float32)
        try:
            output = self._engine.run(empty)
        except Exception as error:
            # The engines' errors have no common base of their own.
            raise ConfigurationError(f"{weights}: {_NO_DETECTOR} ({_first_line(error)})") from error
        try:
            decode(output[0], self._confidence, self._classes)
        except (ConfigurationError, IndexError) as error:
            raise ConfigurationError(f"{weights}: {_NO_DETECTOR} (its output has the shape {output.shape})") from error

    def _detect(
        self, images: list[Image], box: Letterbox, confidence: float | None = None
    ) -> list[list[PlateDetection]]:
        tensor = to_tensor([apply(image, box) for image in images])
        if len(images) < self._batch and self._engine.input_shape[0] is not None:
            # A network with a fixed batch gets empty images for the rest.
            tensor = np.concatenate([tensor, np.zeros((self._batch - len(images), *tensor.shape[1:]), np.float32)])
        least = self._confidence if confidence is None else confidence
        return [self._postprocess(output, box, least) for output in self._engine.run(tensor)[: len(images)]]

    def _postprocess(
        self, output: np.ndarray[tuple[int, ...], np.dtype[np.float32]], box: Letterbox, confidence: float
    ) -> list[PlateDetection]:
        boxes, scores = decode(output, confidence, self._classes)
        kept = suppress(boxes, scores, self._iou, MAX_DETECTIONS)
        corners = box.to_frame(boxes[kept]).astype(float).tolist()
        return [PlateDetection(Box(*corner), float(score)) for corner, score in zip(corners, scores[kept], strict=True)]


class StillDetector:
    """Looks at every picture as `OnnxDetector.detect_still` does: to measure what becomes of still pictures.

    Args:
        detector: Finds the plates.
    """

    def __init__(self, detector: OnnxDetector) -> None:
        self._detector = detector

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        """Find the plates in each image; see `PlateDetector.detect`."""
        return [self._detector.detect_still(image) for image in images]


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


def _open(weights: Path, backend: Backend, threads: int, image_size: int) -> Engine:
    """Load the network.

    Raises:
        ConfigurationError: It cannot be loaded, or not run with a detector's input.
    """
    try:
        return open_engine(weights, backend, threads, (image_size, image_size))
    except PlatewatchError:
        raise
    except Exception as error:
        # `auto` runs the engines to compare them, and their errors have no common base of their own.
        raise ConfigurationError(f"{weights}: {_NO_DETECTOR} ({_first_line(error)})") from error


def _input_size(engine: Engine, weights: Path, image_size: int) -> tuple[int | None, int | None, int | None]:
    """Return the network's batch, height and width; None where any number does.

    Raises:
        ConfigurationError: The input is no batch of color pictures, or its fixed size does not fit `image_size`.
    """
    shape = engine.input_shape
    if len(shape) != 4 or shape[1] not in (None, 3):
        found = ", ".join("any" if size is None else str(size) for size in shape)
        raise ConfigurationError(f"{weights}: {_NO_DETECTOR} (its input is ({found}), not (batch, 3, height, width))")
    batch, _, height, width = shape
    fixed = [size for size in (height, width) if size is not None]
    if fixed and max(fixed) != image_size:
        raise ConfigurationError(
            f"{weights}: its input is fixed at {width} x {height} pixels, but the detector's image size is "
            f"{image_size}; set image_size to {max(fixed)}, or export the network with free sizes"
        )
    return batch, height, width


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _class_names(metadata: dict[str, str]) -> dict[int, str]:
    """Return the class names that ultralytics writes into a network; one nameless class where there are none."""
    try:
        names = ast.literal_eval(metadata.get("names", ""))
    except (ValueError, SyntaxError):
        names = None
    return names if isinstance(names, dict) and names else {0: "plate"}
