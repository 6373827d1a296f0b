"""Pictures for people: frames with boxes and plate text drawn in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import cv2
import numpy as np

from schemas.types import Box, Image

_COLOR = (40, 200, 40)
_INK = (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


class Readable(Protocol):
    """What is drawn of a read; PlateRead and PictureRead have it."""

    @property
    def plate(self) -> str:
        """The plate's text."""
        ...

    @property
    def confidence(self) -> float:
        """How sure the text is (0-1)."""
        ...

    @property
    def box(self) -> Box | None:
        """Where the plate is, in pixels of the picture."""
        ...


def annotate(image: Image, reads: Iterable[Readable]) -> Image:
    """Draw reads into a copy of their picture: a box around each plate, its text and confidence above.

    Args:
        image: uint8 (H, W, 3), BGR.
        reads: Reads of this picture; those without a box are left out.

    Returns:
        uint8 (H, W, 3), BGR.
    """
    drawn = image.copy()
    thickness = max(round(min(image.shape[:2]) / 400), 1)
    for read in reads:
        if read.box is not None:
            corners = [round(value) for value in (read.box.x1, read.box.y1, read.box.x2, read.box.y2)]
            cv2.rectangle(drawn, (corners[0], corners[1]), (corners[2] - 1, corners[3] - 1), _COLOR, thickness)
            _label(drawn, f"{read.plate} {read.confidence:.0%}", read.box, thickness)
    return drawn


def _label(drawn: Image, text: str, box: Box, thickness: int) -> None:
    """Write text on a filled bar above a box, or below it at the picture's top, within the picture."""
    scale = 0.5 * thickness + 0.2
    (width, height), baseline = cv2.getTextSize(text, _FONT, scale, thickness)
    bar = height + baseline + 4
    top = round(box.y1) - bar if box.y1 >= bar else round(box.y2)
    left = int(np.clip(round(box.x1), 0, max(drawn.shape[1] - width - 4, 0)))
    cv2.rectangle(drawn, (left, top), (left + width + 4, top + bar), _COLOR, cv2.FILLED)
    cv2.putText(drawn, text, (left + 2, top + height + 2), _FONT, scale, _INK, thickness, cv2.LINE_AA)
