"""Passes of many vehicles as arrays."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clock:
    """By how many seconds clocks on the wall are ahead, and from when on: float64 (n,), the first from ever.

    People's days go by them: who leaves home at seven does so before and after the clocks change.
    """

    since: Times
    ahead: Times

    def shown(self, times: Times) -> Times:
        """Return what clocks show at some times, as seconds."""
        return times + self._at(self.since[1:], times)

    def meant(self, shown: Times) -> Times:
        """Return when clocks show something: of an hour that comes twice the first time."""
        return shown - self._at(self.since[1:] + self.ahead[:-1], shown)

    def _at(self, changes: Times, times: Times) -> Times:
        return self.ahead[np.searchsorted(changes, times, "right")]


def clock_without_changes() -> Clock:
    """Return the clock of a place whose days are those of UTC."""
    return Clock(np.zeros(1), np.zeros(1))


@dataclass(frozen=True, slots=True)
class Traffic:
    """Passes in the order of cameras, and of time at each: float64 seconds, int64 camera and vehicle, all (n,).

    `begin` and `days` say which whole days of the clock they are of, `vehicles` how many different ones there are.
    """

    camera: Numbers
    time: Times
    vehicle: Numbers
    begin: float
    days: int
    clock: Clock = field(default_factory=clock_without_changes)

    @property
    def vehicles(self) -> int:
        """How many different vehicles passed."""
        return int(self.vehicle.max()) + 1 if len(self.vehicle) else 0


def traffic_of(
    camera: Numbers, time: Times, vehicle: Numbers, begin: float, days: int, clock: Clock | None = None
) -> Traffic:
    """Return passes in any order as traffic.

    Args:
        camera: By number, from 0.
        time: Seconds.
        vehicle: By number, from 0, none left out.
        begin: When the first day begins, in seconds.
        days: How many days of the clock.
        clock: The place's; None: that of UTC.
    """
    order = np.lexsort((time, camera))
    return Traffic(camera[order], time[order], vehicle[order], begin, days, clock or clock_without_changes())
