"""Faces of plate characters: the project's own glyphs in other proportions and shapes, or a TrueType file.

The states' dies differ in width, stroke and in single characters (a 1 with a foot, an open 4, a slashed zero). A face
is those differences on top of the center lines of `rendering.plates.glyphs`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import cv2
import numpy as np

from rendering.plates.glyphs import PATHS, WIDTHS, Mask, Polyline, flatten

__all__ = ["FACES", "Face", "draw_word", "random_face", "word_width"]

_FOOT: Final = {"1": "M16 44 L58 0 L58 200 M12 200 L100 200"}
_BAR: Final = {"I": "M50 0 L50 200"}
_SLASHED: Final = {"0": PATHS["0"] + " M90 34 L10 166"}
_FLAT: Final = {
    "3": "M4 0 L96 0 L48 82 C84 82 100 108 100 142 C100 180 82 200 50 200 C20 200 2 184 0 152",
    "A": "M0 200 L38 0 L62 0 L100 200 M14 138 L86 138",
}
_OPEN: Final = {"4": "M18 0 L0 134 L100 134 M74 64 L74 200"}
_CURVED: Final = {
    "6": "M80 0 L12 108 C2 126 0 140 0 152 C0 182 18 200 50 200 C84 200 100 180 100 146 C100 112 82 96 50 96 "
    "C30 96 16 104 8 116",
    "9": "M20 200 L88 92 C98 74 100 60 100 48 C100 18 82 0 50 0 C16 0 0 20 0 54 C0 88 18 104 50 104 "
    "C70 104 84 96 92 84",
    "7": "M0 0 L100 0 C62 70 42 130 36 200",
}
_DEEP: Final = {
    "M": "M0 200 L0 0 L50 200 L100 0 L100 200",
    "W": "M0 0 L0 200 L50 40 L100 200 L100 0",
}
_WIDE_W: Final = {"W": "M0 0 L22 200 L50 112 L78 200 L100 0", "M": "M0 200 L0 0 L50 84 L100 0 L100 200"}
_HOOKED: Final = {"J": "M34 0 L96 0 L96 145 C96 182 80 200 48 200 C16 200 0 182 0 146"}
_ROUND: Final = frozenset("0O8693CGQSUDJBPR25")
_TYPE_SIZE: Final = 80  # pixels at which a TrueType face is set before it is scaled


@dataclass(frozen=True, slots=True)
class Face:
    """How characters are cut; sizes in heights of a capital.

    Attributes:
        width: of a full-width glyph, strokes included.
        stroke: stroke width.
        gap: between two glyphs, edge to edge.
        square: how far round shapes are pushed into their corners, 0 to 1.
        paths: glyphs that differ from `rendering.plates.glyphs.PATHS`.
        font: a TrueType file that is used instead; "" for the project's glyphs.
    """

    width: float
    stroke: float
    gap: float
    square: float = 0.0
    paths: dict[str, str] = field(default_factory=dict)
    font: str = ""


FACES: Final[dict[str, Face]] = {
    "standard": Face(0.48, 0.125, 0.11),
    "condensed": Face(0.40, 0.11, 0.09, 0.2, _FOOT | _OPEN),
    "wide": Face(0.60, 0.14, 0.09, 0.0, _DEEP | _CURVED),
    "square": Face(0.50, 0.12, 0.11, 0.6, _FOOT | _FLAT | _WIDE_W),
    "rounded": Face(0.52, 0.16, 0.10, 0.0, _BAR | _CURVED),
    "thin": Face(0.46, 0.085, 0.13, 0.1, _HOOKED | _SLASHED),
    "heavy": Face(0.43, 0.155, 0.07, 0.25, _WIDE_W | _BAR),
    "printed": Face(0.46, 0.13, 0.10, 0.35, _CURVED | _FLAT | _FOOT),
}


def random_face(rng: np.random.Generator, fonts: tuple[str, ...] = ()) -> Face:
    """Choose a face and vary it a little, as worn or repaired dies do.

    Args:
        rng: source of chance.
        fonts: TrueType files; half of the faces are one of them where there are any.
    """
    face = FACES[str(rng.choice(list(FACES)))]
    if fonts and rng.random() < 0.5:
        return replace(face, font=str(rng.choice(list(fonts))))
    width, stroke, gap = rng.uniform([0.94, 0.9, 0.8], [1.08, 1.12, 1.25])
    return replace(face, width=face.width * width, stroke=face.stroke * stroke, gap=face.gap * gap)


def word_width(word: str, height: float, face: Face) -> float:
    """Return how wide a word is, in pixels, without the gap after it."""
    if not word:
        return 0.0
    if face.font:
        _, columns = _typeset(word, face.font)
        return columns * height
    return sum(_width(character, face) for character in word) * height + (len(word) - 1) * face.gap * height


def draw_word(mask: Mask, word: str, box: tuple[float, float, float, float], face: Face) -> None:
    """Draw a word so that it fills a box.

    Args:
        mask: uint8 (H, W), drawn on in place, white.
        word: characters A-Z, 0-9 and those of `rendering.plates.glyphs`.
        box: x1, y1, x2, y2 in pixels; y1 is the top of the capitals, y2 their baseline.
        face: how they are cut.
    """
    x1, y1, x2, y2 = box
    height = y2 - y1
    if face.font:
        page, _ = _typeset(word, face.font)
        _lay(mask, page, (round(x1), round(y1), max(round(x2 - x1), 1), max(round(height), 1)))
        return
    squeeze = min((x2 - x1) / max(word_width(word, height, face), 1e-6), 1.0)
    # A narrowed die keeps most of its stroke.
    stroke = max(face.stroke * height * squeeze**0.4, 1.0)
    cursor = x1
    for character in word:
        width = _width(character, face) * height * squeeze
        _draw_glyph(mask, character, (cursor, y1, width, height), stroke, face)
        cursor += width + face.gap * height * squeeze


def _width(character: str, face: Face) -> float:
    share = 0.0 if character == "I" and "I" in face.paths else WIDTHS.get(character, 1.0)
    if character == "1" and "1" in face.paths:
        share = 0.78
    return face.stroke + (face.width - face.stroke) * share


def _draw_glyph(
    mask: Mask, character: str, place: tuple[float, float, float, float], stroke: float, face: Face
) -> None:
    left, top, width, height = place
    scale = np.array([max(width - stroke, 0.0) / 100, (height - stroke) / 200])
    lines = flatten(face.paths.get(character, PATHS.get(character, "")))
    if face.square and character in _ROUND:
        lines = tuple(_squared(line, face.square) for line in lines)
    for line in lines:
        points = line * scale + (left + stroke / 2, top + stroke / 2)
        fixed = np.round(points * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(mask, [fixed], False, 255, max(round(stroke), 1), cv2.LINE_AA, 4)


def _squared(line: Polyline, degree: float) -> Polyline:
    """Push points towards the corners of the 100 x 200 box, those on its axes least."""
    centered = (line - (50, 100)) / (50, 100)
    reach = np.abs(centered).max(axis=1, keepdims=True).clip(1e-6)
    stretch = np.minimum((np.hypot(centered[:, :1], centered[:, 1:]) / reach) ** degree, 1 / reach)
    pushed: Polyline = centered * np.where(reach > 1, 1.0, stretch) * (50, 100) + (50, 100)
    return pushed


@cache
def _font(path: str) -> cv2.FontFace:
    return cv2.FontFace(path)


def _typeset(word: str, font: str) -> tuple[Mask, float]:
    """Set a word in a TrueType face, cropped to its ink, with its width over its height."""
    page = np.zeros((_TYPE_SIZE * 2, _TYPE_SIZE * (len(word) + 2)), dtype=np.uint8)
    cv2.putText(page, word, (_TYPE_SIZE // 2, _TYPE_SIZE * 3 // 2), (255,), _font(font), _TYPE_SIZE)
    x, y, width, height = cv2.boundingRect(page)
    return page[y : y + height, x : x + width], width / max(height, 1)


def _lay(mask: Mask, page: Mask, box: tuple[int, int, int, int]) -> None:
    x, y, width, height = box
    if not page.size:
        return
    scaled = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    x1, y1 = max(x, 0), max(y, 0)
    part = mask[y1 : y + height, x1 : x + width]
    np.maximum(part, scaled[y1 - y : y1 - y + part.shape[0], x1 - x : x1 - x + part.shape[1]], out=part)
