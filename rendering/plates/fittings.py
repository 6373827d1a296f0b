"""What is fastened to or stuck on a plate: county bands, dealers' frames that cover its lines, rim, light and grain."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from rendering.plates.embellish import Canvas
from rendering.plates.faces import FACES
from rendering.plates.ground import print_words
from schemas.types import Image

__all__ = ["draw_county", "draw_dealer_frame", "draw_rim", "light"]

_COUNTIES: Final = (
    "MADISON", "JACKSON", "CLARK", "LINCOLN", "FRANKLIN", "WASHINGTON", "MONROE", "MARION", "UNION", "WAYNE", "GREENE",
    "LAKE", "DOUGLAS", "SCOTT", "POLK", "HENRY", "JEFFERSON", "ADAMS", "CARROLL", "PIKE", "KNOX", "WARREN", "LEE",
)  # fmt: skip
_DEALERS: Final = (
    "VALLEY MOTORS", "SUNRISE AUTO", "HILLTOP CARS", "RIVERSIDE", "NORTH GATE", "LAKEVIEW AUTO", "MAIN STREET MOTORS",
    "CANYON TRUCKS", "BAYSIDE CYCLES", "OAK PARK AUTO",
)  # fmt: skip
_FRAME_TONES: Final = (26, 38, 60, 150, 190)


def draw_county(canvas: Canvas, rng: np.random.Generator, ink: str) -> None:
    """Put a county's name on the lower line, on a band or straight on the plate."""
    height, width = canvas.image.shape[:2]
    name = str(rng.choice(_COUNTIES))
    if rng.random() < 0.4:
        left, right = round(width * 0.3), round(width * 0.7)
        band = "F2F2EE" if rng.random() < 0.5 else "1F3A6E"
        canvas.image[round(height * 0.845) : round(height * 0.965), left:right] = Canvas.color(band)
        ink = "1A1A1A" if band == "F2F2EE" else "F2F2EE"
    print_words(canvas, name, (height * 0.865, height * 0.085), ink, span=0.36, face=FACES["printed"])


def draw_dealer_frame(canvas: Canvas, rng: np.random.Generator) -> None:
    """Lay a frame over the rim that may cover the state's name and the slogan, as many dealers' frames do.

    It stays clear of the serial: it takes at most the upper and the lower fifth of the plate.
    """
    height, width = canvas.image.shape[:2]
    tone = int(rng.choice(_FRAME_TONES))
    side = round(width * rng.uniform(0.012, 0.03))
    top, bottom = (round(height * rng.uniform(0.02, limit)) for limit in (0.15, 0.2))
    frame = np.full_like(canvas.image, tone)
    inner = (slice(top, height - bottom), slice(side, width - side))
    frame[inner] = canvas.image[inner]
    canvas.image[:] = frame
    edge = (max(tone - 22, 0),) * 3
    cv2.rectangle(canvas.image, (side, top), (width - side, height - bottom), edge, 2, cv2.LINE_AA)
    letters = "EDEDE8" if tone < 100 else "202226"
    for place, room in ((0, top), (height - bottom, bottom)):
        if room > height * 0.09 and rng.random() < 0.8:
            size = room * 0.6
            line = (place + (room - size) / 2, size)
            print_words(canvas, str(rng.choice(_DEALERS)), line, letters, span=0.8, face=FACES["wide"])


def draw_rim(image: Image) -> None:
    """Draw the stamped rim: a light line inside a darker one."""
    height, width = image.shape[:2]
    cv2.rectangle(image, (3, 3), (width - 4, height - 4), (178, 178, 178), 2, cv2.LINE_AA)
    cv2.rectangle(image, (6, 6), (width - 7, height - 7), (236, 236, 236), 1, cv2.LINE_AA)


def light(image: Image, rng: np.random.Generator) -> Image:
    """Add the grain of retroreflective sheeting and a slow drift of light across the plate.

    Args:
        image: uint8 (H, W, 3) BGR.
        rng: source of chance.

    Returns:
        uint8 (H, W, 3) BGR.
    """
    height, width = image.shape[:2]
    grain = rng.standard_normal((height // 2, width // 2), dtype=np.float32) * 2.5
    drift = cv2.resize(rng.uniform(0.88, 1.04, (2, 2)).astype(np.float32), (width, height))
    grainy = cv2.add(image, cv2.merge([cv2.resize(grain, (width, height))] * 3), dtype=cv2.CV_32F)
    return cv2.multiply(grainy, cv2.merge([drift] * 3), dtype=cv2.CV_8U).astype(np.uint8, copy=False)
