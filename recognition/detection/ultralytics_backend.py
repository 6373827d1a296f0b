"""Plate detector on ultralytics: any YOLO `.pt` a user has, behind the extra `ultralytics`."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import tempfile
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recognition.detection.classes import plate_classes
from recognition.detection.postprocess import MAX_DETECTIONS
from recognition.detection.preprocess import require_pictures
from schemas.errors import ConfigurationError
from schemas.types import Box, PlateDetection
from services.extras import install_line


class UltralyticsDetector:
    """Finds plates with a YOLO checkpoint through ultralytics.

    A checkpoint with one class is taken as a plate detector; of several classes, those with `plate` in their name
    are used. A `.pt` file is a pickle; only the classes that make up a YOLO are unpickled, so that it runs no code.

    Args:
        weights: The checkpoint, `.pt`.
        confidence: Least confidence of a detection (0-1).
        iou: Of two boxes that overlap by more than this, the less confident one is dropped (0-1).
        image_size: Side of the square that a frame is fitted into, pixels; a multiple of 32.

    Raises:
        ConfigurationError: ultralytics is not installed, the file is missing or not a YOLO detector, or none of its
            classes is a plate.

    Source: https://docs.ultralytics.com/modes/predict/
    """

    def __init__(self, weights: Path, *, confidence: float, iou: float, image_size: int) -> None:
        if not weights.is_file():
            raise ConfigurationError(f"{weights}: no such file; give the path of a YOLO checkpoint (.pt)")
        ultralytics = import_ultralytics()
        self._model = load_yolo(ultralytics, weights)
        # Its predictor keeps what it works on in itself; the protocol lets threads share a detector.
        self._lock = threading.Lock()
        self._options: dict[str, Any] = {
            "conf": confidence,
            "iou": iou,
            "imgsz": image_size,
            "classes": plate_classes(self._model.names, weights),
            "max_det": MAX_DETECTIONS,
            "agnostic_nms": True,
            # Only as much padding as the network's stride asks for, as for the exported model.
            "rect": True,
            "verbose": False,
            "save": False,
        }

    def detect(self, images: Sequence[npt.NDArray[np.uint8]]) -> list[list[PlateDetection]]:
        """Find the plates in each image.

        Args:
            images: uint8 (H, W, 3), BGR; sizes may differ.

        Returns:
            One list per image, most confident first; boxes in pixels of that image.
        """
        require_pictures(images)
        # Images of one size share a batch: among different sizes ultralytics pads all of them to the full square.
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for number, image in enumerate(images):
            groups[image.shape].append(number)
        found: list[list[PlateDetection]] = [[] for _ in images]
        for numbers in groups.values():
            with self._lock:
                results = self._model.predict([images[number] for number in numbers], **self._options)
            for number, result in zip(numbers, results, strict=True):
                found[number] = _detections(result.boxes)
        return found


def import_ultralytics(*, verbose: bool = False) -> Any:
    """Import ultralytics so that it neither phones home nor installs packages nor writes into the user's home.

    Nor does it run what a checkpoint may hold besides a network.

    Args:
        verbose: Let it report its progress on standard output, as trainings want it.

    Returns:
        The module `ultralytics`.

    Raises:
        ConfigurationError: It is not installed, or cannot be imported here.
    """
    # ultralytics reads these once, while it is imported; what the user has set wins.
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")
    os.environ.setdefault("YOLO_VERBOSE", "true" if verbose else "false")
    # Checkpoints come from the network, and a pickle may run anything: with this they are read by an allow-list.
    os.environ["ULTRALYTICS_SAFE_LOAD"] = "true"
    # With an account's key in the environment, a training would be uploaded to ultralytics' platform.
    os.environ.pop("ULTRALYTICS_API_KEY", None)
    if "YOLO_CONFIG_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="platewatch-ultralytics-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ["YOLO_CONFIG_DIR"] = folder
    try:
        return importlib.import_module("ultralytics")
    except ImportError as error:
        raise ConfigurationError(
            f"ultralytics cannot be imported ({error}); install it with: {install_line('ultralytics')}"
        ) from error


def load_yolo(ultralytics: Any, weights: Path) -> Any:
    """Load a checkpoint of a YOLO detector.

    Args:
        ultralytics: The module, from `import_ultralytics`.
        weights: The checkpoint, `.pt`.

    Returns:
        An `ultralytics.YOLO`.

    Raises:
        ConfigurationError: The file is not a checkpoint that this ultralytics can load, or not a detector's.
    """
    try:
        model = ultralytics.YOLO(str(weights), task="detect", verbose=False)
    # Unpickling a foreign file may raise anything; ultralytics' own messages have several lines.
    except Exception as error:
        raise ConfigurationError(
            f"{weights}: not a YOLO checkpoint that ultralytics {ultralytics.__version__} can load "
            f"({type(error).__name__}); give a .pt file that ultralytics has trained"
        ) from error
    if model.task != "detect":
        raise ConfigurationError(f"{weights}: a model for the task '{model.task}', expected a detector")
    return model


def _detections(boxes: Any) -> list[PlateDetection]:
    """Turn ultralytics' boxes of one image into ours, most confident first."""
    corners = boxes.xyxy.cpu().numpy().astype(float).tolist()
    confidences = boxes.conf.cpu().numpy().astype(float).tolist()
    found = [PlateDetection(Box(*corner), confidence) for corner, confidence in zip(corners, confidences, strict=True)]
    return sorted(found, key=lambda detection: -detection.confidence)
