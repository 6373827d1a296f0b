"""Vehicles that pass the same cameras together, on several ways, more often than chance.

Two that stand at one red light pass several cameras together, and are no convoy: what counts are separate ways (trips),
and how far each goes together against how far others do. How many trips two vehicles would share by chance is taken
from the cameras' traffic, and from the habits of both: one's passes are moved by whole days of the clock on the wall,
also across its changes, so that commuters and buses, who pass at the same minutes every day, meet as often as before,
and companions do not; and by days and some time, so that habits of about the same hours, and the ways that both like,
are counted too. What is left is tested against all pairs that there are (Benjamini and Hochberg 1995), so that of the
reported ones few are chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from matcher.together.chance import Chance
from matcher.together.passes import Numbers, Times, Traffic
from matcher.together.trips import DAY, Passes, candidates, trips_when_moved

FALSE_SHARE: Final = 0.05
"""How many of the reported pairs may be chance."""
_WIDER: Final = 10
"""Times the window within which habits that seldom meet are counted: of six moved days one meeting says little."""
_FEW: Final = 2
_LATER: Final = (-7200.0, -4500.0, -2700.0, 2700.0, 4500.0, 7200.0)
"""Seconds by which passes are moved besides whole days."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two vehicles by number, on how many trips and past how many cameras together, how many trips were expected by
    chance, and the probability of so many that are so long."""

    first: int
    second: int
    trips: int
    cameras: int
    common: int
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Convoys:
    """Pairs that are no chance, the surest first; of how many, and how many by chance are expected among them."""

    pairs: tuple[Pair, ...]
    tested: int
    expected_false: float


def find_convoys(
    traffic: Traffic, window: float, least_cameras: int, least_trips: int = 2, target: int | None = None
) -> Convoys:
    """Return which vehicles pass together.

    Args:
        traffic: All passes of the cameras and days that are asked.
        window: Seconds between two that pass together, at most.
        least_cameras: Different cameras that they have to pass together.
        least_trips: Separate trips that they have to make together.
        target: Only pairs with this vehicle.

    Raises:
        InvalidInput: There is too much traffic for such a window.
    """
    vehicles = traffic.vehicles
    tested = max(vehicles - 1, 0) if target is not None else vehicles * (vehicles - 1) // 2
    own = _Own(traffic, window)
    found, lengths = candidates(traffic, window, least_cameras, least_trips, target)
    chances = [Chance.by_traffic(own.met_by_traffic(one.first, one.second), lengths, one) for one in found]
    # What a p-value cannot be below is cheap, and whatever is not significant by that is not at all.
    for bound in (Chance.least_p_value, Chance.p_value):
        low = np.array([bound(one) for one in chances])
        largest = _threshold(np.sort(low), tested)
        chances = [one for one, least in zip(chances, low, strict=True) if least <= largest]
    judged = [_judged(own, one) for one in chances]
    largest = _threshold(np.sort([one.p_value for one in judged]), tested)
    kept = sorted(
        (one for one in judged if one.p_value <= largest),
        key=lambda one: (one.p_value, -one.trips, one.first, one.second),
    )
    worst = max((one.p_value for one in kept), default=0.0)
    return Convoys(tuple(kept), tested, worst * tested)


def _threshold(p_values: Times, tested: int) -> float:
    """Return the largest p-value that is significant among so many tests; they come in order, those left out are 1."""
    ranks = np.arange(1, len(p_values) + 1)
    inside = np.flatnonzero(p_values <= FALSE_SHARE * ranks / max(tested, 1))
    return FALSE_SHARE * (int(inside[-1]) + 1) / tested if len(inside) else -1.0


class _Own:
    """Each vehicle's passes, and what they say of chance."""

    def __init__(self, traffic: Traffic, window: float) -> None:
        order = np.argsort(traffic.vehicle, kind="stable")
        bounds = np.searchsorted(traffic.vehicle[order], np.arange(traffic.vehicles + 1))
        self._rows = [order[bounds[i] : bounds[i + 1]] for i in range(traffic.vehicles)]
        self.traffic = traffic
        self.window = window
        self._places = int(traffic.camera.max()) + 1 if len(traffic.camera) else 0
        edges = np.searchsorted(traffic.camera, np.arange(self._places + 1))
        self._times = [traffic.time[edges[i] : edges[i + 1]] for i in range(self._places)]
        self._shares: dict[int, Times] = {}
        self._counts: dict[int, Times] = {}

    def of(self, vehicle: int) -> Passes:
        """Return its cameras and times."""
        rows = self._rows[vehicle]
        return self.traffic.camera[rows], self.traffic.time[rows]

    def met_by_traffic(self, first: int, second: int) -> float:
        """Return how often two would pass together were the second one's passes any of their cameras'."""
        if first not in self._shares:
            self._shares[first] = self._shares_of(*self.of(first))
        if second not in self._counts:
            counts = np.bincount(self.of(second)[0], minlength=self._places)
            self._counts[second] = counts.astype(np.float64)
        return float(self._shares[first] @ self._counts[second])

    def _shares_of(self, cameras: Numbers, times: Times) -> Times:
        """Return, by camera, which share of its passes were within the window of a vehicle's, for each of them."""
        found = np.zeros(self._places)
        for camera in set(cameras.tolist()):
            here, all_times = cameras == camera, self._times[camera]
            inside = np.searchsorted(all_times, times[here] + self.window, "right")
            inside -= np.searchsorted(all_times, times[here] - self.window, "left")
            # Of others' passes: one's own say nothing of who else was there.
            own = int(here.sum())
            found[camera] = (inside.sum() - own) / max(len(all_times) - own, 1)
        return found


def _judged(own: _Own, chance: Chance) -> Pair:
    found, traffic, window = chance.found, own.traffic, own.window
    one, other = own.of(found.first), own.of(found.second)
    days = [shift * DAY for shift in range(1, traffic.days)]
    later = [day + more for day in (days or [0.0]) for more in _LATER]
    narrow = trips_when_moved(traffic, one, other, days, window)
    wide, moved = (trips_when_moved(traffic, one, other, shifts, window * _WIDER) for shifts in (days, later))
    # Seldom meetings of six days say little: a wider window has more of them.
    by_days = narrow.sum() / max(len(days), 1) if narrow.sum() >= _FEW else wide.sum() / max(len(days), 1) / _WIDER
    habits = max(float(by_days), float(moved.sum() / len(later) / _WIDER))
    met = own.met_by_traffic(found.first, found.second)
    usual = chance.with_habits(met, habits, (narrow, wide, moved))
    p_value = max(chance.p_value(), usual.p_value())
    expected = max(chance.expected, usual.expected)
    return Pair(found.first, found.second, int(found.trips.sum()), found.cameras, found.common, expected, p_value)
