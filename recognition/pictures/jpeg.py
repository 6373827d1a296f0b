"""Pictures as JPEG: how they are kept, and how they travel."""

from __future__ import annotations

import cv2
import numpy as np

from schemas.errors import InvalidInput
from schemas.types import Image


def encode_jpeg(image: Image, quality: int) -> bytes:
    """Return a picture as JPEG.

    Args:
        image: uint8 (H, W, 3), BGR.
        quality: 0-100.

    Returns:
        The file's bytes.
    """
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def decode_jpeg(data: bytes) -> Image:
    """Return a picture's pixels.

    Args:
        data: The file's bytes.

    Returns:
        uint8 (H, W, 3), BGR.

    Raises:
        InvalidInput: It is no picture, or a damaged one.
    """
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if image is None:
        raise InvalidInput(f"a plate's picture of {len(data)} bytes cannot be decoded, expected a JPEG")
    return image.astype(np.uint8, copy=False)
