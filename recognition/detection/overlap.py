"""How far boxes overlap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from schemas.types import Box

Floats = npt.NDArray[np.float32]


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
