"""Detections below the detector's limit: plates where what is read there says so."""

from __future__ import annotations

from recognition.reading.calibration import Presence
from recognition.reading.fusion import MIN_CHARACTERS, FusedRead

SURE_ENOUGH = 0.5
"""Least probability that a faint detection is a plate with the text that was read."""

PROMISING = 0.25
"""The same after a first look, below which no further one is taken."""


def may_count(presence: Presence) -> bool:
    """Tell whether a reader's calibration can judge faint detections: it must weigh the detector's confidence."""
    return presence.detection > 0


def is_promising(read: FusedRead) -> bool:
    """Tell whether a faint detection is worth a second look.

    Args:
        read: What its first look gave, its confidence lowered by the chance that it is no plate (`believed`).
    """
    return len(read.plate) >= MIN_CHARACTERS and read.confidence >= PROMISING


def stands(read: FusedRead) -> bool:
    """Tell whether a faint detection is a plate: more likely one with this text than anything else.

    Args:
        read: What all looks gave, its confidence lowered by the chance that it is no plate (`believed`).
    """
    return len(read.plate) >= MIN_CHARACTERS and read.confidence >= SURE_ENOUGH
