"""Detections below the detector's limit: plates where what is read there says so."""

from __future__ import annotations

import re

from recognition.reading.calibration import Presence
from recognition.reading.fusion import MIN_CHARACTERS, FusedRead

SURE_ENOUGH = 0.55
"""Least probability that a faint detection is a plate with the text that was read."""

PROMISING = 0.25
"""The same after a first look, below which no further one is taken."""


_WORD = re.compile("[A-Z]{4}")
"""So many letters in a row are a word on a sign or a vehicle's side (`ROUTE66`, `TAXI5A21`) more often than a serial:
of the labeled US plates one in eight has them, nearly all with texts of their owners' choice."""


def may_count(presence: Presence) -> bool:
    """Tell whether a reader's calibration can judge faint detections: it must weigh the detector's confidence."""
    return presence.detection > 0


def is_promising(read: FusedRead) -> bool:
    """Tell whether a faint detection is worth a second look.

    Args:
        read: What its first look gave, its confidence lowered by the chance that it is no plate (`believed`).
    """
    return _may_be_serial(read.plate) and read.confidence >= PROMISING


def stands(read: FusedRead) -> bool:
    """Tell whether a faint detection is a plate: more likely one with this text than anything else.

    Args:
        read: What all looks gave, its confidence lowered by the chance that it is no plate (`believed`).
    """
    return _may_be_serial(read.plate) and read.confidence >= SURE_ENOUGH


def _may_be_serial(text: str) -> bool:
    return len(text) >= MIN_CHARACTERS and not _WORD.search(text)
