"""What a plate shows before its serial: colors, picture, bands and words, by state, class of plate and design.

The designs are simplified originals in the spirit of the real ones (see `rendering.plates.designs`); besides the
standard one each state has plain, dark and specialty designs, so that what is learned from them is the serial and the
state's name and not a background.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from rendering.plates.designs import DESIGNS, PlateDesign
from rendering.plates.embellish import Canvas, draw_band, draw_scene
from rendering.plates.faces import FACES, Face, draw_word, word_width
from schemas.types import Image

__all__ = ["CAR_SIZE", "DESIGN_COUNT", "MOTORCYCLE_SIZE", "design_of", "ground", "is_specialty", "print_words"]

# Width and height in pixels: 12 x 6 and 7 x 4 inches.
CAR_SIZE: Final = (480, 240)
MOTORCYCLE_SIZE: Final = (420, 240)

DESIGN_COUNT: Final = 8  # 0-3 the standard design, 4 plain, 5 dark, 6 and 7 specialty

_EXTRA: Final[dict[str, PlateDesign]] = {
    "US-PR": PlateDesign("PUERTO RICO", "Isla del Encanto", (), "1A1A1A", scene="skyline", scene_ink="D8DDE4"),
    "US-GU": PlateDesign("GUAM U.S.A.", "TANO Y CHAMORRO", (), "1A1A1A", scene="waves", scene_ink="F0E2A0"),
    "US": PlateDesign(
        "U.S. GOVERNMENT", "FOR OFFICIAL USE ONLY", (), "1C2F6B", name_ink="B0262E", scene="waves", scene_ink="D8DEEC"
    ),
}
_CLASS_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "motorcycle": ("MOTORCYCLE", "CYCLE", "", "", "MC"),
    "trailer": ("TRAILER", "TRAILER", "TRLR", "PERMANENT TRAILER"),
    "commercial": ("TRUCK", "COMMERCIAL", "APPORTIONED", "FARM TRUCK"),
    "government": ("GOVERNMENT", "EXEMPT", "STATE OWNED", "MUNICIPAL"),
    "livery": ("T&LC", "LIVERY", "TAXI", "FOR HIRE"),
    "diplomatic": ("DIPLOMAT", "CONSUL", "STAFF", "DIPLOMAT"),
}
_LEAST_CONTRAST: Final = 120.0  # summed over blue, green and red
_CAUSES: Final = (
    "SAVE OUR RIVERS", "WILDLIFE", "FIREFIGHTER", "SUPPORT EDUCATION", "VETERAN", "CLEAN WATER", "ARTS FOR ALL",
    "STATE PARKS", "FARMING FEEDS", "HIGHER LEARNING", "ANIMAL FRIEND", "PROTECT THE COAST",
)  # fmt: skip
_PASTELS: Final = ("DCE9F5", "F6EBD2", "E2F0E0", "F4E1E4", "EDE6F4", "F3F3EE", "D8EEF0", "FAF3C8")
_DARKS: Final = ("111214", "14213D", "1E3A2A", "3A1418", "1C1C22", "25242C")
_STRONG: Final = ("C0392B", "2E6FB4", "2F7D4F", "D98A1E", "6A4A8C", "1F3A6E", "B3262E")


def is_specialty(variant: int) -> bool:
    """Whether a design has a logo at its left, so that the serial starts further right."""
    return variant >= 6


@lru_cache(maxsize=1024)
def design_of(jurisdiction: str, plate_class: str, variant: int) -> PlateDesign:
    """Return colors and words of a plate.

    Args:
        jurisdiction: one that has formats (see `rendering.serials.formats`).
        plate_class: one of `rendering.serials.formats.PLATE_CLASSES`.
        variant: 0 to `DESIGN_COUNT` - 1.

    Raises:
        KeyError: if the jurisdiction is not known.
    """
    design = DESIGNS.get(jurisdiction) or _EXTRA[jurisdiction]
    rng = np.random.default_rng([variant, *jurisdiction.encode()])
    name = design.slogan if design.name_below else design.name
    if variant == 4:
        design = replace(design, ground=("F4F4F1", "F4F4F1"), scene="", top="", bottom="", name_ink="", slogan_ink="")
        if _is_light(design.ink):
            design = replace(design, ink="1C2F5A")
    elif variant == 5:
        dark, ink = str(rng.choice(_DARKS)), str(rng.choice(("F2F2F0", "F2D24A", "C9CED6")))
        design = replace(design, name=name, slogan="", name_below=False, ink=ink, ground=(dark, dark), scene="", top="",
                         bottom="", name_ink=ink, slogan_ink=ink)  # fmt: skip
    elif is_specialty(variant):
        ink, ground = str(rng.choice(("14213D", "1A1A1A", "1F3A6E", "4A1420"))), tuple(rng.choice(_PASTELS, 2))
        cause = str(rng.choice(_CAUSES))
        scene = str(rng.choice(("", "hills", "mountains", "rays", "waves", "trees")))
        design = replace(design, name=name, slogan=cause, name_below=False, ink=ink, ground=ground, scene=scene, top="",
                         bottom="", name_ink=str(rng.choice(_STRONG)), slogan_ink=ink, script=False)  # fmt: skip
    if _contrast(design.ink, design.ground[0]) < _LEAST_CONTRAST:
        # A ramp from the ink's own tone would hide a serial that sits higher than on the real plate.
        design = replace(design, ground=(design.ground[1], design.ground[1]), name_ink=design.ink)
    words = _CLASS_WORDS.get(plate_class)
    if words and jurisdiction != "US":
        line = words[variant % len(words)]
        design = replace(design, name=name, slogan=line, name_below=False)
    return design


@lru_cache(maxsize=96)
def ground(jurisdiction: str, plate_class: str, variant: int, slogan: bool) -> Image:
    """Draw the plate without its serial. The picture is shared: copy it before painting on it.

    Args:
        jurisdiction: as for `design_of`.
        plate_class: decides the size and the lower line.
        variant: as for `design_of`.
        slogan: whether the lower line is printed.

    Returns:
        uint8 (240, 480, 3) BGR, (240, 420, 3) for motorcycles.
    """
    design = design_of(jurisdiction, plate_class, variant)
    width, height = MOTORCYCLE_SIZE if plate_class == "motorcycle" else CAR_SIZE
    top, bottom = (np.array(Canvas.color(color), dtype=np.float32) for color in design.ground)
    ramp = np.clip(np.linspace(-0.1, 1.1, height, dtype=np.float32), 0, 1)[:, None, None]
    rows = (top * (1 - ramp) + bottom * ramp).astype(np.uint8)
    canvas = Canvas(np.repeat(rows, width, axis=1))
    if design.scene:
        draw_scene(canvas, design.scene, design.scene_ink, seed=sum(jurisdiction.encode()) + variant // 4)
    draw_band(canvas, design.top, 0.0, 0.2)
    if slogan:
        draw_band(canvas, design.bottom, 0.84, 1.0)
    if is_specialty(variant):
        _draw_logo(canvas, np.random.default_rng([variant, *jurisdiction.encode()]))
    _print_names(canvas, design, slogan=slogan)
    return canvas.image


def print_words(canvas: Canvas, text: str, line: tuple[float, float], ink: str, *, span: float, face: Face) -> None:
    """Print one centered line of words.

    Args:
        canvas: the plate.
        text: what to print, of `rendering.plates.glyphs`.
        line: top of its capitals and their height, in pixels.
        ink: RRGGBB.
        span: the share of the plate's width it may take.
        face: how it is cut.
    """
    top, height = line
    if not text:
        return
    rows, columns = canvas.image.shape[:2]
    width = min(word_width(text, height, face), span * columns)
    # Twice the size and halved, for smooth edges; letters like g reach below their line.
    low, high = max(round(top) - 4, 0), min(round(top + height * 1.5) + 4, rows)
    strip = np.zeros(((high - low) * 2, columns * 2), dtype=np.uint8)
    left = columns - width
    draw_word(strip, text, (left, (top - low) * 2, left + width * 2, (top - low + height) * 2), face)
    mask = canvas.mask()
    mask[low:high] = cv2.resize(strip, (columns, high - low), interpolation=cv2.INTER_AREA)
    canvas.paint(mask, ink)


def _print_names(canvas: Canvas, design: PlateDesign, *, slogan: bool) -> None:
    name_ink = design.name_ink or design.ink
    height = canvas.image.shape[0]
    face = Face(0.62, 0.15, 0.17) if design.script else Face(0.66, 0.16, 0.18)
    print_words(canvas, design.name, (height * 0.045, height * 0.125), name_ink, span=0.58, face=face)
    if slogan:
        size = 0.11 if design.name_below else 0.085
        line = (height * (0.955 - size), height * size)
        print_words(canvas, design.slogan, line, design.slogan_ink or name_ink, span=0.7, face=face)


def _draw_logo(canvas: Canvas, rng: np.random.Generator) -> None:
    """Draw a made-up badge at the left, as specialty plates have."""
    height, width = canvas.image.shape[:2]
    center = (round(width * 0.125), round(height * 0.53))
    radius = round(height * 0.21)
    inks = [str(ink) for ink in rng.choice(_STRONG, 2, replace=False)]
    mask = canvas.mask()
    kind = int(rng.integers(3))
    if kind == 0:
        cv2.circle(mask, center, radius, (255,), -1, cv2.LINE_AA)
    elif kind == 1:
        cv2.ellipse(mask, center, (round(radius * 0.8), radius), 0, 0, 360, (255,), -1, cv2.LINE_AA)
    else:
        box = np.array([[-1, -1], [1, -1], [1, 0.3], [0, 1.1], [-1, 0.3]]) * radius * 0.85 + center
        cv2.fillPoly(mask, [box.astype(np.int32)], (255,), cv2.LINE_AA)
    canvas.paint(mask, inks[0], 0.9)
    mark = canvas.mask()
    points = np.array(center) + (rng.random((5, 2)) - 0.5) * radius * 1.3
    cv2.fillPoly(mark, [cv2.convexHull(points.astype(np.int32))], (255,), cv2.LINE_AA)
    canvas.paint(mark, "F4F4F0", 0.9)
    letters = "".join(rng.choice(list("ABCDEFGHKLMNPRSTUVW"), 2))
    small = canvas.mask()
    size = radius * 0.6
    word = word_width(letters, size, FACES["condensed"])
    x, y = center[0] - word / 2, center[1] - size / 2
    draw_word(small, letters, (x, y, x + word, y + size), FACES["condensed"])
    canvas.paint(small, inks[1], 0.8)


def _is_light(code: str) -> bool:
    return sum(Canvas.color(code)) > 400


def _contrast(first: str, second: str) -> float:
    """Return how far two colors are apart, from 0 to 255 for each of three channels."""
    return float(np.abs(np.subtract(Canvas.color(first), Canvas.color(second))).sum())
