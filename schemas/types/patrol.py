"""What is to be known of a patrol car: what keeps it from reading, and how old its lists are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StateKind(StrEnum):
    """Why a car reads nothing, or not all."""

    NO_CAMERA = "no_camera"
    DARK_LENS = "dark_lens"
    NO_FIX = "no_fix"
    STALE_LIST = "stale_list"
    NO_LIST = "no_list"
    """Lists are locked until somebody signs on, or there are none."""
    STORAGE_FULL = "storage_full"
    PRIVATE_AREA = "private_area"
    OWN_PLATES = "own_plates"
    """Plates of the agency's own vehicles are left out: always so, where any are set."""


@dataclass(frozen=True, slots=True)
class CarState:
    """One thing that keeps a car from reading, or makes what it reads less worth.

    `subject` is the camera, the list or the area. `brief` is what stands on the page while the car moves, four words at
    most; `words` say it whole. `stops` is whether nothing is read, stored or matched for it.
    """

    kind: StateKind
    subject: str
    brief: str
    words: str
    stops: bool = False


@dataclass(frozen=True, slots=True)
class ListStanding:
    """A list in the car: of when its content is (None: that is not known), and why it is red (None: it is not)."""

    hotlist_id: str
    dated: datetime | None
    why_red: str | None = None
