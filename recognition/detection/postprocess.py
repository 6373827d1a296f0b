"""Post-processing of the detector: a network's output decoded to boxes, and doubles dropped."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from schemas.errors import ConfigurationError
from schemas.types import Box

Floats = npt.NDArray[np.float32]


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


def suppress(boxes: Floats, scores: Floats, iou: float, limit: int = 300) -> npt.NDArray[np.intp]:
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


def overlaps(box: Floats, others: Floats) -> Floats:
    """Return the intersection over union of a box (4,) with others (n, 4); 0 for empty boxes."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    area = (box[2] - box[0]) * (box[3] - box[1])
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    union = area + areas - shared
    share: Floats = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return share


def overlap(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes (0-1)."""
    corners = [np.array([box.x1, box.y1, box.x2, box.y2], np.float32) for box in (one, other)]
    return float(overlaps(corners[0], corners[1][None])[0])
