"""Whether a lens sees anything at all: covered, or in a garage without light. For cameras whose view always changes."""

from __future__ import annotations

import numpy as np

from ingest.opencv import cv2
from schemas.errors import InvalidInput

DARKEST = 24.0
"""Brightness (0-255) that a hundredth of a picture at least exceeds where there is a lamp, a sign or the sky."""
FLATTEST = 4.0
"""Spread of brightness below which a lens is covered, however bright the cover is."""


def is_dark_lens(picture: bytes) -> bool:
    """Return whether nothing can be seen on a picture.

    Args:
        picture: A JPEG of any size.

    Raises:
        InvalidInput: It is none.
    """
    gray = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE) if picture else None
    if gray is None:
        raise InvalidInput("what a camera shows is no picture")
    low, high = np.percentile(gray, [1, 99])
    return bool(high < DARKEST or high - low < FLATTEST)
