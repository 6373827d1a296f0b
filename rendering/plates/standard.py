"""Draw a clean frontal US plate: the state's colors and words, an embossed serial, stickers, bolts, perhaps a frame."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np

from rendering.plates.designs import DESIGNS, SERIAL_LETTERS, PlateDesign
from rendering.plates.embellish import Canvas, draw_band, draw_bolts, draw_emblem, draw_frame, draw_scene, draw_stickers
from rendering.plates.glyphs import Die, Mask, advance, draw_text
from schemas.types import Image

__all__ = [
    "PLATE_HEIGHT",
    "PLATE_WIDTH",
    "RenderedPlate",
    "WornCharacter",
    "random_serial",
    "render_plate",
]

# 12 x 6 inches at 43.3 pixels an inch.
PLATE_WIDTH: Final = 520
PLATE_HEIGHT: Final = 260

_SERIAL_HEIGHT: Final = 0.45  # of the plate's height: dies are about 2.7 inches high
_SERIAL_SPAN: Final = 0.89  # of the plate's width
_FONT_SIZE: Final = 100  # pixels at which a TrueType serial is set before it is scaled to the die's height
_SLOTS: Final = "A90"


@dataclass(frozen=True, slots=True)
class RenderedPlate:
    """A drawn plate.

    Attributes:
        image: uint8 (260, 520, 3) BGR.
        text: the serial without separators.
        jurisdiction: such as "US-VA".
    """

    image: Image
    text: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class WornCharacter:
    """A character whose paint is worn and soiled so that it resembles another one, as weather does to a B and an 8.

    Attributes:
        index: its place in the serial, from 0.
        resembles: the character it comes to look like.
        degree: 0 for new paint, 1 where nothing is left of the difference.
        faint: how much of all its paint is gone, 0 to 1. A faint character leaves any reader unsure, where a bold one
            that resembles another convinces it.
    """

    index: int
    resembles: str
    degree: float
    faint: float = 0.0


def random_serial(jurisdiction: str, rng: np.random.Generator) -> str:
    """Draw a serial in one of the jurisdiction's standard formats, without separators.

    Args:
        jurisdiction: one of `JURISDICTIONS`.
        rng: source of chance.

    Returns:
        4 to 7 characters A-Z (without I, O and Q) and 0-9.
    """
    patterns = DESIGNS[jurisdiction].serials
    # The first pattern is the one now issued; older plates are still on the road.
    pattern = patterns[0] if rng.random() < 0.6 else patterns[int(rng.integers(len(patterns)))]
    return "".join(_character(slot, rng) for slot in pattern if slot in _SLOTS)


def render_plate(
    text: str,
    jurisdiction: str,
    rng: np.random.Generator,
    *,
    font: str | None = None,
    worn: WornCharacter | None = None,
) -> RenderedPlate:
    """Draw one plate.

    Args:
        text: the serial; spaces, dashes and lower case are normalized away. It is grouped as the jurisdiction's format
            says when its letters and digits fit one, else left without separators like a vanity plate.
        jurisdiction: one of `JURISDICTIONS`.
        rng: source of chance for stickers, bolts, frame, light and small differences between dies.
        font: path of a TrueType file for the serial (needs OpenCV 5); None for the project's own dies.
        worn: a character whose paint is worn; only with the project's own dies.

    Returns:
        The plate and what is on it.

    Raises:
        KeyError: if the jurisdiction is not known.
    """
    serial = "".join(character for character in text.upper() if character.isalnum())
    design = DESIGNS[jurisdiction]
    canvas = Canvas(_blank(jurisdiction).copy())
    height = PLATE_HEIGHT * _SERIAL_HEIGHT * rng.uniform(0.97, 1.05)
    if font is None:
        mask = _serial_mask(canvas, _grouped(serial, design), height, design, rng, worn)
    else:
        mask = _font_mask(serial, height, font)
    canvas.emboss(mask, design.ink, rng.uniform(0.6, 1.2))
    draw_stickers(canvas, rng)
    _edge(canvas.image)
    draw_bolts(canvas, rng)
    if rng.random() < 0.3:
        draw_frame(canvas, rng)
    return RenderedPlate(_lit(canvas.image, rng), serial, jurisdiction)


def _character(slot: str, rng: np.random.Generator) -> str:
    if slot == "A":
        return SERIAL_LETTERS[int(rng.integers(len(SERIAL_LETTERS)))]
    return str(rng.integers(1 if slot == "0" else 0, 10))


def _grouped(serial: str, design: PlateDesign) -> str:
    for pattern in design.serials:
        slots = [slot for slot in pattern if slot in _SLOTS]
        if len(slots) != len(serial):
            continue
        if all((slot == "A") == character.isalpha() for slot, character in zip(slots, serial, strict=True)):
            rest = iter(serial)
            return "".join(next(rest) if slot in _SLOTS else slot for slot in pattern)
    return serial


@cache
def _blank(jurisdiction: str) -> Image:
    """Return the plate before its serial is pressed: ground, picture, bands and words."""
    design = DESIGNS[jurisdiction]
    top, bottom = (np.array(Canvas.color(color), dtype=np.float32) for color in design.ground)
    ramp = np.clip(np.linspace(-0.1, 1.1, PLATE_HEIGHT, dtype=np.float32), 0, 1)[:, None, None]
    rows = (top * (1 - ramp) + bottom * ramp).astype(np.uint8)
    canvas = Canvas(np.repeat(rows, PLATE_WIDTH, axis=1))
    if design.scene:
        draw_scene(canvas, design.scene, design.scene_ink, seed=sum(jurisdiction.encode()))
    draw_band(canvas, design.top, 0.0, 0.22)
    draw_band(canvas, design.bottom, 0.83, 1.0)
    _print_words(canvas, design)
    return canvas.image


def _print_words(canvas: Canvas, design: PlateDesign) -> None:
    name_ink = design.name_ink or design.ink
    size = 36.0 if design.script else 33.0
    name = Die(size, size * 0.68, size * 0.17, size * 0.19, 0.22 if design.script else 0.0)
    _print_line(canvas, design.name, name, 12, name_ink, 0.6)
    slogan = Die(28.0, 19.0, 5.0, 6.0) if design.name_below else Die(22.0, 14.5, 3.4, 4.6)
    _print_line(canvas, design.slogan, slogan, 244 - slogan.height, design.slogan_ink or name_ink, 0.7)


def _print_line(canvas: Canvas, text: str, die: Die, top: float, ink: str, span: float) -> None:
    if not text:
        return
    squeeze = min(span * PLATE_WIDTH / advance(text, die), 1.0)
    die = Die(die.height, die.width * squeeze, max(die.stroke * squeeze**0.5, 2.0), die.gap * squeeze, die.slant)
    left = (PLATE_WIDTH - advance(text, die) - die.slant * die.height) / 2
    canvas.paint(_cut(text, left, top, die), ink)


def _serial_mask(
    canvas: Canvas,
    grouped: str,
    height: float,
    design: PlateDesign,
    rng: np.random.Generator,
    worn: WornCharacter | None,
) -> Mask:
    """Cut the serial with the project's dies; the emblem is painted at once, as it is printed and not embossed."""
    stroke = height * rng.uniform(0.118, 0.14)
    die = Die(height, height * rng.uniform(0.46, 0.5), stroke, height * rng.uniform(0.09, 0.13))
    shown = grouped.replace("*", "  ")
    squeeze = min(_SERIAL_SPAN * PLATE_WIDTH / advance(shown, die), 1.0)
    die = Die(height, die.width * squeeze, die.stroke * squeeze**0.35, die.gap * squeeze)
    left = (PLATE_WIDTH - advance(shown, die)) / 2
    top = (PLATE_HEIGHT - height) / 2 + rng.uniform(-2, 4)
    mask = _cut(shown, left, top, die)
    if worn is not None:
        place = [position for position, character in enumerate(shown) if character.isalnum()][worn.index]
        resembled = _cut(shown[:place] + worn.resembles + shown[place + 1 :], left, top, die)
        # Spawned chance, so that a worn plate differs from the new one in this character only.
        mask = _wear(mask, resembled, worn.degree, rng.spawn(1)[0])
        start = left + advance(shown[:place], die) + (die.gap if place else 0.0)
        stop = start + advance(shown[place], die)
        part = mask[:, round(start - die.gap / 3) : round(stop + die.gap / 3)]
        part[:] = (part * (1 - worn.faint)).astype(np.uint8)
    if "*" in grouped:
        width = advance("  ", die)
        middle = left + advance(grouped[: grouped.index("*")], die) + die.gap + width / 2
        draw_emblem(canvas, design.emblem, (middle, top + height / 2), width * 0.42, design)
    return mask


