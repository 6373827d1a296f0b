"""Draws plates to train the reader with: US designs in their own formats and as vanity plates, and other countries'."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from recognition.training.ocr_model import SLOTS
from rendering.glyphs import Die, advance, draw_text
from rendering.plates import JURISDICTIONS, random_serial, render_plate
from schemas.types import Image

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_WORD_PARTS = (
    "CO",
    "VE",
    "LO",
    "RI",
    "DER",
    "MA",
    "XI",
    "QU",
    "ZE",
    "BO",
    "HI",
    "JO",
    "KA",
    "WI",
    "TY",
    "GO",
    "FUN",
    "SEA",
)
_WORLD_FORMATS = (
    *("AA-999-AA", "AA 999 AA", "AA99 AAA", "A AA 9999", "AAA 999", "9999 AAA", "AA 99 AAA", "AA 9999 A"),
    *("A 999 AA", "AAA-999", "999-AAA", "99-AA-99", "AA-99-99", "9A9 9999", "AAA 9999", "A99 999", "AA 999 A"),
)
_BRAZIL_FORMATS = ("AAA-9999", "AAA-9999", "AAA9A99")


def font_files(folder: Path | None) -> tuple[str, ...]:
    """List the TrueType files of a folder, by name; none without a folder."""
    return () if folder is None else tuple(str(path) for path in sorted(folder.glob("*.ttf")))


def draw_us(rng: np.random.Generator, fonts: Sequence[str]) -> tuple[Image, str]:
    """Draw a US plate.

    Args:
        rng: Source of chance.
        fonts: TrueType files; half of the plates use one of them where there are any.

    Returns:
        uint8 (H, W, 3) BGR, tight around the plate, and its serial of up to 9 characters.
    """
    jurisdiction = JURISDICTIONS[int(rng.integers(len(JURISDICTIONS)))]
    serial = random_serial(jurisdiction, rng) if rng.random() < 0.6 else _vanity(rng)
    font = str(rng.choice(fonts)) if fonts and rng.random() < 0.5 else None
    plate = render_plate(serial, jurisdiction, rng, font=font)
    return _half(plate.image), plate.text


def draw_abroad(rng: np.random.Generator, fonts: Sequence[str]) -> tuple[Image, str]:
    """Draw a European or Brazilian plate, plain but for its strip or city line.

    Args:
        rng: Source of chance.
        fonts: TrueType files, as for `draw_us`.

    Returns:
        uint8 (H, W, 3) BGR and its serial.
    """
    brazil = rng.random() < 0.4
    formats = _BRAZIL_FORMATS if brazil else _WORLD_FORMATS
    shown = _filled(str(rng.choice(formats)), rng)
    grounds = ((190, 192, 190), (60, 40, 170), (235, 235, 235)) if brazil else ((240, 240, 240), (40, 190, 240))
    ground = np.array(grounds[int(rng.integers(len(grounds)))]) * rng.uniform(0.7, 1.05)
    height = 130 if brazil else int(rng.integers(56, 75))
    image = np.empty((height, 300, 3), dtype=np.uint8)
    image[:] = np.clip(ground, 0, 255)
    dark = float(ground.mean()) > 110
    ink = (25, 25, 25) if dark else (230, 230, 230)
    left = 0
    if not brazil and rng.random() < 0.7:
        left = 24
        image[:, :left] = (150, 60, 10)
    if brazil:
        line = "".join(rng.choice(list(_LETTERS), int(rng.integers(5, 10))))
        _write(image, line, (70, 8, 230, 28), ink, "")
    band = (left + 12, round(height * (0.3 if brazil else 0.15)), 290, round(height * (0.92 if brazil else 0.86)))
    _write(image, shown, band, ink, str(rng.choice(fonts)) if fonts and rng.random() < 0.6 else "")
    cv2.rectangle(image, (1, 1), (298, height - 2), ink, 2)
    return image, "".join(character for character in shown if character.isalnum())


def _vanity(rng: np.random.Generator) -> str:
    if rng.random() < 0.4:
        word = "".join(rng.choice(_WORD_PARTS, int(rng.integers(1, 4))))
        return (word + (str(rng.integers(1, 100)) if rng.random() < 0.4 else ""))[: SLOTS - 1]
    length = int(rng.choice([2, 3, 4, 5, 6, 7, 8], p=[0.03, 0.04, 0.1, 0.2, 0.25, 0.33, 0.05]))
    return "".join(rng.choice(list(_LETTERS + _DIGITS * 2), length))


def _filled(pattern: str, rng: np.random.Generator) -> str:
    pick = {"A": _LETTERS, "9": _DIGITS}
    return "".join(str(rng.choice(list(pick[slot]))) if slot in pick else slot for slot in pattern)


def _write(image: Image, text: str, band: tuple[int, int, int, int], ink: tuple[int, int, int], font: str) -> None:
    """Set a text as high as a band, narrowed where it would be wider, in a font or with the project's own dies."""
    x1, y1, x2, y2 = band
    page = _set(text, font)
    x, y, width, rows = cv2.boundingRect(page)
    size = (min(x2 - x1, round(width * (y2 - y1) / max(rows, 1))), y2 - y1)
    share = cv2.resize(page[y : y + rows, x : x + width], size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    left = x1 + (x2 - x1 - size[0]) // 2
    part = image[y1:y2, left : left + size[0]]
    part[:] = (part * (1 - share[..., None]) + np.array(ink, dtype=np.float32) * share[..., None]).astype(np.uint8)


def _set(text: str, font: str) -> npt.NDArray[np.uint8]:
    if font:
        page = np.zeros((200, 150 * len(text)), dtype=np.uint8)
        cv2.putText(page, text, (20, 140), (255,), cv2.FontFace(font), 100)
        return page
    die = Die(120.0, 58.0, 15.0, 14.0)
    page = np.zeros((140, round(advance(text, die)) + 20), dtype=np.uint8)
    draw_text(page, text, 10, 10, die)
    return page


def _half(image: Image) -> Image:
    height, width = image.shape[:2]
    return cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
