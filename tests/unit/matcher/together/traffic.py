"""Made traffic of a week: commuters, buses, platoons behind red lights, and companions among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.together.passes import Traffic, traffic_of

DAY = 86_400.0
SIDE = 5
"""Cameras stand on a square of so many by so many crossings."""
BLOCK = 90.0
"""Seconds from one to the next."""


@dataclass(frozen=True)
class Made:
    """The traffic, and the pairs that were planted."""

    traffic: Traffic
    companions: frozenset[tuple[int, int]]


def week(
    seed: int,
    vehicles: int = 2500,
    pairs: int = 25,
    days: int = 7,
    missed: float = 0.07,
    rush: bool = False,
    shuttles: bool = False,
) -> Made:
    """Return traffic of a town.

    Args:
        seed: Root of chance.
        vehicles: How many there are, without buses.
        pairs: How many pairs of companions are among them.
        days: How many days.
        missed: Share of the companions' passes that readers miss.
        rush: Whether companions drive in the rush hours alone.
        shuttles: Whether buses drive every hour, there and back, and not every second one.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, float, int]] = []
    homes, works = (rng.integers(0, SIDE, (vehicles, 2)) for _ in range(2))
    commuter = rng.random(vehicles) < 0.6
    leaves, returns = rng.normal(8 * 3600, 2400, vehicles), rng.normal(17 * 3600, 3600, vehicles)
    companions = {(2 * one, 2 * one + 1) for one in range(pairs)}
    for vehicle in range(vehicles):
        for day in range(days):
            if commuter[vehicle] and day % 7 < 5:
                _drive(
                    rows, rng, vehicle, homes[vehicle], works[vehicle], day * DAY + leaves[vehicle] + rng.normal(0, 240)
                )
                _drive(
                    rows,
                    rng,
                    vehicle,
                    works[vehicle],
                    homes[vehicle],
                    day * DAY + returns[vehicle] + rng.normal(0, 400),
                )
            for _ in range(rng.poisson(0.8)):
                start, end = rng.integers(0, SIDE, (2, 2))
                _drive(rows, rng, vehicle, start, end, day * DAY + rng.uniform(7, 22) * 3600)
    for line in range(6):  # two buses of each line, the second ten seconds behind, every day by the same schedule
        for bus in (vehicles + 2 * line, vehicles + 2 * line + 1):
            for day in range(days):
                for hour in range(6, 23, 1 if shuttles else 2):
                    at = day * DAY + hour * 3600 + line * 300 + (bus % 2) * 10 + rng.normal(0, 4)
                    ends = [np.array([line % SIDE, 0]), np.array([line % SIDE, SIDE - 1])]
                    _drive(rows, rng, bus, ends[hour % 2], ends[1 - hour % 2], at)
    for first, second in sorted(companions):
        for _ in range(int(rng.integers(4, 9))):
            start = rng.integers(0, SIDE, 2)
            end = (start + rng.integers(1, SIDE, 2)) % SIDE
            hour = rng.choice([rng.uniform(7, 9), rng.uniform(16, 18)]) if rush else rng.uniform(1, 23)
            at = rng.integers(0, days) * DAY + hour * 3600
            way = _way(rng, start, end)
            for vehicle, behind in ((first, 0.0), (second, rng.uniform(4, 30))):
                for place, camera in enumerate(way):
                    if rng.random() >= missed:
                        rows.append((camera, at + behind + place * BLOCK + rng.normal(0, 3), vehicle))
    return _made(rows, companions, days)


def far_between(seed: int, vehicles: int = 1500, pairs: int = 15, days: int = 7, cameras: int = 20) -> Made:
    """Return traffic past cameras so far from each other that a way passes one of them alone."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, float, int]] = []
    liked, usual = rng.integers(0, cameras, (vehicles, 3)), rng.normal(8 * 3600, 3000, vehicles)
    for vehicle in range(vehicles):
        for day in range(days):
            if day % 7 < 5 and rng.random() < 0.6:
                rows.append((int(liked[vehicle, 0]), day * DAY + usual[vehicle] + rng.normal(0, 300), vehicle))
            for _ in range(rng.poisson(1.5)):
                camera = rng.choice(liked[vehicle]) if rng.random() < 0.6 else rng.integers(0, cameras)
                rows.append((int(camera), day * DAY + rng.uniform(6, 23) * 3600, vehicle))
    companions = {(2 * one, 2 * one + 1) for one in range(pairs)}
    for first, second in sorted(companions):
        for _ in range(int(rng.integers(6, 12))):
            at, camera = rng.integers(0, days) * DAY + rng.uniform(6, 23) * 3600, int(rng.integers(0, cameras))
            rows += [(camera, at, first), (camera, at + rng.uniform(3, 40), second)]
    return _made(rows, companions, days)


def _made(rows: list[tuple[int, float, int]], companions: set[tuple[int, int]], days: int) -> Made:
    camera, time, vehicle = (np.array(column) for column in zip(*rows, strict=True))
    inside = (time >= 0) & (time < days * DAY)
    _, numbers = np.unique(vehicle[inside], return_inverse=True)
    known = np.unique(vehicle[inside])
    place = {int(one): number for number, one in enumerate(known)}
    renamed = frozenset((place[a], place[b]) for a, b in companions if a in place and b in place)
    traffic = traffic_of(camera[inside].astype(np.int64), time[inside], numbers.astype(np.int64), 0.0, days)
    return Made(traffic, renamed)


def _way(rng: np.random.Generator, start: np.ndarray, end: np.ndarray) -> list[int]:
    x, y = (int(part) for part in start)
    found = [x * SIDE + y]
    steps = [(0, int(np.sign(end[0] - x)))] * abs(int(end[0]) - x) + [(1, int(np.sign(end[1] - y)))] * abs(
        int(end[1]) - y
    )
    rng.shuffle(steps)
    for axis, step in steps:
        x, y = (x + step, y) if axis == 0 else (x, y + step)
        found.append(x * SIDE + y)
    return found


def _drive(
    rows: list[tuple[int, float, int]],
    rng: np.random.Generator,
    vehicle: int,
    start: np.ndarray,
    end: np.ndarray,
    at: float,
) -> None:
    # A red light of 45 seconds lets all go at once: platoons stay together from crossing to crossing.
    at = np.ceil(at / 45.0) * 45.0 + rng.exponential(4.0)
    for place, camera in enumerate(_way(rng, start, end)):
        if rng.random() < 0.93:
            rows.append((camera, at + place * BLOCK + rng.normal(0, 3), vehicle))
