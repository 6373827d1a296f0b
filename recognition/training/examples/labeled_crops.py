"""Labeled crops of plates: reading them, and which of them may be learned from."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from recognition.training.examples.reader_format import ALPHABET, SLOTS
from schemas.errors import InvalidInput
from schemas.types import Image

COLUMNS = ("image", "text", "jurisdiction", "split")


@dataclass(frozen=True, slots=True)
class LabeledCrop:
    """A row of the label file: a plate's crop, its text, its jurisdiction (``US-VA``, ``BR``) and its split."""

    path: Path
    text: str
    jurisdiction: str
    split: str

    @property
    def is_us(self) -> bool:
        """Whether the plate is a US one, whose labels do not tell O from 0."""
        return self.jurisdiction.startswith("US")


def read_labels(path: Path) -> list[LabeledCrop]:
    """Read a label file.

    Args:
        path: CSV with the columns image (relative to the file), text, jurisdiction and split (train or val).

    Returns:
        Its rows in order.

    Raises:
        InvalidInput: The file cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise InvalidInput(f"{path}: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
            return [
                LabeledCrop(path.parent / row["image"], row["text"], row["jurisdiction"], row["split"]) for row in rows
            ]
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}; expected a label file") from error


def folded(text: str) -> str:
    """Write the look-alikes that labels mix (O and Q as 0, I as 1) in one way."""
    return text.translate(str.maketrans("OQI", "001"))


def training_crops(crops: Sequence[LabeledCrop]) -> list[LabeledCrop]:
    """Keep what may be learned from: no val row, and no row whose text, folded, is a val row's.

    Rows that the reader cannot express (longer than its slots, foreign characters) or whose label leaves out most of
    the plate (one character) are left out too.

    Args:
        crops: All rows.

    Returns:
        The rows to train with, in order.
    """
    measured = {folded(crop.text) for crop in crops if crop.split != "train"}
    return [
        crop
        for crop in crops
        if crop.split == "train"
        and folded(crop.text) not in measured
        and 2 <= len(crop.text) <= SLOTS
        and not set(crop.text) - set(ALPHABET)
    ]


def validation_crops(crops: Sequence[LabeledCrop]) -> list[LabeledCrop]:
    """Keep the rows to measure with."""
    return [crop for crop in crops if crop.split == "val"]


def read_image(path: Path) -> Image:
    """Read a picture as uint8 (H, W, 3) BGR.

    Raises:
        InvalidInput: It is missing or no picture.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise InvalidInput(f"{path}: cannot be read as a picture; expected JPEG or PNG")
    return image.astype(np.uint8, copy=False)
