"""Drawn roads with text that is no plate: road signs, billboards, fleet lettering; and boards of a plate's shape."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from rendering.scene.scenery import RoadView, draw_day, draw_night
from schemas.types import Image

Color = tuple[int, int, int]

_WHITE: Color = (245, 245, 245)
_BLACK: Color = (20, 20, 20)
_FACE = cv2.FONT_HERSHEY_DUPLEX

# Board color, ink, and lines: signs of the MUTCD's colors, then billboards and walls.
_SIGNS: tuple[tuple[Color, Color, tuple[str, ...]], ...] = (
    (_WHITE, _BLACK, ("SPEED", "LIMIT", "35")),
    ((40, 30, 190), _WHITE, ("STOP",)),
    ((70, 110, 20), _WHITE, ("EXIT 24", "Bridge St", "1/2 MILE")),
    ((70, 110, 20), _WHITE, ("I-95 SOUTH", "Richmond  41", "Petersburg  66")),
    (_WHITE, _BLACK, ("NO", "PARKING", "8AM-6PM")),
    ((30, 200, 245), _BLACK, ("ROAD", "WORK", "AHEAD")),
    ((30, 200, 245), _BLACK, ("TRUCKS", "USE LOW", "GEAR")),
    ((140, 70, 20), _WHITE, ("GAS", "FOOD", "LODGING")),
    (_WHITE, (40, 30, 190), ("DIESEL  4.19", "REGULAR  3.59", "OPEN 24 HRS")),
    ((30, 130, 240), _BLACK, ("DETOUR", "-->")),
    ((60, 40, 60), _WHITE, ("CALL 555-0134", "BEST HOMES", "FROM 289 000")),
    ((70, 110, 20), _WHITE, ("TOLL PLAZA", "2 MILES", "EXACT CHANGE")),
    (_WHITE, _BLACK, ("BRIDGE", "CLEARANCE", "13 FT 6 IN")),
    ((40, 30, 190), _WHITE, ("DO NOT", "ENTER")),
    ((30, 200, 245), _BLACK, ("SCHOOL BUS", "STOP AHEAD")),
)
_LETTERING = (
    "UNIT 1207", "POLICE", "AMBULANCE", "RENT ME 19.95", "US DOT 184220", "SCHOOL BUS", "TAXI 5A21", "F-150 4X4",
    "ACME MOVERS", "BUS 417", "FIRE DEPT", "HOW AM I DRIVING",
)  # fmt: skip
_BOARDS = (
    "AVENUE C", "EZ PASS", "ZONE 7B", "ROUTE 66", "LANE 2", "DETOUR", "UNIT 1207", "TAXI 5A21", "HWY 101", "EXIT 24",
)  # fmt: skip


def signs(number: int) -> Image:
    """Draw a road with three things to read that are no plates, by day or, every third, by night."""
    rng = np.random.default_rng(1000 + number)
    image = draw_day(RoadView(1280, 720), rng)
    for _ in range(2):
        ground, ink, lines = _SIGNS[int(rng.integers(len(_SIGNS)))]
        _stand(image, _board(ground, ink, lines), int(rng.integers(60, 230)), rng)
    _drive_by(image, str(rng.choice(_LETTERING)), rng)
    return _by_night(image, number, rng)


def boards(number: int) -> Image:
    """Draw a road with a board of a plate's size and shape, with one line of text that is no serial."""
    rng = np.random.default_rng(2000 + number)
    image = draw_day(RoadView(1280, 720), rng)
    ground = (_WHITE, (60, 230, 245), _BLACK)[int(rng.integers(3))]
    board = _board(ground, _WHITE if ground == _BLACK else _BLACK, (_BOARDS[number % len(_BOARDS)],))
    _stand(image, board, int(rng.integers(80, 260)), rng)
    return _by_night(image, number, rng)


def empty_road(number: int) -> Image:
    """Draw a road without anything on it."""
    rng = np.random.default_rng(3000 + number)
    return _by_night(draw_day(RoadView(1280, 720), rng), number, rng)


def _by_night(image: Image, number: int, rng: np.random.Generator) -> Image:
    return draw_night(RoadView(1280, 720), image, rng) if number % 3 == 2 else image


def _board(ground: Color, ink: Color, lines: Sequence[str]) -> Image:
    """Draw lines of text, one below the other, on a board with a rim."""
    sizes = [cv2.getTextSize(line, _FACE, 2.0, 4)[0] for line in lines]
    width, step = max(size[0] for size in sizes) + 48, max(size[1] for size in sizes) + 30
    board = np.full((step * len(lines) + 36, width, 3), ground, np.uint8)
    for row, (line, size) in enumerate(zip(lines, sizes, strict=True)):
        start = (width - size[0]) // 2, 18 + step * (row + 1) - 16
        cv2.putText(board, line, start, _FACE, 2.0, ink, 4, cv2.LINE_AA)
    cv2.rectangle(board, (5, 5), (width - 6, board.shape[0] - 6), ink, 3)
    return board


def _stand(image: Image, board: Image, width: int, rng: np.random.Generator) -> None:
    """Put a board up beside the road, with a post to the ground."""
    height = max(round(board.shape[0] * width / board.shape[1]), 8)
    small = cv2.resize(board, (width, height), interpolation=cv2.INTER_AREA)
    x = int(rng.integers(image.shape[1] - width))
    y = int(rng.integers(20, max(image.shape[0] - height - 120, 21)))
    image[y + height :, x + width // 2 - 3 : x + width // 2 + 3] = (110, 112, 110)
    image[y : y + height, x : x + width] = small[: image.shape[0] - y]


def _drive_by(image: Image, text: str, rng: np.random.Generator) -> None:
    """Draw the side of a large vehicle with lettering on it."""
    paint: Color = ((235, 235, 235), (40, 40, 160), (120, 60, 30), (60, 180, 230))[int(rng.integers(4))]
    ink = _BLACK if sum(paint) > 380 else _WHITE
    width, height = int(rng.integers(380, 560)), int(rng.integers(190, 260))
    x, y = int(rng.integers(image.shape[1] - width)), int(rng.integers(330, image.shape[0] - height))
    cv2.rectangle(image, (x, y), (x + width, y + height), paint, -1)
    scale = float(rng.uniform(0.8, 1.8))
    size = cv2.getTextSize(text, _FACE, scale, 3)[0]
    start = x + max((width - size[0]) // 2, 4), y + int(height * rng.uniform(0.35, 0.6))
    cv2.putText(image, text, start, _FACE, scale, ink, 3, cv2.LINE_AA)
    for wheel in (0.2, 0.8):
        cv2.circle(image, (x + int(width * wheel), y + height), 34, (25, 25, 25), -1)
