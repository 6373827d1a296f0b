"""Post-processing of the detector: a network's output decoded to boxes, doubles dropped, and back to the frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recognition.detection.overlap import Floats, overlaps
from recognition.detection.preprocess import Letterbox
from schemas.errors import ConfigurationError
from schemas.types import Box, PlateDetection

MAX_DETECTIONS = 300
"""Most boxes that are kept per image."""


def to_detections(
    output: Floats, box: Letterbox, *, confidence: float, iou: float, classes: tuple[int, ...]
) -> list[PlateDetection]:
    """Turn one image's output of a YOLO network into plates of the frame.

    Args:
        output: As `decode` takes it.
        box: How the frame lies in the input.
        confidence: Least confidence of a plate, exclusive (0-1).
        iou: Of two boxes that overlap by more than this, the less confident one is dropped (0-1).
        classes: The classes that are plates.

    Returns:
        The plates, most confident first; boxes in pixels of the frame.

    Raises:
        ConfigurationError: The output is no detector's.
    """
    boxes, scores = decode(output, confidence, classes)
    kept = suppress(boxes, scores, iou, MAX_DETECTIONS)
    corners = box.to_frame(boxes[kept]).astype(float).tolist()
    return [PlateDetection(Box(*corner), float(score)) for corner, score in zip(corners, scores[kept], strict=True)]


def decode(output: Floats, confidence: float, classes: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Decode one image's output of a YOLO network.

    Args:
        output: (4 + classes, anchors) with center x, center y, width, height and one score per class; or, from a
            network that drops doubles itself, (n, 6) with x1, y1, x2, y2, score, class.
        confidence: Least score that is kept, exclusive (0-1).
        classes: The classes that are plates.

    Returns:
        Boxes (m, 4) as x1, y1, x2, y2 in pixels of the input, and their scores (m,).

    Raises:
        ConfigurationError: The output has neither form.

    Source: ultralytics 8.4, utils/nms.py, non_max_suppression.
    """
    if output.ndim != 2 or (output.shape[1] != 6 and output.shape[0] <= 4 + max(classes)):
        raise ConfigurationError(
            f"the detector's output has the shape {output.shape}, expected (4 + classes, anchors); "
            "export a YOLO detector"
        )
    if output.shape[1] == 6:
        kept = output[(output[:, 4] > confidence) & np.isin(output[:, 5].astype(int), classes)]
        return kept[:, :4], kept[:, 4]
    all_scores = output[4:]
    scores = all_scores.max(axis=0)
    wanted = scores > confidence
    if len(all_scores) > len(classes):
        wanted &= np.isin(all_scores.argmax(axis=0), classes)
    center, half = output[:2, wanted], output[2:4, wanted] / np.float32(2)
    return np.concatenate([center - half, center + half]).T, scores[wanted]


def suppress(boxes: Floats, scores: Floats, iou: float, limit: int = MAX_DETECTIONS) -> npt.NDArray[np.intp]:
    """Drop boxes that overlap a better one (greedy non-maximum suppression).

    Args:
        boxes: (n, 4) as x1, y1, x2, y2.
        scores: (n,).
        iou: A box is dropped when its overlap with a better one is larger than this (intersection over union, 0-1).
        limit: Most boxes that are kept.

    Returns:
        Indices of the boxes that are kept, best first; of equal scores, the earlier box is the better.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size and len(kept) < limit:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        order = rest[overlaps(boxes[best], boxes[rest]) <= iou]
    return np.array(kept, dtype=np.intp)