def _cut(text: str, left: float, top: float, die: Die) -> Mask:
    """Draw text at twice the size and halve it, for smooth edges."""
    mask = np.zeros((PLATE_HEIGHT * 2, PLATE_WIDTH * 2), dtype=np.uint8)
    draw_text(mask, text, left * 2, top * 2, die.scaled(2.0))
    return cv2.resize(mask, (PLATE_WIDTH, PLATE_HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _wear(mask: Mask, resembled: Mask, degree: float, rng: np.random.Generator) -> Mask:
    """Take paint away where only the true character has it, and let dirt settle where only the other one would."""
    coarse = rng.random((PLATE_HEIGHT // 5, PLATE_WIDTH // 5), dtype=np.float32)
    patches = cv2.resize(coarse, (PLATE_WIDTH, PLATE_HEIGHT), interpolation=cv2.INTER_CUBIC)
    share = cv2.GaussianBlur(np.where(patches < degree, np.float32(degree), np.float32(0)), (0, 0), 1.0)[..., None]
    true, other = mask.astype(np.float32)[..., None], resembled.astype(np.float32)[..., None]
    return np.clip(true + (other - true) * share, 0, 255).astype(np.uint8)[..., 0]


def _font_mask(serial: str, height: float, font: str) -> Mask:
    """Set the serial in a TrueType face, its capitals `height` high, narrowed where it would not fit the plate."""
    page = np.zeros((_FONT_SIZE * 2, _FONT_SIZE * (len(serial) + 2)), dtype=np.uint8)
    cv2.putText(page, serial, (_FONT_SIZE // 2, _FONT_SIZE * 3 // 2), (255,), _face(font), _FONT_SIZE)
    x, y, width, rows = cv2.boundingRect(page)
    ink = page[y : y + rows, x : x + width]
    out_width = round(min(width * height / max(rows, 1), _SERIAL_SPAN * PLATE_WIDTH))
    scaled = cv2.resize(ink, (out_width, round(height)), interpolation=cv2.INTER_AREA)
    mask = np.zeros((PLATE_HEIGHT, PLATE_WIDTH), dtype=np.uint8)
    top, left = (PLATE_HEIGHT - scaled.shape[0]) // 2 + 2, (PLATE_WIDTH - scaled.shape[1]) // 2
    mask[top : top + scaled.shape[0], left : left + scaled.shape[1]] = scaled
    return mask


@cache
def _face(font: str) -> cv2.FontFace:
    return cv2.FontFace(font)


def _edge(image: Image) -> None:
    """Draw the stamped rim: a light line inside a darker one."""
    cv2.rectangle(image, (3, 3), (PLATE_WIDTH - 4, PLATE_HEIGHT - 4), (178, 178, 178), 2, cv2.LINE_AA)
    cv2.rectangle(image, (6, 6), (PLATE_WIDTH - 7, PLATE_HEIGHT - 7), (236, 236, 236), 2, cv2.LINE_AA)


def _lit(image: Image, rng: np.random.Generator) -> Image:
    """Add the fine grain of retroreflective sheeting and a slow drift of light across the plate."""
    grain = rng.standard_normal((PLATE_HEIGHT // 2, PLATE_WIDTH // 2), dtype=np.float32) * 2.5
    corners = rng.uniform(0.9, 1.03, (2, 2)).astype(np.float32)
    size = (PLATE_WIDTH, PLATE_HEIGHT)
    light = cv2.resize(corners, size, interpolation=cv2.INTER_LINEAR)
    grainy = cv2.add(image, cv2.merge([cv2.resize(grain, size)] * 3), dtype=cv2.CV_32F)
    lit = cv2.multiply(grainy, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    return lit.astype(np.uint8, copy=False)
