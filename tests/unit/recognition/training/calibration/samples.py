"""Plates drawn for the tools that measure a reader."""

from __future__ import annotations

import cv2
import numpy as np

from schemas.types import Image

TEXTS = ("ABC1234", "KTR4821", "8BD0123", "VWX5678", "JHL2290", "MNP7731")


def drawn(text: str) -> Image:
    picture = np.full((60, 180, 3), 225, np.uint8)
    cv2.putText(picture, text, (8, 45), cv2.FONT_HERSHEY_DUPLEX, 1.2, (40, 30, 30), 3, cv2.LINE_AA)
    return picture
