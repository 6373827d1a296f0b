"""One box around two plates: told from one plate by what a closer look finds there and how surely it reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from recognition.front import front_ones
from recognition.reading.fusion import FusedRead
from recognition.reading.second_look import may_have_two_rows
from recognition.results import PictureRead
from schemas.types import Box, Image, PlateDetection

LookClosely = Callable[[Image, Box], list[PlateDetection]]
"""Finds the plates that lie within a box of a picture and are less than it; none where it is one plate's."""

LEAST_CHARACTERS = 4
"""A part with fewer is a row of a plate, or a plate that is hidden for the most part."""

_WIDEST_PLATE = 2.3
"""In a box that may be a plate with two rows, what is wider than so many times its height is one of those rows: rows
of motorcycles' and square plates are 2.4 times and more, whole plates of two to one 2.2 at most with a box's slack."""


BESIDE_ANOTHER = 0.67
"""Most confidence of a plate with a part of another one at its side (0-1): the box may still reach into that one, and
its text end with a character too many. So many of such reads were right, docs/benchmarks.md."""

_NARROWER = 0.9


def plates_in(whole: PictureRead, parts: Iterable[PictureRead]) -> list[PictureRead]:
    """Choose between a box as one plate and the plates in it.

    Args:
        whole: The box, read as one plate.
        parts: What a closer look found in it, read.

    Returns:
        The plates, of those over one another the front one; the whole box where no part of it reads more surely.
    """
    plates = front_ones(part for part in parts if is_plate_of_its_own(part.box, part.fused, whole.box, whole.fused))
    if all(plate.confidence <= whole.confidence for plate in plates):
        return [whole]
    if len(plates) > 1:
        return plates
    (plate,) = plates
    if same_text(plate.fused, whole.fused):
        # Its box leaves room for the other plate. That it reads as before makes its text no surer.
        most = whole.confidence
    else:
        most = BESIDE_ANOTHER if is_beside_another(plate.box, whole.box) else 1.0
    return [dataclasses.replace(plate, confidence=min(plate.confidence, most))]


def is_beside_another(box: Box, whole_box: Box) -> bool:
    """Tell whether a box ends at a side where more of another plate is, which was not told from it."""
    return box.width < _NARROWER * whole_box.width


def is_plate_of_its_own(box: Box, read: FusedRead, whole_box: Box, whole: FusedRead) -> bool:
    """Tell whether a part of a box is a plate, so that the box as a whole is none.

    Args:
        box: The part.
        read: What stands there.
        whole_box: The whole box.
        whole: What the whole box reads as.

    Returns:
        Whether it reads more surely than the whole, or as the same, and is no row of a plate with two.
    """
    if len(read.plate) < LEAST_CHARACTERS or (read.confidence <= whole.confidence and not same_text(read, whole)):
        return False
    if not may_have_two_rows(whole_box):
        return True
    return box.width < _WIDEST_PLATE * box.height and not _is_row(read.plate, whole.plate)


def same_text(one: FusedRead, other: FusedRead) -> bool:
    """Tell whether two texts are one, the letter O and the digit 0 alike."""
    return one.plate.replace("O", "0") == other.plate.replace("O", "0")


def _is_row(text: str, whole: str) -> bool:
    """Tell whether a text is the beginning or the end of a longer one."""
    text, whole = text.replace("O", "0"), whole.replace("O", "0")
    return len(text) < len(whole) and (whole.startswith(text) or whole.endswith(text))
