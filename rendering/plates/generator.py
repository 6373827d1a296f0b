"""Draw plates of every state and class to train and to measure with; `rendering.picture_set` writes them to files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import cv2
import numpy as np

from rendering.plates.designs import JURISDICTIONS, PlateDesign
from rendering.plates.embellish import Canvas, draw_bolts, draw_emblem, draw_stickers
from rendering.plates.faces import FACES, Face, random_face
from rendering.plates.fittings import draw_county, draw_dealer_frame, draw_rim, light
from rendering.plates.glyphs import Mask
from rendering.plates.ground import CAR_SIZE, DESIGN_COUNT, design_of, ground, is_specialty, print_words
from rendering.plates.layout import Element, Line, break_line, compose, plain_line, set_lines, text_of
from rendering.serials.formats import PLATE_CLASSES, SerialFormat, drawable_formats, formats, random_serial_of
from rendering.serials.vanity import vanity_text
from schemas.types import Image

__all__ = ["GENERATED_CLASSES", "STYLES", "GeneratedPlate", "draw_plate"]

STYLES: Final = ("standard", "vanity", "stacked", "emblem", "two-line", "specialty")
GENERATED_CLASSES: Final = ("passenger", "motorcycle", "trailer", "commercial", "temporary")

# How often what is drawn; rare kinds more often than on the road, since a reader has to learn them too.
_CLASS_ODDS: Final = (0.62, 0.13, 0.08, 0.1, 0.07)
_STYLE_ODDS: Final = (0.56, 0.2, 0.07, 0.06, 0.03, 0.08)
_MOTORCYCLE_STYLE_ODDS: Final = (0.5, 0.16, 0.08, 0.04, 0.22, 0.0)
_STACKS: Final = (
    "{mc} 99999", "{tr} 99999", "{tk} 99999", "{dv} 9999", "{ng} 9999", "{ff} 9999", "{vt} 9999A", "{hp} 9999",
    "{AA}99999", "{AA} 9999", "{A9}9999A", "{99}A9999", "9999{AA}", "99999{dp}", "AA 99{9A}", "{trk} 99999",
    "99A{AA}", "{cm} 99999", "{ex} 9999A", "{usa} 9999",
)  # fmt: skip
_SERIAL_TOP: Final = 0.22  # of the height; the name stands above
_SERIAL_BOTTOM: Final = 0.82


@dataclass(frozen=True, slots=True)
class GeneratedPlate:
    """A drawn plate.

    Attributes:
        image: uint8 (H, W, 3) BGR, W as asked for: twice as wide as high, 7 to 4 for motorcycles.
        text: the serial as embossed, without separators; stacked characters are part of it, read from top to bottom,
            in their place from left to right; lines from top to bottom.
        jurisdiction: such as "US-VA".
        plate_class: one of `rendering.serials.formats.PLATE_CLASSES`.
        style: one of `STYLES`.
    """

    image: Image
    text: str
    jurisdiction: str
    plate_class: str
    style: str


def draw_plate(
    rng: np.random.Generator,
    *,
    jurisdiction: str | None = None,
    plate_class: str | None = None,
    fonts: Sequence[str] = (),
    style: str | None = None,
    width: int = 300,
) -> GeneratedPlate:
    """Draw a plate, frontal, clean and sharp; `rendering.photographs.conditions` photographs it.

    Args:
        rng: source of chance; the same state of it draws the same plate.
        jurisdiction: such as "US-VA"; None for any state.
        plate_class: one of `rendering.serials.formats.PLATE_CLASSES`; None for any of `GENERATED_CLASSES`.
        fonts: TrueType files; half of the serials are set in one of them where there are any.
        style: one of `STYLES`; None for any.
        width: of the picture, in pixels.

    Returns:
        The plate and what is on it.

    Raises:
        KeyError: if the jurisdiction is not known.
        ValueError: if class or style is not one of those named, or the jurisdiction has no plates of the class.
    """
    place = jurisdiction or str(rng.choice(_places(plate_class)))
    kind = plate_class or _class_of(place, rng)
    if kind not in PLATE_CLASSES or (style is not None and style not in STYLES):
        raise ValueError(f"class {kind!r} and style {style!r}: expected one of {PLATE_CLASSES} and one of {STYLES}")
    odds = _MOTORCYCLE_STYLE_ODDS if kind == "motorcycle" else _STYLE_ODDS
    manner = style or ("standard" if kind == "temporary" else str(rng.choice(STYLES, p=odds)))
    lines = _lines(place, kind, manner, rng)
    face = random_face(rng, tuple(fonts))
    if kind == "temporary":
        image = _paper_tag(place, lines, face, rng)
    else:
        image = _plate(place, kind, manner, lines, face, rng)
    size = (width, round(width * image.shape[0] / image.shape[1]))
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA if width < CAR_SIZE[0] else cv2.INTER_CUBIC)
    return GeneratedPlate(shrunk.astype(np.uint8, copy=False), text_of(lines), place, kind, manner)


def _places(plate_class: str | None) -> tuple[str, ...]:
    """Return where a class of plates is issued: the states, and for rare classes whoever is known to have them."""
    if plate_class is None or plate_class in GENERATED_CLASSES:
        return JURISDICTIONS
    return tuple(dict.fromkeys(one.jurisdiction for one in formats(None, plate_class))) or JURISDICTIONS


def _class_of(jurisdiction: str, rng: np.random.Generator) -> str:
    if jurisdiction in JURISDICTIONS:
        return str(rng.choice(GENERATED_CLASSES, p=_CLASS_ODDS))
    return str(rng.choice(sorted({one.plate_class for one in formats(jurisdiction)})))


def _lines(jurisdiction: str, plate_class: str, style: str, rng: np.random.Generator) -> tuple[Line, ...]:
    """Choose a serial and lay it out."""
    if style == "vanity":
        return (plain_line(vanity_text(rng, longest=6 if plate_class == "motorcycle" else 7)),)
    if style == "stacked":
        form = SerialFormat(jurisdiction, plate_class, str(rng.choice(_STACKS)), "ABCDEFGHJKLMNPRSTUVWXYZ")
    else:
        known = drawable_formats(jurisdiction, plate_class)
        if not known:
            raise ValueError(f"no {plate_class} plates of {jurisdiction} are known")
        # Rare series are drawn more often than they are on the road.
        weights = np.array([max(one.weight, 0.06) for one in known])
        form = known[int(rng.choice(len(known), p=weights / weights.sum()))]
    lines = compose(random_serial_of(form, rng), form)
    if style == "two-line" and len(lines) == 1:
        return break_line(lines[0])
    if style == "emblem" and len(lines) == 1:
        return (_with_emblem(lines[0], rng),)
    if plate_class != "motorcycle" or len(lines) > 1 or rng.random() < 0.5:
        return lines
    # Small plates have no room for wide separators.
    return (tuple(element for element in lines[0] if element.kind != "mark"),)


def _with_emblem(line: Line, rng: np.random.Generator) -> Line:
    """Put an emblem where a separator stands, else within or beside the characters."""
    emblem = Element("mark", "*")
    if any(element.kind == "mark" for element in line):
        return tuple(emblem if element.kind == "mark" else element for element in line)
    first, second = (*break_line(line), ())[:2]
    return (*first, emblem, *second) if second else (emblem, *first) if rng.random() < 0.5 else (*first, emblem)


def _plate(
    jurisdiction: str,
    plate_class: str,
    style: str,
    lines: tuple[Line, ...],
    face: Face,
    rng: np.random.Generator,
) -> Image:
    variant = int(rng.integers(6, DESIGN_COUNT)) if style == "specialty" else int(rng.integers(6))
    county = plate_class == "passenger" and rng.random() < 0.25
    design = design_of(jurisdiction, plate_class, variant)
    canvas = Canvas(ground(jurisdiction, plate_class, variant, not county).copy())
    if county:
        draw_county(canvas, rng, design.slogan_ink or design.name_ink or design.ink)
    left = 0.24 if is_specialty(variant) else 0.045
    _emboss(canvas, lines, face, design, rng, left=left, motorcycle=plate_class == "motorcycle")
    draw_stickers(canvas, rng)
    if rng.random() < 0.85:
        draw_rim(canvas.image)
    draw_bolts(canvas, rng)
    if rng.random() < 0.35:
        draw_dealer_frame(canvas, rng)
    return light(canvas.image, rng)


def _emboss(
    canvas: Canvas,
    lines: tuple[Line, ...],
    face: Face,
    design: PlateDesign,
    rng: np.random.Generator,
    *,
    left: float,
    motorcycle: bool,
) -> None:
    rows, columns = canvas.image.shape[:2]
    high = rows * rng.uniform(0.4, 0.47 if len(lines) == 1 else 0.4) * (0.92 if motorcycle else 1.0)
    page: Mask = np.zeros((rows * 2, columns * 2), dtype=np.uint8)
    box = (columns * left * 2, rows * _SERIAL_TOP * 2, columns * 0.955 * 2, rows * _SERIAL_BOTTOM * 2)
    spots = set_lines(page, lines, box, face, high * 2)
    mask = cv2.resize(page, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    for spot in spots:
        draw_emblem(canvas, design.emblem, (spot.x / 2, spot.y / 2), spot.radius / 2, design)
    if rng.random() < 0.45:  # many states print flat plates now
        canvas.paint(mask, design.ink)
    else:
        canvas.emboss(mask, design.ink, rng.uniform(0.5, 1.3))


def _paper_tag(jurisdiction: str, lines: tuple[Line, ...], face: Face, rng: np.random.Generator) -> Image:
    """Draw a temporary tag: printed in black on paper or plastic, with its date of expiry and a bar code."""
    columns, rows = CAR_SIZE
    tone = int(rng.integers(225, 250))
    canvas = Canvas(np.full((rows, columns, 3), tone, dtype=np.uint8))
    design = design_of(jurisdiction, "temporary", 0)
    name = design.slogan if design.name_below else design.name
    printed = FACES["printed"]
    print_words(canvas, name.upper(), (rows * 0.05, rows * 0.11), "1A1A1A", span=0.55, face=printed)
    word = str(rng.choice(("TEMPORARY", "TEMPORARY TAG", "TEMP", "")))
    print_words(canvas, word, (rows * 0.19, rows * 0.06), "1A1A1A", span=0.4, face=printed)
    page: Mask = np.zeros((rows * 2, columns * 2), dtype=np.uint8)
    box = (columns * 0.05 * 2, rows * 0.28 * 2, columns * 0.95 * 2, rows * 0.72 * 2)
    set_lines(page, lines, box, face, rows * rng.uniform(0.3, 0.42) * 2)
    canvas.paint(cv2.resize(page, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False), "141414")
    day = date(2025, 1, 1) + timedelta(days=int(rng.integers(900)))
    expiry = f"EXPIRES {day.month:02}/{day.day:02}/{day.year}"
    print_words(canvas, expiry, (rows * 0.78, rows * 0.075), "1A1A1A", span=0.6, face=printed)
    vehicle = f"{2000 + int(rng.integers(27))} {rng.choice(('FORD', 'TOYOTA', 'HONDA', 'JEEP', 'KIA', 'BMW'))}"
    print_words(canvas, vehicle, (rows * 0.89, rows * 0.055), "1A1A1A", span=0.5, face=printed)
    bars = np.repeat(rng.random(40) < 0.5, 2)
    canvas.image[round(rows * 0.78) : round(rows * 0.93), columns - 100 : columns - 20][:, bars] = (30, 30, 30)
    if rng.random() < 0.3:
        cv2.rectangle(canvas.image, (4, 4), (columns - 5, rows - 5), (40, 40, 40), 2)
    draw_bolts(canvas, rng)
    return light(canvas.image, rng)
