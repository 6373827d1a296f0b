"""What a second look at labeled pictures found: plates without a label, loose labels, and labels that show no plate."""

from __future__ import annotations

import csv
import dataclasses
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import cv2

from recognition.detection.overlap import overlap
from recognition.training.examples.labeled_pictures import LabeledPicture
from schemas.errors import InvalidInput, UnreadableMedia
from schemas.types import Box

COLUMNS = ("set", "picture", "x1", "y1", "x2", "y2", "verdict")
VERDICTS = ("plate", "not_plate")
SAME_PLATE = 0.3
"""A reviewed box that overlaps a label by more than this (intersection over union) is about that label."""

Review = Mapping[tuple[str, str], Sequence["ReviewedBox"]]
"""Reviewed boxes by data set and picture name."""


@dataclasses.dataclass(frozen=True, slots=True)
class ReviewedBox:
    """A box, in pixels, that somebody looked at, and whether it is a plate."""

    box: Box
    is_plate: bool


def read_review(path: Path) -> dict[tuple[str, str], list[ReviewedBox]]:
    """Read a review.

    Args:
        path: CSV with the columns set (a source's name), picture (file name), x1, y1, x2, y2 (pixels) and verdict
            (`plate` or `not_plate`).

    Returns:
        The boxes by source and picture.

    Raises:
        InvalidInput: The file cannot be read, lacks a column, or a row is malformed; names the line.
    """
    review: dict[tuple[str, str], list[ReviewedBox]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
                raise InvalidInput(f"no column {', '.join(missing)}; expected {', '.join(COLUMNS)}", source=str(path))
            for row in rows:
                review[row["set"], row["picture"]].append(_row(row, path, rows.line_num))
    except OSError as error:
        raise InvalidInput(f"{error.strerror}; expected a review (CSV)", source=str(path)) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidInput(f"not a CSV file in UTF-8 ({error})", source=str(path)) from error
    return dict(review)


def correct_labels(pictures: Iterable[LabeledPicture], review: Review) -> list[LabeledPicture]:
    """Return the pictures with corrected labels: for training.

    A reviewed plate replaces the label that it is about, or is added; a label about which the review says that it
    shows no plate is dropped.

    Args:
        pictures: Pictures of any number of sources.
        review: What a second look found.

    Raises:
        UnreadableMedia: A reviewed picture cannot be decoded.
    """
    return [_corrected(picture, review.get((picture.source, picture.path.name), ())) for picture in pictures]


def _corrected(picture: LabeledPicture, boxes: Sequence[ReviewedBox]) -> LabeledPicture:
    if not boxes:
        return picture
    image = cv2.imread(str(picture.path), cv2.IMREAD_COLOR)
    if image is None:
        raise UnreadableMedia("cannot be decoded as a picture", source=str(picture.path))
    height, width = image.shape[:2]
    kept = [
        label
        for label in picture.boxes_in_pixels(width, height)
        if all(overlap(label, reviewed.box) <= SAME_PLATE for reviewed in boxes)
    ]
    labels = [*kept, *(reviewed.box for reviewed in boxes if reviewed.is_plate)]
    shares = tuple(
        ((b.x1 + b.x2) / 2 / width, (b.y1 + b.y2) / 2 / height, b.width / width, b.height / height) for b in labels
    )
    return dataclasses.replace(picture, boxes=shares)


def _row(row: Mapping[str, str | None], path: Path, line: int) -> ReviewedBox:
    try:
        x1, y1, x2, y2 = (float(row[name] or "") for name in COLUMNS[2:6])
    except ValueError as error:
        raise InvalidInput("a corner is not a number", source=str(path), line=line) from error
    if not all(math.isfinite(value) for value in (x1, y1, x2, y2)) or x2 <= x1 or y2 <= y1:
        raise InvalidInput("the box is empty; expected x1 < x2 and y1 < y2", source=str(path), line=line)
    if row["verdict"] not in VERDICTS:
        raise InvalidInput(
            f"the verdict is '{row['verdict']}'; expected {' or '.join(VERDICTS)}", source=str(path), line=line
        )
    return ReviewedBox(Box(x1, y1, x2, y2), row["verdict"] == "plate")
