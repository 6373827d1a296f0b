"""Trips that two vehicles make together: passes at the same cameras within a window, without a long gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from matcher.together.passes import Numbers, Times, Traffic
from schemas.errors import InvalidInput

TRIP_GAP: Final = 1800.0
"""Seconds without a common pass after which the next one is another trip."""
MOST_PAIRS: Final = 30_000_000
"""Common passes that are looked at, at most."""
LONGEST: Final = 8
"""Cameras past which a trip counts as no longer."""
DAY: Final = 86_400.0

Passes = tuple[Numbers, Times]
"""A vehicle's cameras and times."""


@dataclass(frozen=True, slots=True)
class Together:
    """Two vehicles by number; their trips together past 1, 2, 3 cameras and so on; how many cameras and passes."""

    first: int
    second: int
    trips: Numbers
    cameras: int
    common: int


def candidates(
    traffic: Traffic, window: float, least_cameras: int, least_trips: int, target: int | None
) -> tuple[list[Together], Numbers]:
    """Return the pairs that reach the least numbers, and how many trips of any two are past 1, 2, 3 cameras..."""
    keys, cameras, times = _common(traffic, window, target)
    order = np.lexsort((times, keys))
    keys, cameras, times = keys[order], cameras[order], times[order]
    is_new = np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)]
    trip = np.cumsum(is_new | np.concatenate(([True], np.diff(times) > TRIP_GAP))[: len(keys)]) - 1
    pairs, number_of = np.unique(keys, return_inverse=True)
    owner = number_of[np.unique(trip, return_index=True)[1]]
    past = np.minimum(_distinct(trip, cameras), LONGEST)
    by_pair = np.zeros((len(pairs), LONGEST), np.int64)
    np.add.at(by_pair, (owner, past - 1), 1)
    common, seen = np.bincount(number_of, minlength=len(pairs)), _distinct(number_of, cameras)
    if not len(pairs):
        return [], by_pair.sum(axis=0)
    enough = np.flatnonzero((seen >= least_cameras) & (by_pair.sum(axis=1) >= least_trips))
    found = [
        Together(*divmod(int(pairs[one]), traffic.vehicles), by_pair[one], int(seen[one]), int(common[one]))
        for one in enough
    ]
    return found, by_pair.sum(axis=0)


def _distinct(groups: Numbers, cameras: Numbers) -> Numbers:
    """Return how many different cameras each group has; groups are numbered from 0."""
    places = int(cameras.max()) + 1 if len(cameras) else 1
    return np.bincount(np.unique(groups * places + cameras) // places)


def _common(traffic: Traffic, window: float, target: int | None) -> tuple[Numbers, Numbers, Times]:
    """Return every common pass: the pair's key, the camera, and the time."""
    camera, time, vehicle = traffic.camera, traffic.time, traffic.vehicle
    keys, cameras, times, found = [], [], [], 0
    for lag in range(1, len(time)):
        near = (camera[lag:] == camera[:-lag]) & (time[lag:] - time[:-lag] <= window)
        if not near.any():
            break
        here = near & (vehicle[lag:] != vehicle[:-lag])
        if target is not None:
            here &= (vehicle[lag:] == target) | (vehicle[:-lag] == target)
        rows = np.flatnonzero(here)
        found += len(rows)
        if found > MOST_PAIRS:
            raise InvalidInput("too many vehicles pass within such a time of each other; ask for less time or area")
        low, high = np.minimum(vehicle[rows], vehicle[rows + lag]), np.maximum(vehicle[rows], vehicle[rows + lag])
        keys.append(low * traffic.vehicles + high)
        cameras.append(camera[rows])
        times.append(time[rows])
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return np.concatenate(keys), np.concatenate(cameras), np.concatenate(times)


def _moved(times: Times, shift: float, traffic: Traffic) -> Times:
    """Return times as they would be so many seconds later by the clock, the last ones at the beginning."""
    begin = traffic.clock.shown(np.array([traffic.begin]))
    return traffic.clock.meant(begin + (traffic.clock.shown(times) - begin + shift) % (traffic.days * DAY))


def trips_when_moved(traffic: Traffic, one: Passes, other: Passes, shifts: Sequence[float], window: float) -> Numbers:
    """Return how many trips past 1, 2, 3 cameras and so on there are, all together, when the other's passes move."""
    met = np.zeros(LONGEST, np.int64)
    for shift in shifts:
        met += _trips(*one, other[0], _moved(other[1], shift, traffic), window)
    return met


def _trips(cameras: Numbers, times: Times, other_cameras: Numbers, other_times: Times, window: float) -> Numbers:
    near = (cameras[:, None] == other_cameras[None, :]) & (np.abs(times[:, None] - other_times[None, :]) <= window)
    rows = np.flatnonzero(near.any(axis=1))
    if not len(rows):
        return np.zeros(LONGEST, np.int64)
    order = rows[np.argsort(times[rows])]
    past = _distinct(np.concatenate(([0], np.cumsum(np.diff(times[order]) > TRIP_GAP))), cameras[order])
    return np.bincount(np.minimum(past, LONGEST) - 1, minlength=LONGEST)
