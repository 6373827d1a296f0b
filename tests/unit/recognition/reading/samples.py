"""Drawn plates to read."""

from __future__ import annotations

import cv2
import numpy as np

from schemas.types import Box, Image


def plate(text: str = "ABC1234", width: int = 200, height: int = 66) -> tuple[Image, Box]:
    """A drawn plate in a dim surrounding, and its box."""
    picture = np.full((height + 60, width + 60, 3), 60, np.uint8)
    picture[30:-30, 30:-30] = 230
    for row, line in enumerate(text.split()):
        scale = 0.0135 * height * 1.7 / (1 + text.count(" ")) / 1.7
        (wide, high), _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_DUPLEX, scale * 1.6, 3)
        middle = 30 + height * (row + 0.5) / (1 + text.count(" "))
        at = (30 + (width - wide) // 2, int(middle + high / 2))
        cv2.putText(picture, line, at, cv2.FONT_HERSHEY_DUPLEX, scale * 1.6, (30, 30, 30), 3, cv2.LINE_AA)
    return picture, Box(30, 30, 30 + width, 30 + height)
