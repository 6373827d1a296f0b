"""Everything on a plate but its words: ink, emboss, bands, faint pictures, emblems, stickers, bolts, frames."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from rendering.plates.designs import PlateDesign
from rendering.plates.glyphs import Die, Mask, advance, draw_text
from schemas.types import Image

_STICKER_COLORS: Final = ("C8402E", "2E6FB4", "E0B020", "3C8A4C", "D87A28", "F0F0EC", "7A4A8C")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


class Canvas:
    """A picture that is painted through masks.

    Attributes:
        image: uint8 (H, W, 3) BGR, changed in place.
    """

    def __init__(self, image: Image) -> None:
        self.image = image

    @staticmethod
    def color(code: str) -> tuple[int, int, int]:
        """Turn RRGGBB into a BGR triple."""
        return int(code[4:6], 16), int(code[2:4], 16), int(code[0:2], 16)

    def mask(self) -> Mask:
        """Return an empty mask of the picture's size."""
        return np.zeros(self.image.shape[:2], dtype=np.uint8)

    def paint(self, mask: Mask, code: str, opacity: float = 1.0) -> None:
        """Lay a color over the picture where the mask is set."""
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            return
        part = self.image[y : y + height, x : x + width]
        alpha = (mask[y : y + height, x : x + width].astype(np.float32) * np.float32(opacity / 255))[..., None]
        ink = np.array(self.color(code), dtype=np.float32)
        part[:] = (part + (ink - part) * alpha).astype(np.uint8)

    def emboss(self, mask: Mask, code: str, depth: float) -> None:
        """Paint a raised shape: light falls from the upper left on the flanks that the die has pressed."""
        self.paint(mask, code)
        relief = cv2.GaussianBlur(mask, (0, 0), 2.2).astype(np.float32)
        kernel = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]], dtype=np.float32) * np.float32(depth * 0.16)
        slope = cv2.filter2D(relief, cv2.CV_32F, kernel)
        cv2.add(self.image, cv2.merge([slope] * 3), dst=self.image, dtype=cv2.CV_8U)


def draw_band(canvas: Canvas, code: str, top: float, bottom: float) -> None:
    """Fill the rows between two fractions of the height, if a color is given."""
    if code:
        height = canvas.image.shape[0]
        canvas.image[round(top * height) : round(bottom * height)] = Canvas.color(code)


def draw_scene(canvas: Canvas, scene: str, ink: str, *, seed: int) -> None:
    """Draw the faint picture behind the serial; the same seed draws the same picture.

    Args:
        canvas: the plate.
        scene: "hills", "mountains", "rays", "skyline", "waves" or "trees".
        ink: its color.
        seed: fixes its outline, so that all plates of a state carry one picture.
    """
    rng = np.random.default_rng(seed)
    height, width = canvas.image.shape[:2]
    mask = canvas.mask()
    x = np.linspace(0, width, 27)
    if scene == "rays":
        for angle in np.linspace(math.pi * 0.05, math.pi * 0.95, 13):
            tip = [width / 2 + 700 * math.cos(angle), height - 700 * math.sin(angle)]
            side = [width / 2 + 700 * math.cos(angle + 0.09), height - 700 * math.sin(angle + 0.09)]
            _fill(mask, np.array([[width / 2, height * 0.92], tip, side]))
    elif scene == "skyline":
        for left in range(0, width, 26):
            cv2.rectangle(mask, (left, int(rng.uniform(0.45, 0.85) * height)), (left + 21, height), 255, -1)
    elif scene == "trees":
        for left in range(0, width, 22):
            top = rng.uniform(0.5, 0.74) * height
            _fill(mask, np.array([[left, height], [left + 12, top], [left + 24, height]]))
    else:
        rough = {"hills": 0.03, "mountains": 0.13, "waves": 0.0}[scene]
        y = height * (0.62 + 0.06 * np.sin(x / width * 7 + seed) + rng.uniform(-rough, rough, x.size))
        if scene == "waves":
            y = height * (0.64 + 0.07 * np.sin(x / width * 9 + seed))
        _fill(mask, np.vstack([np.column_stack([x, y]), [[width, height], [0, height]]]))
    canvas.paint(cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.uint8, copy=False), ink, 0.55)


