"""Plate characters as center lines, in the manner of the dies that emboss US plates: one stroke width, round ends.

A glyph is a path in a box 100 wide and 200 high (y grows downwards, the baseline is y = 200, small letters are 130
high and may reach below the baseline). Because only the center line is data, height, width, stroke and slant are free,
and no font file is needed. The shapes were drawn for this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]
Polyline = npt.NDArray[np.float64]

# Path commands: M move, L line to, C cubic Bezier to, Z close; absolute coordinates only. "·" is a raised dot.
PATHS: Final[dict[str, str]] = {
    "0": "M50 0 C84 0 100 20 100 52 L100 148 C100 180 84 200 50 200 C16 200 0 180 0 148 L0 52 C0 20 16 0 50 0 Z",
    "1": "M8 44 L62 0 L62 200",
    "2": "M0 56 C0 20 16 0 50 0 C84 0 100 20 100 52 C100 84 78 104 52 128 C22 156 0 172 0 200 L100 200",
    "3": "M0 46 C2 16 20 0 50 0 C82 0 97 18 97 47 C97 77 80 93 42 93 C82 93 100 112 100 147 C100 181 82 200 50 "
    "200 C20 200 2 184 0 152",
    "4": "M74 200 L74 0 L0 142 L100 142",
    "5": "M92 0 L10 0 L4 96 C14 82 30 76 50 76 C84 76 100 98 100 136 C100 178 84 200 50 200 C20 200 2 185 0 155",
    "6": "M97 44 C93 15 77 0 50 0 C16 0 0 24 0 60 L0 143 C0 181 16 200 50 200 C84 200 100 180 100 143 C100 106 "
    "84 87 50 87 C20 87 2 106 0 138",
    "7": "M0 0 L100 0 L36 200",
    "8": "M50 94 C20 94 6 76 6 48 C6 17 20 0 50 0 C80 0 94 17 94 48 C94 76 80 94 50 94 C16 94 0 114 0 148 C0 182 "
    "16 200 50 200 C84 200 100 182 100 148 C100 114 84 94 50 94 Z",
    "9": "M3 156 C7 185 23 200 50 200 C84 200 100 176 100 140 L100 57 C100 19 84 0 50 0 C16 0 0 20 0 57 C0 94 16 "
    "113 50 113 C80 113 98 94 100 62",
    "A": "M0 200 L50 0 L100 200 M17 138 L83 138",
    "B": "M0 0 L0 200 L55 200 C85 200 100 182 100 149 C100 115 85 96 55 96 L0 96 M55 96 C82 96 94 78 94 48 C94 "
    "18 82 0 55 0 L0 0",
    "C": "M100 56 C98 20 84 0 50 0 C16 0 0 20 0 52 L0 148 C0 180 16 200 50 200 C84 200 98 180 100 144",
    "D": "M0 0 L0 200 L45 200 C82 200 100 180 100 145 L100 55 C100 20 82 0 45 0 Z",
    "E": "M97 0 L0 0 L0 200 L100 200 M0 96 L80 96",
    "F": "M98 0 L0 0 L0 200 M0 98 L78 98",
    "G": "M100 54 C98 18 82 0 50 0 C16 0 0 20 0 52 L0 148 C0 180 16 200 50 200 C84 200 100 182 100 150 L100 108 "
    "L56 108",
    "H": "M0 0 L0 200 M100 0 L100 200 M0 97 L100 97",
    "I": "M20 0 L80 0 M50 0 L50 200 M20 200 L80 200",
    "J": "M96 0 L96 145 C96 182 80 200 48 200 C16 200 0 182 0 146",
    "K": "M0 0 L0 200 M97 0 L0 122 M36 78 L100 200",
    "L": "M0 0 L0 200 L98 200",
    "M": "M0 200 L0 0 L50 128 L100 0 L100 200",
    "N": "M0 200 L0 0 L100 200 L100 0",
    "O": "M50 0 C86 0 100 22 100 54 L100 146 C100 178 86 200 50 200 C14 200 0 178 0 146 L0 54 C0 22 14 0 50 0 Z",
    "P": "M0 200 L0 0 L55 0 C85 0 100 20 100 56 C100 92 85 111 55 111 L0 111",
    "Q": "M50 0 C86 0 100 22 100 54 L100 146 C100 178 86 200 50 200 C14 200 0 178 0 146 L0 54 C0 22 14 0 50 0 Z "
    "M56 148 L104 206",
    "R": "M0 200 L0 0 L55 0 C85 0 100 18 100 52 C100 86 85 104 55 104 L0 104 M54 104 L100 200",
    "S": "M98 48 C94 16 78 0 50 0 C18 0 2 18 2 48 C2 82 25 90 50 98 C78 107 100 118 100 152 C100 182 82 200 50 "
    "200 C20 200 3 184 0 152",
    "T": "M0 0 L100 0 M50 0 L50 200",
    "U": "M0 0 L0 146 C0 182 16 200 50 200 C84 200 100 182 100 146 L100 0",
    "V": "M0 0 L50 200 L100 0",
    "W": "M0 0 L24 200 L50 64 L76 200 L100 0",
    "X": "M0 0 L100 200 M100 0 L0 200",
    "Y": "M0 0 L50 98 L100 0 M50 98 L50 200",
    "Z": "M0 0 L100 0 L0 200 L100 200",
    "a": "M10 88 C22 74 36 70 50 70 C80 70 92 84 92 112 L92 200 M92 122 C60 116 6 118 6 160 C6 188 24 200 46 200 "
    "C68 200 86 188 92 168",
    "b": "M4 0 L4 200 M4 110 C10 84 28 70 52 70 C82 70 96 96 96 135 C96 174 82 200 52 200 C28 200 10 186 4 160",
    "c": "M94 100 C88 80 74 70 52 70 C20 70 4 96 4 135 C4 174 20 200 52 200 C74 200 88 190 94 170",
    "d": "M96 0 L96 200 M96 110 C90 84 72 70 48 70 C18 70 4 96 4 135 C4 174 18 200 48 200 C72 200 90 186 96 160",
    "e": "M5 132 L95 132 C95 92 80 70 51 70 C20 70 4 96 4 135 C4 174 20 200 52 200 C72 200 86 192 94 174",
    "f": "M88 6 C58 -8 40 6 40 44 L40 200 M8 78 L80 78",
    "g": "M96 72 L96 206 C96 240 80 254 50 254 C30 254 16 248 8 234 M96 110 C90 84 72 70 48 70 C18 70 4 94 4 130 "
    "C4 166 18 190 48 190 C72 190 90 176 96 150",
    "h": "M6 0 L6 200 M6 116 C14 86 32 70 56 70 C82 70 94 86 94 116 L94 200",
    "i": "M50 72 L50 200 M50 24 L50 28",
    "j": "M60 72 L60 216 C60 240 48 252 18 250 M60 24 L60 28",
    "k": "M6 0 L6 200 M88 72 L6 150 M38 120 L94 200",
    "l": "M50 0 L50 200",
    "m": "M0 72 L0 200 M0 112 C4 86 14 70 28 70 C44 70 50 84 50 112 L50 200 M50 112 C54 86 64 70 78 70 C94 70 "
    "100 84 100 112 L100 200",
    "n": "M6 72 L6 200 M6 116 C14 86 32 70 56 70 C82 70 94 86 94 116 L94 200",
    "o": "M50 70 C84 70 98 96 98 135 C98 174 84 200 50 200 C16 200 2 174 2 135 C2 96 16 70 50 70 Z",
    "p": "M4 72 L4 254 M4 110 C10 84 28 70 52 70 C82 70 96 96 96 135 C96 174 82 200 52 200 C28 200 10 186 4 160",
    "q": "M96 72 L96 254 M96 110 C90 84 72 70 48 70 C18 70 4 96 4 135 C4 174 18 200 48 200 C72 200 90 186 96 160",
    "r": "M14 72 L14 200 M14 122 C20 88 44 66 86 74",
    "s": "M90 96 C82 76 68 70 50 70 C22 70 10 84 10 102 C10 126 32 130 52 136 C76 142 94 146 94 168 C94 190 76 "
    "200 50 200 C26 200 12 192 4 174",
    "t": "M42 20 L42 164 C42 192 56 204 86 196 M8 74 L82 74",
    "u": "M6 72 L6 154 C6 184 20 200 44 200 C68 200 86 184 94 156 M94 72 L94 200",
    "v": "M4 72 L50 200 L96 72",
    "w": "M0 72 L26 200 L50 100 L74 200 L100 72",
    "x": "M6 72 L94 200 M94 72 L6 200",
    "y": "M4 72 L52 196 M96 72 L44 232 C36 252 22 256 6 250",
    "z": "M8 72 L92 72 L6 200 L96 200",
    "-": "M12 106 L88 106",
    ".": "M50 196 L50 200",
    "'": "M50 0 L46 40",
    ",": "M50 194 L36 226",
    "/": "M4 210 L96 -10",
    ":": "M50 92 L50 96 M50 180 L50 184",
    "·": "M50 104 L50 110",
}

# Width of a glyph over the width of a full one, where it is not 1.
WIDTHS: Final[dict[str, float]] = {
    **dict.fromkeys("1", 0.72),
    **dict.fromkeys("I", 0.6),
    **dict.fromkeys("MW", 1.14),
    **dict.fromkeys("EFLJ", 0.94),
    **dict.fromkeys("il", 0.24),
    **dict.fromkeys("j", 0.4),
    **dict.fromkeys("ft", 0.62),
    **dict.fromkeys("r", 0.66),
    **dict.fromkeys("mw", 1.35),
    **dict.fromkeys("abcdeghknopqsuvxyz", 0.86),
    **dict.fromkeys(".,:'·", 0.22),
    **dict.fromkeys("-", 0.62),
    " ": 0.5,
}


@dataclass(frozen=True, slots=True)
class Die:
    """How a line of text is cut: sizes in pixels of the picture drawn on.

    Attributes:
        height: from the top of a capital to its baseline, strokes included.
        width: of a full-width glyph, strokes included.
        stroke: stroke width.
        gap: between two glyphs, edge to edge.
        slant: horizontal shift over height, 0 for upright.
    """

    height: float
    width: float
    stroke: float
    gap: float
    slant: float = 0.0

    def scaled(self, factor: float) -> Die:
        """Return the same die for a picture `factor` times as large."""
        return Die(self.height * factor, self.width * factor, self.stroke * factor, self.gap * factor, self.slant)


def advance(text: str, die: Die) -> float:
    """Return the width in pixels that `text` takes, without the gap after its last glyph."""
    return sum(_width(character, die) + die.gap for character in text) - die.gap if text else 0.0


def draw_text(mask: Mask, text: str, left: float, top: float, die: Die) -> None:
    """Draw `text` in white on a mask, anti-aliased.

    Args:
        mask: uint8 (H, W), drawn on in place.
        text: characters of `PATHS` and spaces; any other is left out.
        left: x of the text's left edge, in pixels.
        top: y of the top of its capitals, in pixels.
        die: sizes.
    """
    cursor = left
    for character in text:
        width = _width(character, die)
        _draw_glyph(mask, character, cursor, top, width, die)
        cursor += width + die.gap


def _width(character: str, die: Die) -> float:
    return die.stroke + (die.width - die.stroke) * WIDTHS.get(character, 1.0)


def _draw_glyph(mask: Mask, character: str, left: float, top: float, width: float, die: Die) -> None:
    shift = 4  # fixed-point bits of a coordinate
    inset = die.stroke / 2
    scale = np.array([(width - die.stroke) / 100, (die.height - die.stroke) / 200])
    for line in flatten(PATHS.get(character, "")):
        points = line * scale + (left + inset, top + inset)
        points[:, 0] += die.slant * (top + die.height - points[:, 1])
        fixed = np.round(points * (1 << shift)).astype(np.int32)
        cv2.polylines(mask, [fixed.reshape(-1, 1, 2)], False, 255, max(round(die.stroke), 1), cv2.LINE_AA, shift)


@cache
def flatten(path: str) -> tuple[Polyline, ...]:
    """Flatten a glyph's path into polylines, float64 (N, 2) in the 100 x 200 box."""
    tokens = path.replace("M", " M ").replace("L", " L ").replace("C", " C ").split()
    lines: list[list[tuple[float, float]]] = []
    position = 0
    command = ""
    while position < len(tokens):
        if tokens[position] in "MLCZ":
            command = tokens[position]
            position += 1
        if command == "Z":
            lines[-1].append(lines[-1][0])
            continue
        count = 6 if command == "C" else 2
        values = [float(token) for token in tokens[position : position + count]]
        position += count
        if command == "M":
            lines.append([(values[0], values[1])])
        elif command == "L":
            lines[-1].append((values[0], values[1]))
        else:
            lines[-1].extend(_bezier(lines[-1][-1], values))
    return tuple(np.array(line) for line in lines)


def _bezier(start: tuple[float, float], values: list[float], steps: int = 10) -> list[tuple[float, float]]:
    controls = np.array([start, values[0:2], values[2:4], values[4:6]], dtype=np.float64)
    t = np.linspace(0, 1, steps + 1)[1:, None]
    weights = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    return [(float(x), float(y)) for x, y in weights @ controls]
