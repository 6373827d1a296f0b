"""Frames in which no plate can be read, and how often a reader claims to read one all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.recognition_data import LabeledSource
from benchmarks.recognition_detection import plates_of
from benchmarks.recognition_readers import Reader
from benchmarks.recognition_scores import Share, Table
from ingest.pictures import read_picture
from recognition.training.detection_dataset import LabeledPicture
from rendering.scenery import View, draw_day, draw_night
from schemas.errors import ConfigurationError
from schemas.types import Box, Image

SURE = 0.8
"""A read of at least this confidence is a claim."""

FRAMES = {"plates painted over": 60, "plates blurred": 50, "parts without plates": 40, "empty roads": 15, "signs": 35}
"""Kinds of frames and how many there are of each: 200 in all."""

_SIGNS = (
    "SPEED LIMIT 35", "EXIT 24", "STOP", "ROUTE 66", "I-95 SOUTH", "UNIT 1207", "CALL 555-0134", "F-150", "TOLL PLAZA",
    "NO PARKING", "DIESEL 4.19", "BUS 417", "POLICE", "AMBULANCE", "TAXI 5A21", "US DOT 184220", "DO NOT ENTER", "4X4",
    "GAS 3.59 9", "CAMRY LE", "RENT ME 19.95", "OPEN 24 HRS", "BRIDGE 13-6", "LANE 2", "EZ PASS", "ZONE 7B", "DEALER",
    "SCHOOL BUS", "TRUCKS 55", "WORK ZONE", "DETOUR", "MILE 112", "KM 40", "AVENUE C", "HWY 101",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EmptyFrame:
    """A frame of one of the kinds of `FRAMES`; `name` says which."""

    kind: str
    name: str
    image: Image


def empty_frames(sources: Sequence[LabeledSource], share: float = 1.0) -> Iterator[EmptyFrame]:
    """Make the frames; the same ones every time.

    Args:
        sources: Where real pictures come from.
        share: Of every kind, make this share (0-1).
    """
    pictures = [(source, picture) for source in sources for picture in source.pictures]
    real = {name: round(FRAMES[name] * share) for name in list(FRAMES)[:3]}
    for kind, number in real.items():
        made = 0
        # A different third of the pictures for every kind, in an order that mixes the sources.
        for source, picture in _mixed(pictures, list(FRAMES).index(kind)):
            if made == number:
                break
            image = _emptied(kind, source, picture, np.random.default_rng(made))
            if image is not None:
                made += 1
                yield EmptyFrame(kind, picture.path.name, image)
    for kind in ("empty roads", "signs"):
        for number in range(round(FRAMES[kind] * share)):
            yield EmptyFrame(kind, str(number), _drawn(kind, number))


def empty_table(readers: Sequence[Reader], sources: Sequence[LabeledSource], share: float) -> Table:
    """Count the claims of every reader on the same frames."""
    table = Table(
        f"Inventions: reads with confidence >= {SURE} where nothing can be read",
        ("frames", "reader", "reads >= .8", "frames with one", "reads >= .5", "reads at all"),
        "Val pictures with every known plate painted over, or blurred to a few pixels; parts of val pictures without a "
        "plate, enlarged; drawn empty roads by day and night; signs, slogans and fleet numbers on drawn roads.",
    )
    frames = list(empty_frames(sources, share))
    for reader in readers:
        try:
            reads = [(frame.kind, [read for _, read in reader.read_picture(frame.image)]) for frame in frames]
        except ConfigurationError as error:
            table.add("all", f"{reader.system_name}: absent ({error})", *[None] * 4)
            continue
        for kind in ("all", *FRAMES):
            chosen = [found for name, found in reads if kind in ("all", name)]
            sure = [sum(read.confidence >= SURE for read in found) for found in chosen]
            fair = sum(read.confidence >= 0.5 for found in chosen for read in found)
            claims = Share(sum(number > 0 for number in sure), len(chosen))
            table.add(kind, reader.system_name, sum(sure), claims, fair, sum(len(found) for found in chosen))
    return table


def _mixed(
    pictures: Sequence[tuple[LabeledSource, LabeledPicture]], part: int
) -> list[tuple[LabeledSource, LabeledPicture]]:
    order = np.random.default_rng(7).permutation(len(pictures))
    return [pictures[int(index)] for index in order[part::3]]


def _emptied(kind: str, source: LabeledSource, picture: LabeledPicture, rng: np.random.Generator) -> Image | None:
    image = read_picture(picture.path).copy()
    boxes = plates_of(picture, source, image.shape[1], image.shape[0])
    if kind == "parts without plates":
        return _part(image, boxes, rng)
    for box in boxes:
        (paint_over if kind == "plates painted over" else blur)(image, box, rng)
    return image


def paint_over(image: Image, box: Box, rng: np.random.Generator) -> None:
    """Cover a plate and a little around it with the colors beside it."""
    x1, y1, x2, y2 = _window(image, box, 0.25)
    left, right = image[y1:y2, max(x1 - 3, 0)], image[y1:y2, min(x2 + 2, image.shape[1] - 1)]
    across = np.linspace(0, 1, x2 - x1, dtype=np.float32)[None, :, None]
    mixed = left[:, None].astype(np.float32) * (1 - across) + right[:, None].astype(np.float32) * across
    mixed = cv2.GaussianBlur(mixed, (0, 0), max((y2 - y1) / 6, 0.6))
    mixed = mixed + rng.normal(0, 2, mixed.shape)
    image[y1:y2, x1:x2] = np.clip(mixed, 0, 255).astype(np.uint8)


def blur(image: Image, box: Box, rng: np.random.Generator) -> None:
    """Scale a plate down to a few pixels and up again, as anonymized pictures have it."""
    x1, y1, x2, y2 = _window(image, box, 0.1)
    few = int(rng.integers(4, 7)), 3
    small = cv2.resize(image[y1:y2, x1:x2], few, interpolation=cv2.INTER_AREA)
    image[y1:y2, x1:x2] = cv2.resize(small, (x2 - x1, y2 - y1), interpolation=cv2.INTER_LINEAR)


def _window(image: Image, box: Box, share: float) -> tuple[int, int, int, int]:
    spare = share * box.height + 2
    x1, y1 = max(int(box.x1 - spare), 0), max(int(box.y1 - spare), 0)
    x2, y2 = min(int(box.x2 + spare) + 1, image.shape[1]), min(int(box.y2 + spare) + 1, image.shape[0])
    return x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)


def _part(image: Image, boxes: Sequence[Box], rng: np.random.Generator) -> Image | None:
    """Cut out a window that touches no plate, twice as large; None where there is no room."""
    height, width = image.shape[:2]
    for _ in range(40):
        share = rng.uniform(0.35, 0.6)
        w, h = int(width * share), int(height * share)
        x, y = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
        if not any(box.x1 < x + w + 5 and x < box.x2 + 5 and box.y1 < y + h + 5 and y < box.y2 + 5 for box in boxes):
            window = np.ascontiguousarray(image[y : y + h, x : x + w])
            return cv2.resize(window, (2 * w, 2 * h), interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    return None


def _drawn(kind: str, number: int) -> Image:
    rng = np.random.default_rng(1000 + number)
    view = View(1280, 720)
    image = draw_day(view, rng)
    if kind == "signs":
        for _ in range(3):
            _sign(image, str(rng.choice(_SIGNS)), rng)
    if number % 3 == 2:
        image = draw_night(view, image, rng)
    return image


def _sign(image: Image, text: str, rng: np.random.Generator) -> None:
    """Draw a board with a text, 70 to 260 pixels wide, somewhere over the road."""
    (across, down), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.0, 2)
    board = np.full((down + base + 16, across + 24, 3), rng.choice([250, 235, 60, 20]), np.uint8)
    board[..., 0] = np.clip(board[..., 0] * rng.uniform(0.2, 1.0), 0, 255)
    ink = (15, 15, 15) if board.mean() > 110 else (240, 240, 240)
    board = np.asarray(cv2.putText(board, text, (12, down + 8), cv2.FONT_HERSHEY_DUPLEX, 1.0, ink, 2, cv2.LINE_AA))
    width = int(rng.integers(70, 260))
    height = max(round(board.shape[0] * width / board.shape[1]), 8)
    small = cv2.resize(board, (width, height), interpolation=cv2.INTER_AREA)
    x, y = int(rng.integers(image.shape[1] - width)), int(rng.integers(image.shape[0] - height))
    image[y : y + height, x : x + width] = small
