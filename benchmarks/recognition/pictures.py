"""Pictures in, texts out: val crops pasted into street pictures, and labeled pictures of the user's own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.common.shares import Share
from benchmarks.common.texts import norm
from benchmarks.recognition.crops import groups
from benchmarks.recognition.data import LabeledCrop, LabeledScene, LabeledSource, thinned
from benchmarks.recognition.readers import Reader, Reading
from benchmarks.recognition.tables import Table
from ingest.pictures import read_picture
from recognition.detection.overlap import overlap
from recognition.training.examples.labeled_pictures import LabeledPicture
from schemas.errors import ConfigurationError
from schemas.types import Box, Image

_LEAST_OVERLAP = 0.3
"""A read belongs to a plate when its box overlaps the plate's by this much (intersection over union)."""

_WIDTHS = (60.0, 220.0)
"""Labeled plates of such widths, in pixels, give place to a pasted one."""

_ASPECTS = (1.2, 5.5)
_WOBBLE = 0.04
"""Corners of a pasted plate move by up to this share of its width."""


_NONE = Share(0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plate can be pasted: a picture and its labeled plate, in pixels."""

    picture: LabeledPicture
    box: Box


@dataclass(slots=True)
class Tally:
    """Counts over the pictures of one group."""

    found: Share = _NONE
    exact: Share = _NONE
    normalized: Share = _NONE
    anywhere: Share = _NONE

    def count(self, reads: Sequence[tuple[Box, Reading]], text: str, box: Box | None) -> None:
        """Count one picture. Without a box the best read is the plate's."""
        chosen = reads[0][1].text if reads and box is None else read_at(reads, box) if box else None
        self.found += Share(int(chosen is not None), 1)
        self.exact += Share(int(chosen == text), 1)
        self.normalized += Share(int(norm(chosen or "") == norm(text)), 1)
        self.anywhere += Share(int(any(norm(read.text) == norm(text) for _, read in reads)), 1)


def read_at(reads: Sequence[tuple[Box, Reading]], box: Box) -> str | None:
    """Return the text that was read at a plate; None where nothing was."""
    best = max(reads, key=lambda pair: overlap(pair[0], box), default=None)
    return best[1].text if best is not None and overlap(best[0], box) >= _LEAST_OVERLAP else None


def places(sources: Sequence[LabeledSource]) -> list[Place]:
    """Return the labeled plates in whose place another can stand: of a common size, and whole."""
    found = []
    for source in sources:
        for picture in source.pictures:
            height, width = read_picture(picture.path).shape[:2]
            for box in picture.boxes_in_pixels(width, height):
                inside = box.x1 > 2 and box.y1 > 2 and box.x2 < width - 2 and box.y2 < height - 2
                shape = _ASPECTS[0] <= box.width / max(box.height, 1) <= _ASPECTS[1]
                if inside and shape and _WIDTHS[0] <= box.width <= _WIDTHS[1]:
                    found.append(Place(picture, box))
    return found


def paste(scene: Image, box: Box, plate: Image, rng: np.random.Generator) -> tuple[Image, Box]:
    """Put a plate where another one is: scaled to cover it, a little slanted, as bright as the place.

    Args:
        scene: uint8 (H, W, 3).
        box: The plate that is covered, pixels.
        plate: The crop, uint8 (h, w, 3).
        rng: Source of chance.

    Returns:
        The picture, and the pasted plate's box in it.
    """
    height, width = plate.shape[:2]
    across = max(box.width, box.height * width / height)
    down = across * height / width
    middle = np.array([(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2])
    unit = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) + rng.uniform(-_WOBBLE, _WOBBLE, (4, 2))
    edge = np.array([scene.shape[1] - 1.0, scene.shape[0] - 1.0])
    corners = np.asarray(np.minimum(np.maximum(middle + unit * np.array([across, down]), 0.0), edge), np.float64)
    near = _scaled(_lit(plate, scene[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]), across)
    size = near.shape[1], near.shape[0]
    edges = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    change = cv2.getPerspectiveTransform(edges, corners.astype(np.float32))
    area = (scene.shape[1], scene.shape[0])
    drawn = np.asarray(cv2.warpPerspective(near, change, area, flags=cv2.INTER_LINEAR), np.float32)
    cover = cv2.warpPerspective(np.full(near.shape[:2], 255, np.uint8), change, area).astype(np.float32) / 255
    soft = np.asarray(cv2.GaussianBlur(cover, (0, 0), 0.6), np.float32)[..., None]
    drawn = np.asarray(cv2.GaussianBlur(drawn, (0, 0), float(rng.uniform(0.3, 0.8))), np.float32)
    mixed = drawn * soft + scene.astype(np.float32) * (1 - soft)
    low, high = corners.min(axis=0), corners.max(axis=0)
    picture = np.clip(mixed, 0, 255).astype(np.uint8)
    return picture, Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def compositions(crops: Sequence[LabeledCrop], found: Sequence[Place]) -> Iterator[tuple[LabeledCrop, Image, Box]]:
    """Paste every crop once; which crop goes where is drawn from the crop's name and stays the same."""
    for crop in crops:
        seed = random.Random(crop.path.name).getrandbits(32)
        rng = np.random.default_rng(seed)
        place = found[int(rng.integers(len(found)))]
        picture, box = paste(read_picture(place.picture.path), place.box, crop.image(), rng)
        yield crop, picture, box


def composition_table(
    readers: Sequence[Reader], crops: Sequence[LabeledCrop], sources: Sequence[LabeledSource], most: int | None
) -> Table:
    """Find and read val crops that were pasted into street pictures."""
    table = _table(
        "End to end, crops in street pictures",
        "Every val crop takes the place of a labeled plate 60-220 pixels wide in a val picture: its width and its "
        "brightness, slightly slanted and soft. The read whose box overlaps the plate counts.",
    )
    found = places(sources)
    if not found:
        return table
    for group, members in groups(crops).items():
        composed = compositions(thinned(members, most), found)
        _measure(table, readers, group, ((picture, crop.text, box) for crop, picture, box in composed))
    return table


def scene_table(readers: Sequence[Reader], name: str, scenes: Sequence[LabeledScene], most: int | None) -> Table:
    """Find and read the plates of labeled pictures."""
    table = _table(
        f"End to end, {name}",
        "Whole pictures, no hints. Where a label has a box, the read whose box overlaps it counts, else the best read.",
    )
    for group in dict.fromkeys(scene.group for scene in scenes):
        members = thinned([scene for scene in scenes if scene.group == group], most)
        _measure(table, readers, group, ((read_picture(scene.path), scene.text, scene.box) for scene in members))
    return table


def _measure(
    table: Table, readers: Sequence[Reader], group: str, pictures: Iterable[tuple[Image, str, Box | None]]
) -> None:
    """Let every reader read every picture, one picture in memory at a time, and add a row per reader."""
    tallies = [Tally() for _ in readers]
    absent: dict[int, ConfigurationError] = {}
    for picture, text, box in pictures:
        for number, reader in enumerate(readers):
            try:
                tallies[number].count([] if number in absent else reader.read_picture(picture), text, box)
            except ConfigurationError as error:
                absent[number] = error
    for number, (reader, tally) in enumerate(zip(readers, tallies, strict=True)):
        if number in absent:
            table.add(group, f"{reader.system_name}: absent ({absent[number]})", *[None] * 4)
        else:
            table.add(group, reader.system_name, tally.found, tally.normalized, tally.exact, tally.anywhere)


def _table(title: str, note: str) -> Table:
    return Table(title, ("pictures", "reader", "plate read at all", "norm", "exact", "norm, any read"), note)


def _lit(plate: Image, place: Image) -> Image:
    """Bring a plate's brightness halfway to its new place's."""
    wanted = 0.5 * float(place.mean()) + 0.5 * float(plate.mean()) if place.size else float(plate.mean())
    gain = np.clip(wanted / max(float(plate.mean()), 1.0), 0.5, 1.25)
    lit: Image = np.clip(plate.astype(np.float32) * gain, 0, 255).astype(np.uint8)
    return lit


def _scaled(plate: Image, width: float) -> Image:
    """Scale a plate to about its final width, so that warping it skips no pixels."""
    columns = max(round(width), 8)
    rows = max(round(plate.shape[0] * columns / plate.shape[1]), 4)
    kind = cv2.INTER_AREA if columns < plate.shape[1] else cv2.INTER_LINEAR
    return cv2.resize(plate, (columns, rows), interpolation=kind).astype(np.uint8, copy=False)
