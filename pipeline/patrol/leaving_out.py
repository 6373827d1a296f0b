"""What a car does not keep: reads in private areas, and the agency's own plates."""

from __future__ import annotations

import logging
import threading
from collections import Counter

from alerts.settling.places import distance_meters
from schemas.plates import canonical_plate
from schemas.settings import PatrolSettings
from schemas.types import Location, PlateRead

log = logging.getLogger(__name__)

PRIVATE_AREA = "private_area"
OWN_PLATE = "own_plate"


class LeavingOut:
    """Says which reads are left out, before anything is done with them, and counts them. Threads share it.

    Args:
        settings: `private_areas` and `own_plates` count here.
    """

    def __init__(self, settings: PatrolSettings) -> None:
        self._areas = [(area, Location(area.latitude, area.longitude)) for area in settings.private_areas]
        self._own = {canonical_plate(plate) for plate in settings.own_plates}
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def area_of(self, place: Location | None) -> str | None:
        """Return the name of the private area that a place lies in; None: it is in none, or not known."""
        if place is None:
            return None
        return next((area.name for area, middle in self._areas if distance_meters(place, middle) <= area.meters), None)

    def leaves_out(self, read: PlateRead) -> bool:
        """Return whether a read is not to be kept; counts it then."""
        why = None
        if self.area_of(read.location) is not None:
            why = PRIVATE_AREA
        elif canonical_plate(read.plate) in self._own:
            why = OWN_PLATE
        if why is None:
            return False
        # An early read is one that its finished pass counts.
        with self._lock:
            self._counts[why] += read.is_final
        return True

    def counts(self) -> dict[str, int]:
        """Return how many passes were left out since the start, by why."""
        with self._lock:
            return dict(self._counts)
