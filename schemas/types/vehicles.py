"""What is known of a vehicle besides its plate."""

from __future__ import annotations

from typing import NamedTuple


class VehicleDescription(NamedTuple):
    """A vehicle as a list or a reader describes it. `make` and `color` are as given, not translated.

    `style` is the body's, `vehicle_class` what kind of vehicle it is: car, truck, van, bus, motorcycle and the like.

    A named tuple, as is `HotlistEntry`, and for the same reason.
    """

    year: int | None = None
    make: str | None = None
    model: str | None = None
    style: str | None = None
    color: str | None = None
    vehicle_class: str | None = None

    def summary(self) -> str:
        """Return `2009 YAMA MC2 CY BLK`-like text with what is known; empty when nothing is."""
        parts = (str(self.year) if self.year else None, self.color, self.make, self.model, self.style)
        return " ".join(part for part in parts if part)
