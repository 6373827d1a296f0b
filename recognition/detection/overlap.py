"""How far boxes overlap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from schemas.types import Box

Floats = npt.NDArray[np.float32]

COVERED = 0.3
"""Boxes that share more than this of the smaller one's area are one place."""


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


def one_place(one: Box, other: Box) -> bool:
    """Tell whether two boxes are so much in one another that a vehicle has one plate there: the front one."""
    width = min(one.x2, other.x2) - max(one.x1, other.x1)
    height = min(one.y2, other.y2) - max(one.y1, other.y1)
    shared = max(width, 0.0) * max(height, 0.0)
    return shared > COVERED * min(one.area, other.area) or _holds_middle(one, other) or _holds_middle(other, one)


def _holds_middle(box: Box, other: Box) -> bool:
    x, y = (other.x1 + other.x2) / 2, (other.y1 + other.y2) / 2
    return box.x1 <= x < box.x2 and box.y1 <= y < box.y2
