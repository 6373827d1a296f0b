"""Pictures made small, for people who look at what a camera sees rather than at plates."""

from __future__ import annotations

import cv2
import numpy as np

from recognition.pictures.jpeg import encode_jpeg
from schemas.types import Image


def small_picture(image: Image, width: int, quality: int) -> bytes:
    """Return a picture as JPEG, at most so wide.

    Args:
        image: BGR.
        width: In pixels; a picture that is not wider stays as large as it is.
        quality: Of the JPEG, 1 to 100.
    """
    if image.shape[1] > width:
        height = max(1, round(image.shape[0] * width / image.shape[1]))
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(image, quality)
