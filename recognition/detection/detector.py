"""Where the plates are in a frame: a YOLO network exported to ONNX."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from recognition.detection.closer import SAME_BOX, SHARE, around, moved, parts
from recognition.detection.inference import STRIDE, DetectorNetwork
from recognition.detection.postprocess import to_detections
from recognition.detection.preprocess import Letterbox, apply, fit, require_pictures, to_tensor
from recognition.detection.views import STILL_VIEWS, StillView, merge_with_faint, mirrored
from recognition.engines.engine import Backend
from recognition.engines.files import MODELS
from schemas.types import Box, Image, PlateDetection

DEFAULT_WEIGHTS = MODELS / "plate-detector-v2.onnx"


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
        faint: Detections down to this confidence are given, too (0-1); None: none are.
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
        faint: float | None = None,
        iou: float,
        image_size: int = 640,
        threads: int = 0,
        backend: Backend = "auto",
        rectangular: bool = True,
    ) -> None:
        self._confidence = confidence
        self._least = confidence if faint is None else min(faint, confidence)
        self._iou = iou
        self._network = DetectorNetwork(weights, backend, threads, image_size, rectangular=rectangular)

    @property
    def engine(self) -> str:
        """Which program runs the network."""
        return self._network.engine

    def detect(self, images: Sequence[Image]) -> list[list[PlateDetection]]:
        """Find the plates in each image; see `PlateDetector.detect`."""
        require_pictures(images)
        # Images of one size share a batch.
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, image in enumerate(images):
            groups[(image.shape[1], image.shape[0])].append(number)
        found: list[list[PlateDetection]] = [[] for _ in images]
        for size, numbers in groups.items():
            box = fit(*size, self._network.input_size, stride=self._network.stride)
            for start in range(0, len(numbers), self._network.batch):
                part = numbers[start : start + self._network.batch]
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
        views = [view for view in STILL_VIEWS if view.scale == 1 or self._network.stride is not None]
        # What one look alone finds must still be able to reach the limit.
        looks = [self._look(image, view, self._least / len(views)) for view in views]
        return merge_with_faint(looks, self._confidence, self._least)

    def look_closely(self, image: Image, box: Box) -> list[PlateDetection]:
        """Look at a box once more, enlarged.

        Args:
            image: uint8 (H, W, 3), BGR; what is around the box is looked at, too, as far as it is there.
            box: The box, in pixels of the picture.

        Returns:
            The plates within it that are clearly less than it, most confident first; they may overlap one another.

        Raises:
            InvalidInput: It is no such picture.
        """
        require_pictures([image])
        part, left, top = around(image, box)
        size = self._network.input_size
        if self._network.stride is not None:
            # One size for all boxes: engines prepare themselves for each new one.
            size = (max(round(SHARE * min(size) / STRIDE), 1) * STRIDE,) * 2
        letterbox = fit(part.shape[1], part.shape[0], size, stride=None)
        found = self._detect([part], letterbox, iou=SAME_BOX)[0]
        return parts(box, [PlateDetection(moved(one.box, left, top), one.confidence) for one in found])

    def _look(self, image: Image, view: StillView, confidence: float) -> list[PlateDetection]:
        height, width = image.shape[:2]
        size = tuple(round(side * view.scale / STRIDE) * STRIDE for side in self._network.input_size)
        box = fit(width, height, (size[0], size[1]), stride=self._network.stride)
        if not view.mirrored:
            return self._detect([image], box, confidence)[0]
        return mirrored(self._detect([np.ascontiguousarray(image[:, ::-1])], box, confidence)[0], width)

    def _detect(
        self, images: list[Image], box: Letterbox, confidence: float | None = None, iou: float | None = None
    ) -> list[list[PlateDetection]]:
        least = self._least if confidence is None else confidence
        most = self._iou if iou is None else iou
        return [
            to_detections(output, box, confidence=least, iou=most, classes=self._network.classes)
            for output in self._network.run(to_tensor([apply(image, box) for image in images]))
        ]
