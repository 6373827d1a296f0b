"""What a law lets be collected about a passing vehicle: the rest is not stored with a read."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import Literal

from policy.facts import Fact, Text
from schemas.types import PlateRead


class Attribute(StrEnum):
    """What may be known of a passing vehicle, as far as a law tells one from another."""

    PLATE = "plate"
    """The plate's text and state, with how sure they are."""
    TIME = "time"
    PLACE = "place"
    PICTURES = "pictures"
    VEHICLE = "vehicle"
    """Make, model, color, body, class, year, as a reader saw them."""
    MOVEMENT = "movement"
    """Lane, direction and speed."""
    SECOND_READING = "second_reading"
    """What another program read on the same picture."""
    VENDOR_REPORT = "vendor_report"
    """A vendor's own hit, and its whole message."""


ALWAYS = (Attribute.PLATE, Attribute.TIME, Attribute.PLACE)
"""Without these there is no read."""


class CollectionRule(Fact):
    """What may be stored of a passing vehicle, and where readers may not stand."""

    attributes: Literal["any"] | tuple[Attribute, ...] = "any"
    """The law's closed list, or `any` where it has none that we know of."""
    not_at: tuple[Text, ...] = ()
    """Places at which nothing may be collected, in words: no program sees what stands where a camera does."""

    def permits(self, attribute: Attribute) -> bool:
        """Return whether something may be stored with a read."""
        return self.attributes == "any" or attribute in self.attributes or attribute in ALWAYS

    def kept(self, read: PlateRead) -> PlateRead:
        """Return a read with what may be stored of it; the same object where that is everything.

        Args:
            read: As its reader gave it.
        """
        if self.attributes == "any":
            return read
        less: dict[str, object] = {}
        if not self.permits(Attribute.VEHICLE) and read.vehicle is not None:
            less["vehicle"] = None
        if not self.permits(Attribute.MOVEMENT) and read.movement is not None:
            less["movement"] = None
        if not self.permits(Attribute.SECOND_READING) and read.second_reading is not None:
            less["second_reading"] = None
        report = read.report
        if not self.permits(Attribute.VENDOR_REPORT) and report is not None and (report.hit or report.payload):
            # Whose read it is stays, so that a pass that is sent again is known.
            less["report"] = dataclasses.replace(report, hit=None, payload=None)
        return dataclasses.replace(read, **less) if less else read  # type: ignore[arg-type]
