"""What is kept around a plate, and what takes its place where a picture ends with the plate."""

from __future__ import annotations

import math

import cv2
import numpy as np

from schemas.types import Box, Image

PICTURE_MARGIN = 0.3
"""What is kept around a plate, as a share of its height; the reader's margins lie within it."""

LEAST_BORDER = 0.12
"""Border around a plate that was cut out without one, as a share of its height."""


def with_border(picture: Image, share: float = LEAST_BORDER) -> tuple[Image, Box]:
    """Repeat a picture's edge pixels around it.

    Args:
        picture: A plate and nothing else, uint8 (H, W, 3).
        share: Width of the border, as a share of the height; rounded up to whole pixels.

    Returns:
        The larger picture, and where the given one stands in it.
    """
    height, width = picture.shape[:2]
    border = math.ceil(share * height)
    larger = cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_REPLICATE)
    return larger.astype(np.uint8, copy=False), Box(border, border, border + width, border + height)
