"""Drives that are hard in a way of their own: long ones behind one vehicle, turns by half, a fleet, a highway."""

from __future__ import annotations

import math

import numpy as np

from rendering.street.cars import Spot
from rendering.street.drive import Across, Course, Driven, Way
from rendering.street.drives import LOT, Drive
from rendering.street.traffic import ONCOMING_NEAR, PARKED_LEFT, PARKED_RIGHT, PASSING, Chance, carrier, coming, look
from rendering.street.traffic import parked as parked_row

_FLEET_STALL = 2.5
_CLOSE = 9.5  # meters from the camera to the middle of the vehicle ahead


def tail(rng: Chance, seconds: float) -> Drive:
    """Long behind one vehicle that stops at lights, where others cross between, and behind which one cuts in."""
    cruise = float(rng.uniform(7.0, 10.0))
    stop, wait, cut = 4.0, float(rng.uniform(6.0, 8.0)), float(rng.uniform(2.5, 6.0))
    go = stop + wait
    speeds = [(0.0, cruise), (stop - 2.5, cruise), (stop, 0.0), (go, 0.0), (go + 4.0, cruise)]
    # It draws away by ten meters while another cuts in, and comes back when that one has left.
    away, back = go + 5.0, go + 12.0 + cut
    leader = [*speeds[:3], (go - 0.4, 0.0), (go + 3.6, cruise), (away, cruise), (away + 1.5, cruise + 3.6)]
    leader += [(away + 3.0, cruise), (back, cruise), (back + 2.0, cruise - 2.7), (back + 4.0, cruise)]
    ahead = Driven(look(rng), Way(), Course(leader, _CLOSE))
    crossing = _crossing(rng, Course(speeds).at(stop) + 4.2, stop + 1.0, float(rng.uniform(1.0, 4.0)))
    into, out = away + 3.0, away + 4.0 + cut
    beside = Course([(0.0, cruise)], Course(speeds).at(20.0) - cruise * 20.0 + 7.0)
    cutting = Driven(
        look(rng), Way(), beside, aside=((into, PASSING), (into + 1.0, 0.0), (out, 0.0), (out + 1, PASSING))
    )
    vehicles = [ahead, cutting, crossing, *coming(rng, seconds, 6.0)]
    vehicles += parked_row(rng, PARKED_RIGHT, 0.0, 40.0 + cruise * seconds)
    return carrier(rng, speeds, 0.0), vehicles, 1.35


def _crossing(rng: Chance, z: float, start: float, stands: float) -> Driven:
    """A vehicle that comes from the left, stands before the camera's car for a while, and drives on."""
    speeds = [(0.0, 6.0), (start, 6.0), (start + 1.0, 0.0), (start + 1.0 + stands, 0.0), (start + 3.0 + stands, 6.0)]
    course = Course(speeds)
    return Driven(look(rng), Across(z), Course(speeds, -course.at(start + 1.0)))


def uturn(rng: Chance, seconds: float) -> Drive:
    """Between parked cars, around by half, and back past them."""
    way = Way(0.0, 34.0, 5.0, -math.pi)
    speeds = [(0.0, 8.0), (3.0, 8.0), (4.5, 4.0), (8.5, 4.0), (11.0, 9.0)]
    vehicles = parked_row(rng, PARKED_RIGHT, 0.0, 70.0)
    vehicles += parked_row(rng, PARKED_LEFT - 3.8, math.pi, 70.0)
    return carrier(rng, speeds, float(rng.uniform(-0.1, 0.5)), way), vehicles, 1.1


def highway(rng: Chance, seconds: float) -> Drive:
    """So fast towards others that a plate is seen in two or three pictures."""
    cruise = float(rng.uniform(24.0, 30.0))
    vehicles = coming(rng, seconds, 1.1, ONCOMING_NEAR, (24.0, 34.0))
    ahead = Driven(look(rng), Way(), Course([(0.0, cruise)], float(rng.uniform(10.0, 13.0))))
    return carrier(rng, [(0.0, cruise)], -0.24), [ahead, *vehicles], 1.35


def fleet(rng: Chance, seconds: float) -> Drive:
    """Past a fleet's cars side by side, with serials in order, and a halt on the way."""
    halt = max(0.45 * seconds, 1.6)
    fast = float(rng.uniform(4.0, 8.0))
    speeds = [(0.0, fast), (halt - 1.5, fast), (halt, 0.0), (halt + 2.0, 0.0), (halt + 4.0, fast)]
    letters = "".join(str(rng.choice(list("ABCDEFGHJKLMNPRSTUVWXYZ"))) for _ in range(3))
    first, vehicles = int(rng.integers(1000, 9000)), []
    for number, place in enumerate(np.arange(2.0, 10.0 + fast * seconds, _FLEET_STALL).tolist()):
        if rng.random() < 0.9:
            spot = Spot(LOT - 0.6 + float(rng.uniform(-0.2, 0.2)), place, math.pi / 2)
            vehicles.append(Driven(look(rng, f"{letters}{first + number}"), spot=spot))
    return carrier(rng, speeds, float(rng.uniform(0.7, 1.1))), vehicles, 1.0
