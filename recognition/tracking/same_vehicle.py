"""Whether two tracks are pieces of one vehicle's pass."""

from __future__ import annotations

import math
from datetime import timedelta

from rapidfuzz.distance import Levenshtein

from recognition.reading.fusion import FusedRead
from recognition.tracking.track import Track
from schemas.plates import canonical_plate
from schemas.types import Box

MERGE_WINDOW = timedelta(seconds=2)
"""The same plate seen again within this time is the same pass."""

AGAIN_WINDOW = timedelta(seconds=10)
"""The same for a camera on a vehicle: what another vehicle hides for some seconds, or a corner, is still there."""

REPORT_AFTER = timedelta(seconds=30)
"""A plate that stays in view is reported after this time, and not again while it stays."""

_MIN_EQUAL = 4
"""Shorter texts are equal by chance."""

_MIN_SIMILAR = 5
_NEAR_WIDTHS = 4.0
_SIZES = 2.5
"""A plate that is so many times as wide is not where it was."""
_NEAR_WINDOW = timedelta(seconds=1.5)
_SURE = 0.6
_ALIKE = 3
"""Texts so many slips apart may turn out to be readings of one plate while more of it is read."""


def same_vehicle(
    one: Track,
    one_read: FusedRead,
    other: Track,
    other_read: FusedRead,
    window: timedelta = MERGE_WINDOW,
    *,
    moves: bool = False,
) -> bool:
    """Say whether two tracks show one vehicle.

    Equal texts within `window` do: no two vehicles carry one plate. Similar texts do when the second track begins
    soon after and near where the first ends.

    Args:
        one: A track.
        one_read: What it reads.
        other: Another track of the same sequence.
        other_read: What that one reads.
        window: `MERGE_WINDOW`; longer where frames are far apart.
        moves: The camera is on a vehicle. What passes it in a row, as a fleet's cars with serials in order, comes to
            where the one before was: plates with similar texts that are in view at once are two. What is hidden stays
            where it is: equal texts are one pass within `AGAIN_WINDOW`.
    """
    first, second = (one, other) if one.first_seen <= other.first_seen else (other, one)
    gap = second.first_seen - first.last_seen
    if gap > (max(window, AGAIN_WINDOW) if moves else window):
        return False
    if is_equal(one_read.plate, other_read.plate):
        return True
    if moves and gap <= timedelta():
        return False
    if gap > window - (MERGE_WINDOW - _NEAR_WINDOW) or not _near(first.last_box, second.first_box):
        return False
    texts = canonical_plate(one_read.plate), canonical_plate(other_read.plate)
    return _similar(*texts, sure=min(one_read.confidence, other_read.confidence) >= _SURE)


def is_equal(one: str, other: str) -> bool:
    """Say whether two texts are the same, and not by chance."""
    text = canonical_plate(one)
    return text == canonical_plate(other) and len(text) >= _MIN_EQUAL


def in_place(end: Box, start: Box) -> bool:
    """Say whether a plate begins to be seen near where another was last, and about as large.

    Args:
        end: Where the one was last.
        start: Where the other is first.
    """
    widths = sorted((max(end.width, 1.0), max(start.width, 1.0)))
    return _near(end, start) and widths[1] <= _SIZES * widths[0]


def may_become_one(one: FusedRead, other: FusedRead) -> bool:
    """Say whether two tracks that are seen soon after each other may turn out to show one vehicle.

    Args:
        one: What a track reads so far.
        other: What another one does.
    """
    texts = canonical_plate(one.plate), canonical_plate(other.plate)
    return _similar(*texts, sure=False) or Levenshtein.distance(*texts) <= _ALIKE


def _similar(one: str, other: str, *, sure: bool) -> bool:
    """Say whether two texts are readings of one plate: one slip apart, two where one is unsure, or one cut off."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= _MIN_EQUAL - 1 and (longer.startswith(shorter) or longer.endswith(shorter)):
        return True
    return len(shorter) >= _MIN_SIMILAR and Levenshtein.distance(one, other) <= (1 if sure else 2)


def _near(end: Box, start: Box) -> bool:
    distance = math.hypot((end.x1 + end.x2 - start.x1 - start.x2) / 2, (end.y1 + end.y2 - start.y1 - start.y2) / 2)
    return distance <= _NEAR_WIDTHS * max(end.width, start.width, 1.0)
