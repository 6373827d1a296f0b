"""Passes of many vehicles as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Passes in the order of cameras, and of time at each: float64 seconds, int64 camera and vehicle, all (n,).

    `begin` and `days` say which whole days they are of, `vehicles` how many different ones there are.
    """

    camera: Numbers
    time: Times
    vehicle: Numbers
    begin: float
    days: int

    @property
    def vehicles(self) -> int:
        """How many different vehicles passed."""
        return int(self.vehicle.max()) + 1 if len(self.vehicle) else 0


def traffic_of(camera: Numbers, time: Times, vehicle: Numbers, begin: float, days: int) -> Traffic:
    """Return passes in any order as traffic.

    Args:
        camera: By number, from 0.
        time: Seconds.
        vehicle: By number, from 0, none left out.
        begin: When the first day begins, in seconds.
        days: How many days.
    """
    order = np.lexsort((time, camera))
    return Traffic(camera[order], time[order], vehicle[order], begin, days)
