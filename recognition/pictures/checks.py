"""What a picture must be before it goes through a network; the clear line that says what it is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from schemas.errors import InvalidInput
from schemas.types import Image


def require_picture(image: Any, *, source: str | None = None) -> Image:
    """Check that a picture can be looked at.

    Args:
        image: What was handed over.
        source: Where it came from, for the message.

    Returns:
        The same picture: uint8 (H, W, 3), BGR, at least one pixel.

    Raises:
        InvalidInput: It is no array, of another type of numbers, gray, with transparency, or without a pixel.
    """
    if not isinstance(image, np.ndarray):
        raise InvalidInput(f"a picture is a {type(image).__name__}, expected an array", source=source)
    shape = "x".join(str(size) for size in image.shape)
    if image.dtype != np.uint8:
        raise InvalidInput(
            f"a picture of {image.dtype} numbers ({shape}), expected uint8; scale it to 0-255", source=source
        )
    channels = 1 if image.ndim == 2 else image.shape[2] if image.ndim == 3 else 0
    if channels != 3:
        kind = {1: "a gray picture", 4: "a picture with transparency"}.get(channels, "no picture")
        raise InvalidInput(
            f"{kind} ({shape}), expected blue, green and red (height x width x 3); convert it", source=source
        )
    if image.size == 0:
        raise InvalidInput(f"a picture without a pixel ({shape}), expected at least 1x1", source=source)
    return image
