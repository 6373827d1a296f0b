"""A whole plate as the small networks take it that see all of one at once."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from schemas.types import Image

INPUT_HEIGHT: Final = 64
INPUT_WIDTH: Final = 128


def to_input(picture: Image) -> Image:
    """Stretch a crop to the networks' input, uint8 (64, 128, 3), RGB."""
    shrinks = picture.shape[1] > 2 * INPUT_WIDTH
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(picture, (INPUT_WIDTH, INPUT_HEIGHT), interpolation=method)
    return np.ascontiguousarray(resized[:, :, ::-1]).astype(np.uint8, copy=False)