def draw_emblem(canvas: Canvas, emblem: str, center: tuple[float, float], radius: float, design: PlateDesign) -> None:
    """Draw the small picture that stands between two groups of a serial.

    Args:
        canvas: the plate.
        emblem: a shape named in `PlateDesign.emblem`.
        center: x, y in pixels.
        radius: half its width in pixels.
        design: for its colors.
    """
    x, y = center
    mask = canvas.mask()
    color = design.name_ink or design.ink
    if emblem == "star":
        angles = -math.pi / 2 + np.arange(10) * math.pi / 5
        reach = np.where(np.arange(10) % 2 == 0, radius, radius * 0.42)
        _fill(mask, np.column_stack([x + reach * np.cos(angles), y + reach * np.sin(angles)]))
    elif emblem == "tree":
        for step in range(3):
            base = y - radius * 0.6 + radius * 0.85 * step
            half = radius * (0.5 + 0.2 * step)
            _fill(mask, np.array([[x, base - radius * 0.9], [x + half, base], [x - half, base]]))
        color = "3A6B48"
    elif emblem == "keystone":
        shape = [[-0.9, -0.9], [0.9, -0.9], [0.9, -0.4], [0.6, 1.0], [-0.6, 1.0], [-0.9, -0.4]]
        _fill(mask, np.array(shape) * radius * 0.8 + (x, y))
        color = "C9A227"
    elif emblem == "diamond":
        _fill(mask, np.array([[0, -1], [1, 0], [0, 1], [-1, 0]]) * radius + (x, y))
        color = "9FB6C6"
    elif emblem == "sun":
        cv2.circle(mask, (round(x), round(y)), round(radius * 0.45), 255, 2, cv2.LINE_AA)
        for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            start, end = radius * 0.45, radius
            cv2.line(mask, (round(x + dx * start), round(y + dy * start)), (round(x + dx * end), round(y + dy * end)),
                     255, 3, cv2.LINE_AA)  # fmt: skip
        color = "C8322A"
    elif emblem == "bar":
        for dy in (-6, 4):
            cv2.rectangle(mask, (round(x - radius), round(y + dy)), (round(x + radius), round(y + dy + 5)), 255, -1)
        color = "C0202C"
    else:
        cv2.circle(mask, (round(x), round(y)), round(radius * 0.8), 255, -1, cv2.LINE_AA)
        color = {"round": "E08A2E"}.get(emblem, color)
    canvas.paint(mask, color, 0.9)


def draw_stickers(canvas: Canvas, rng: np.random.Generator) -> None:
    """Put month and year stickers into upper corners, or lower ones; some plates have none."""
    if rng.random() < 0.2:
        return
    height, width = canvas.image.shape[:2]
    top = 12 if rng.random() < 0.75 else height - 46
    words = [str(rng.choice(_MONTHS)), str(rng.integers(23, 28))]
    places = [22, width - 70] if rng.random() < 0.7 else [width - 70]
    for left, word in zip(places, words[-len(places) :], strict=True):
        code = str(rng.choice(_STICKER_COLORS))
        cv2.rectangle(canvas.image, (left, top), (left + 48, top + 34), Canvas.color(code), -1)
        ink = "20222A" if sum(Canvas.color(code)) > 420 else "F2F2F0"
        die = Die(18.0, 11.0, 2.6, 3.2)
        mask = canvas.mask()
        draw_text(mask, word, left + (48 - advance(word, die)) / 2, top + 8, die)
        canvas.paint(mask, ink)


def draw_bolts(canvas: Canvas, rng: np.random.Generator) -> None:
    """Fasten the plate: two bolts above, sometimes two below, 7 inches apart as the standard says.

    Source: 1956 agreement on 12 x 6 inch plates, mounting holes 7 inches apart (atroq.com, as in
        `rendering.plates.designs`).
    """
    height, width = canvas.image.shape[:2]
    rows = (17, height - 17) if rng.random() < 0.4 else (17,)
    shade = int(rng.integers(70, 190))
    for y in rows:
        for x in (width // 2 - 152, width // 2 + 152):
            cv2.circle(canvas.image, (x + 2, y + 2), 8, (70, 70, 70), -1, cv2.LINE_AA)
            cv2.circle(canvas.image, (x, y), 8, (shade, shade, shade), -1, cv2.LINE_AA)
            cv2.circle(canvas.image, (x - 2, y - 2), 3, (shade + 60, shade + 60, shade + 60), -1, cv2.LINE_AA)


def draw_frame(canvas: Canvas, rng: np.random.Generator) -> None:
    """Lay a dealer's frame over the rim, dark or chromed, clear of the serial."""
    height, width = canvas.image.shape[:2]
    tone = int(rng.choice([28, 40, 165]))
    side = int(rng.integers(7, 13))
    bottom = int(rng.integers(8, 22))
    frame = np.full_like(canvas.image, tone)
    frame[side : height - bottom, side : width - side] = canvas.image[side : height - bottom, side : width - side]
    canvas.image[:] = frame
    cv2.rectangle(
        canvas.image, (side, side), (width - side, height - bottom), (tone // 2, tone // 2, tone // 2), 2, cv2.LINE_AA
    )


def _fill(mask: Mask, points: npt.NDArray[np.float64]) -> None:
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
