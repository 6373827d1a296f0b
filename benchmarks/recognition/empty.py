"""Frames in which no plate can be read, and how often a reader claims to read one all the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.common.shares import Share
from benchmarks.recognition.data import LabeledSource
from benchmarks.recognition.detection import plates_of
from benchmarks.recognition.readers import Reader, Reading
from benchmarks.recognition.signs import boards, empty_road, signs
from benchmarks.recognition.tables import Table
from ingest.pictures import read_picture
from recognition.training.examples.labeled_pictures import LabeledPicture
from schemas.errors import ConfigurationError
from schemas.types import Box, Image

SURE = 0.8
"""A read of at least this confidence is a claim."""

FRAMES = {"plates painted over": 60, "plates blurred": 50, "parts without plates": 40, "empty roads": 15, "signs": 35}
"""Kinds of frames and how many there are of each: 200 in all."""

_BOARDS = "plate-shaped boards"
BOARDS = 20
"""Frames beside those: with a board of a plate's shape and size, which a person may take for a plate from afar."""


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
    for kind, draw, count in (
        ("empty roads", empty_road, FRAMES["empty roads"]),
        ("signs", signs, FRAMES["signs"]),
        (_BOARDS, boards, BOARDS),
    ):
        for number in range(round(count * share)):
            yield EmptyFrame(kind, str(number), draw(number))


def empty_table(readers: Sequence[Reader], sources: Sequence[LabeledSource], share: float) -> Table:
    """Count the claims of every reader on the same frames."""
    table = Table(
        f"Inventions: reads with confidence >= {SURE} where nothing can be read",
        ("frames", "reader", "reads >= .8", "frames with one", "reads >= .5", "reads at all"),
        "Val pictures with every known plate painted over, or blurred to a few pixels; parts of val pictures without a "
        "plate, enlarged; drawn empty roads by day and night; drawn roads with signs, billboards and fleet lettering. "
        "Apart from these 200: boards of a plate's shape and size with one line of text, which look like plates.",
    )
    reads: list[list[tuple[str, list[Reading]]]] = [[] for _ in readers]
    absent: dict[int, ConfigurationError] = {}
    for frame in empty_frames(sources, share):
        for number, reader in enumerate(readers):
            try:
                reads[number].append((frame.kind, [read for _, read in reader.read_picture(frame.image)]))
            except ConfigurationError as error:
                absent[number] = error
    for number, reader in enumerate(readers):
        if number in absent:
            table.add("all", f"{reader.system_name}: absent ({absent[number]})", *[None] * 4)
            continue
        for kind in ("all", *FRAMES, _BOARDS):
            chosen = [found for name, found in reads[number] if name == kind or (kind == "all" and name != _BOARDS)]
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
