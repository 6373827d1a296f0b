"""Labeled crops and pictures for the recognition benchmark, from CSV files and folders of YOLO labels."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from ingest.pictures import read_picture
from recognition.training.examples.labeled_pictures import LabeledPicture, read_split
from schemas.errors import ConfigurationError, InvalidInput
from schemas.types import Box, Image

REVIEWED_PLATES = Path(__file__).parent / "reviewed_plates.csv"
"""Boxes that the data sets do not label, looked at one by one: set,picture,x1,y1,x2,y2,verdict."""

_Item = TypeVar("_Item")

_BORDER = 0.5
"""Border around a tight crop, as a share of its height: room for margins and inexact boxes."""


@dataclass(frozen=True, slots=True)
class LabeledCrop:
    """A picture of one plate. `group` is what it is counted with: the country of its jurisdiction, or `all`."""

    path: Path
    text: str
    jurisdiction: str
    group: str

    def image(self) -> Image:
        """Return the picture, uint8 (H, W, 3) BGR."""
        return read_picture(self.path)


@dataclass(frozen=True, slots=True)
class LabeledScene:
    """A whole picture with one plate that counts; `box` is None where the label does not say where it is."""

    path: Path
    text: str
    group: str
    box: Box | None


@dataclass(frozen=True, slots=True)
class LabeledSource:
    """A folder of pictures with boxes, and what was found in them that no label names."""

    name: str
    pictures: tuple[LabeledPicture, ...]
    reviewed: dict[str, tuple[Box, ...]]
    """Plates without a label, by the picture's name."""


def read_crops(path: Path) -> list[LabeledCrop]:
    """Read a CSV with the columns image, text and perhaps jurisdiction and split; of a split only `val` counts.

    Raises:
        ConfigurationError: The file is missing, or holds no such rows.
    """
    return [
        LabeledCrop(
            path.parent / row["image"],
            row["text"],
            row.get("jurisdiction") or "",
            (row.get("jurisdiction") or "all").split("-")[0],
        )
        for row in _rows(path)
    ]


def read_scenes(path: Path) -> list[LabeledScene]:
    """Read a CSV with the columns image, text and perhaps jurisdiction, split and x1, y1, x2, y2 in pixels.

    Raises:
        ConfigurationError: The file is missing, or holds no such rows.
        InvalidInput: A corner is no number.
    """
    scenes = []
    for number, row in enumerate(_rows(path), start=2):
        corners = [row.get(name) or "" for name in ("x1", "y1", "x2", "y2")]
        try:
            box = Box(*(float(corner) for corner in corners)) if all(corners) else None
        except ValueError as error:
            raise InvalidInput(f"'{','.join(corners)}' is no box", source=str(path), line=number) from error
        group = (row.get("jurisdiction") or "all").split("-")[0]
        scenes.append(LabeledScene(path.parent / row["image"], row["text"], group, box))
    return scenes


def read_source(folder: Path, reviewed: Path = REVIEWED_PLATES) -> LabeledSource:
    """Read the val split of a folder of pictures with YOLO labels, and the reviewed boxes that belong to it.

    Raises:
        ConfigurationError: As `read_split`.
        InvalidInput: As `read_split`.
    """
    plates: dict[str, list[Box]] = defaultdict(list)
    if reviewed.is_file():
        for row in csv.DictReader(reviewed.read_text(encoding="utf-8").splitlines()):
            if row["set"] == folder.name and row["verdict"] == "plate":
                plates[row["picture"]].append(Box(*(float(row[name]) for name in ("x1", "y1", "x2", "y2"))))
    return LabeledSource(
        folder.name,
        tuple(read_split(folder, "val")),
        {picture: tuple(boxes) for picture, boxes in plates.items()},
    )


def bordered(picture: Image) -> tuple[Image, Box]:
    """Put a tight crop into surroundings: its edge pixels repeated and blurred, as a stand-in for a car's body."""
    height, width = picture.shape[:2]
    border = round(_BORDER * height)
    repeated = cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_REPLICATE)
    whole = cv2.GaussianBlur(repeated, (0, 0), max(border / 8, 0.8)).astype(np.uint8, copy=False)
    near = max(round(0.25 * height), 1)
    # Up to a quarter of the height the pixels are repeated sharp, so that no margin sees a soft edge of the plate.
    inner = slice(border - near, border + height + near), slice(border - near, border + width + near)
    whole[inner] = repeated[inner]
    return whole, Box(border, border, border + width, border + height)


def thinned(items: Sequence[_Item], most: int | None) -> list[_Item]:
    """Return at most so many items, evenly spread; all of them for None."""
    if most is None or len(items) <= most:
        return list(items)
    return [items[int(index)] for index in np.linspace(0, len(items) - 1, most)]


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file, expected a CSV with the columns image,text")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"image", "text"} <= set(reader.fieldnames or ()):
            raise ConfigurationError(f"{path}: has the columns {reader.fieldnames}, expected image and text among them")
        rows = [row for row in reader if (row.get("split") or "val") == "val"]
    if not rows:
        raise ConfigurationError(f"{path}: holds no rows to measure with; a split other than val is not measured")
    return rows
