"""Draws plates of other countries to train the reader with: their serial formats, colors, strips, gaps and emblems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from recognition.training.examples.look_alikes import random_character
from rendering.plates.glyphs import Die, advance, draw_text
from schemas.types import Image

Color = tuple[int, int, int]

_WHITE, _YELLOW, _GRAY = (240, 240, 240), (40, 190, 240), (190, 192, 190)
_BLACK, _RED, _GREEN, _BLUE = (25, 25, 25), (40, 30, 170), (60, 110, 30), (140, 60, 20)
_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Style:
    """A country's plate: serial patterns and what they are painted on.

    Patterns: ``A`` a letter, ``9`` a digit, ``#`` either; space and ``-`` as printed; ``*`` a round seal.
    `grounds` are pairs of ground and ink (BGR). `strip` is the chance of a colored strip at the left, `strip_right` at
    the right. `heights` are pixels at a width of 300. `line` is the chance of a line of small text above the serial.
    """

    patterns: tuple[str, ...]
    grounds: tuple[tuple[Color, Color], ...] = ((_WHITE, _BLACK),)
    strip: float = 0.8
    strip_right: float = 0.0
    heights: tuple[int, int] = (56, 76)
    line: float = 0.0


_UK = ((_WHITE, _BLACK), (_YELLOW, _BLACK))
_CANADA = ((_WHITE, _BLUE), (_WHITE, _RED))
_DUTCH = ((_YELLOW, _BLACK),)
_SQUARE = (135, 165)
STYLES: dict[str, Style] = {
    "germany": Style((
        "AA*AA 999", "A*AA 9999", "AAA*A 99", "AA*A 9999", "AAA*AA 999", "A*A 999", "AA*AA 99", "A*AA 99",
    )),
    "france": Style(("AA-999-AA", "AA-999-AA", "9999 AA 99", "999 AAA 99"), _UK, 0.8, 0.7),
    "italy": Style(("AA 999AA", "AA*999AA"), strip=0.9, strip_right=0.9),
    "britain": Style(("AA99 AAA", "AA99 AAA", "A999 AAA"), _UK, 0.5),
    "spain": Style(("9999 AAA", "9999 AAA", "A 9999 AA"), strip=0.9),
    "netherlands": Style(("99-AA-99", "99-AAA-9", "9-AAA-99", "AA-999-A", "AA-99-99", "AA-AA-99"), _DUTCH, 0.9),
    "poland": Style(("AA 99999", "AAA 9999", "AA 9999A", "AAA A999", "AAA 99AA", "AAA 9A99", "AA 999AA"), strip=0.9),
    "romania": Style(("AA 99 AAA", "AA 99 AAA", "A 999 AAA", "A 99 AAA"), strip=0.9),
    "hungary": Style(("AAA-999", "AA AA-999"), strip=0.8),
    "czechia": Style(("9A9 9999", "9A9*9999"), strip=0.9),
    "slovakia": Style(("AA*999AA", "AA 999AA"), strip=0.9),
    "austria": Style(("AA*999 AA", "A*9999 A", "A*99999 A", "AA 99 AAA"), strip=0.8),
    "belgium": Style(("9-AAA-999", "AAA-999", "999-AAA"), ((_WHITE, _RED),), 0.8),
    "portugal": Style(("99-99-AA", "99-AA-99", "AA-99-AA", "AA 99 AA"), strip=0.9, strip_right=0.5),
    "sweden": Style(("AAA 999", "AAA 99A"), strip=0.7),
    "norway": Style(("AA 99999",), strip=0.6),
    "denmark": Style(("AA 99 999",), ((_WHITE, _BLACK), (_YELLOW, _BLACK)), 0.5),
    "finland": Style(("AAA-999", "AA-999"), strip=0.7),
    "switzerland": Style(("AA*999999", "AA*99999", "AA*9999"), strip=0.0),
    "croatia": Style(("AA*999-AA", "AA*9999-A"), strip=0.6),
    "slovenia": Style(("AA*AA-999", "AA 99-99A"), ((_WHITE, _BLACK), (_WHITE, _GREEN)), 0.8),
    "serbia": Style(("AA*999-AA", "AA*9999-AA"), strip=0.9),
    "bulgaria": Style(("AA 9999 AA", "A 9999 AA"), strip=0.9),
    "greece": Style(("AAA-9999",), strip=0.7),
    "estonia": Style(("999 AAA", "AAA 999", "AA 9999"), strip=0.8),
    "ukraine": Style(("AA 9999 AA",), strip=0.9),
    "russia": Style(("A 999 AA 99", "A999AA 999"), strip=0.0),
    "turkey": Style(("99 A 9999", "99 AA 999", "99 AAA 99", "99 AA 9999"), strip=0.9),
    "israel": Style(("99-999-99", "999-99-999"), ((_YELLOW, _BLACK),), 0.8),
    "india": Style(("AA 99 A 9999", "AA99 AA 999"), ((_WHITE, _BLACK), (_YELLOW, _BLACK)), 0.4),
    "australia": Style(("AAA-999", "AAA 99A", "999-AAA", "AA 99 AA"), _UK, 0.0, 0.0, (100, 135), 0.7),
    "brazil": Style(("AAA-9999",), ((_GRAY, _BLACK), (_GRAY, _BLACK), (_RED, _WHITE)), 0.0, 0.0, (96, 118), 0.9),
    "mercosur": Style(("AAA9A99", "AA 999 AA", "AAA 9999"), ((_WHITE, _BLACK),), 0.0, 0.0, (92, 112), 1.0),
    "argentina": Style(("AAA 999", "AAA*999"), ((_BLACK, _WHITE),), 0.0, 0.0, (100, 130), 0.6),
    "chile": Style(("AA-AA-99", "AAAA-99", "AA-9999"), heights=(100, 125), strip=0.0, line=0.6),
    "mexico": Style(("AAA-99-99", "AAA-999-A", "999-AAA", "A99-AAA"), heights=_SQUARE, strip=0.0, line=0.9),
    "colombia": Style(("AAA-999", "AAA*999"), ((_YELLOW, _BLACK), (_WHITE, _BLACK)), 0.0, 0.0, _SQUARE, 0.6),
    "canada": Style(("AAAA 999", "AAA 999", "AAA-9999", "999 AAA"), _CANADA, 0.0, 0.0, _SQUARE, 0.9),
    "gulf": Style(("A 99999", "99999", "AA 9999"), strip=0.0, line=0.3, heights=(60, 150)),
    "other": Style(("###-####", "#######", "## ####", "### ###", "A99 999", "999 A 999"),
                   strip=0.3, heights=(56, 150), line=0.3,
                   grounds=((_WHITE, _BLACK), (_BLUE, _WHITE), (_GREEN, _WHITE), (_BLACK, _YELLOW), (_GRAY, _WHITE))),
}  # fmt: skip
_NAMES = tuple(STYLES)
_OFTEN = ("brazil", "brazil", "mercosur", "germany", "france", "italy", "britain", "spain", "poland", "netherlands")


def draw_abroad(rng: np.random.Generator, fonts: Sequence[str]) -> tuple[Image, str]:
    """Draw a plate from outside the United States, plain but for strips, a seal and a line of small text.

    Args:
        rng: Source of chance.
        fonts: TrueType files; 60 % of the plates use one of them where there are any.

    Returns:
        uint8 (H, W, 3) BGR and its serial.
    """
    name = str(rng.choice(_OFTEN if rng.random() < 0.5 else _NAMES))
    style = STYLES[name]
    shown = "".join(_character(slot, rng) for slot in str(rng.choice(style.patterns)))
    base, ink = style.grounds[int(rng.integers(len(style.grounds)))]
    image = _blank(style, np.array(base) * rng.uniform(0.65, 1.05), rng)
    height = image.shape[0]
    left, right = 8, _WIDTH - 8
    if rng.random() < style.strip:
        left = _strip(image, 0, rng) + 5
    if rng.random() < style.strip_right:
        right = _WIDTH - _strip(image, 1, rng) - 5
    top = 0.13
    if rng.random() < style.line:
        line = "".join(rng.choice(list("ABCDEFGHIJLMNOPRSTU"), int(rng.integers(5, 13))))
        bottom = round(height * rng.uniform(0.18, 0.26))
        write(image, line, (60, 7, 240, max(bottom, 16)), ink, "")
        top = 0.28
    band = (left, round(height * (top + rng.uniform(0, 0.05))), right, round(height * rng.uniform(0.84, 0.92)))
    font = str(rng.choice(fonts)) if fonts and rng.random() < 0.6 else ""
    write(image, shown, band, ink, font, seal=tuple(int(v) for v in rng.integers(20, 200, 3)))
    if rng.random() < 0.6:
        cv2.rectangle(image, (1, 1), (_WIDTH - 2, height - 2), ink, int(rng.integers(1, 4)))
    return image, "".join(character for character in shown if character.isalnum())


def _character(slot: str, rng: np.random.Generator) -> str:
    return random_character(slot, rng) if slot in "A9#" else slot


def _blank(style: Style, ground: npt.NDArray[np.float64], rng: np.random.Generator) -> Image:
    height = int(rng.integers(style.heights[0], style.heights[1] + 1))
    shade = np.linspace(rng.uniform(0.85, 1.05), rng.uniform(0.85, 1.05), _WIDTH)[None, :, None]
    image = np.clip(np.broadcast_to(ground, (height, _WIDTH, 3)) * shade, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(image)


def _strip(image: Image, side: int, rng: np.random.Generator) -> int:
    """Paint a blue (or other) strip with a country sign at one end; gives its width."""
    height = image.shape[0]
    width = int(min(height * rng.uniform(0.32, 0.55), 34))
    color = (150, 60, 10) if rng.random() < 0.85 else tuple(int(v) for v in rng.integers(0, 200, 3))
    start = 0 if side == 0 else _WIDTH - width
    image[:, start : start + width] = color
    if rng.random() < 0.7:
        cv2.circle(image, (start + width // 2, height // 3), max(width // 4, 2), (40, 200, 230), 1, cv2.LINE_AA)
    sign = "".join(rng.choice(list("ABDEFGHILNPRS"), int(rng.integers(1, 3))))
    write(image, sign, (start + 3, round(height * 0.62), start + width - 3, round(height * 0.85)), (240, 240, 240), "")
    return width


def write(
    image: Image, text: str, band: tuple[int, int, int, int], ink: Color, font: str, seal: tuple[int, ...] = _RED
) -> None:
    """Set a text as high as a band, narrowed where it would be wider, in a font or with the project's own dies.

    Args:
        image: Painted in place.
        text: ``*`` leaves room for a round seal.
        band: x1, y1, x2, y2 in pixels.
        ink: The text's color.
        font: A TrueType file, or "".
        seal: The seal's color.
    """
    x1, y1, x2, y2 = band
    page = _set(text.replace("*", "  "), font)
    x, y, width, rows = cv2.boundingRect(page)
    size = (max(min(x2 - x1, round(width * (y2 - y1) / max(rows, 1))), 1), y2 - y1)
    shrunk = cv2.resize(page[y : y + rows, x : x + width], size, interpolation=cv2.INTER_AREA)
    share = (shrunk.astype(np.float32) / np.float32(255)).astype(np.float32, copy=False)
    left = x1 + (x2 - x1 - size[0]) // 2
    part = image[y1:y2, left : left + size[0]]
    part[:] = (part * (1 - share[..., None]) + np.array(ink, dtype=np.float32) * share[..., None]).astype(np.uint8)
    if "*" in text:
        place = _gap(share, text.index("*") / max(len(text) - 1, 1))
        radius = max(round(size[1] * 0.16), 2)
        cv2.circle(image, (left + place, y1 + size[1] // 2), radius, seal[:3], -1, cv2.LINE_AA)


def _gap(share: npt.NDArray[np.float32], near: float) -> int:
    """Find the middle of the widest empty run of columns; where there is none, a place by its share of the width."""
    empty = np.flatnonzero(share.max(axis=0) < 0.1)
    if empty.size == 0:
        return int(near * share.shape[1])
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    widest = max(runs, key=len)
    return int(widest.mean())


@cache
def _face(font: str) -> cv2.FontFace:
    return cv2.FontFace(font)


def _set(text: str, font: str) -> npt.NDArray[np.uint8]:
    if font:
        page = np.zeros((200, 150 * len(text)), dtype=np.uint8)
        cv2.putText(page, text, (20, 140), (255,), _face(font), 100)
        return page
    die = Die(120.0, 58.0, 15.0, 14.0)
    page = np.zeros((140, round(advance(text, die)) + 20), dtype=np.uint8)
    draw_text(page, text, 10, 10, die)
    return page
