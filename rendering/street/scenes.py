"""Drives of a patrol car, each with what makes plates hard to follow from a moving camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from rendering.street.drive import Carrier, Driven
from rendering.street.drives import Drive, curb, follow, lot, oncoming, turn
from rendering.street.hard_drives import fleet, highway, tail, uturn
from rendering.street.traffic import Chance

SceneName = Literal["follow", "oncoming", "curb", "lot", "turn", "tail", "uturn", "highway", "fleet"]
Air = Literal["day", "night", "rain", "flashing"]
"""What is seen through: daylight, the dark with lamps and infrared, rain, or the car's own flashing lights under
trees."""

_CURBS: Final = (-13.6, 8.6)
_SIDES: Final = {
    "lot": ((_CURBS[0], 15.0), (-1.75,)),
    "fleet": ((_CURBS[0], 15.0), (-1.75,)),
    "oncoming": ((-10.3, _CURBS[1]), (-1.8,)),
    "highway": ((-10.3, _CURBS[1]), (-1.8,)),
    "uturn": ((-18.0, _CURBS[1]), (-1.75, -5.25)),
}


@dataclass(frozen=True, slots=True)
class Filming:
    """How a drive is filmed.

    Attributes:
        air: what is seen through.
        barrel: how much the lens bends what is at the picture's edges; 0 nothing, 0.25 a wide lens.
        rolling: seconds that the sensor takes to be read from its first row to its last.
        uneven: share of the time between frames by which they come early or late.
    """

    air: Air = "day"
    barrel: float = 0.0
    rolling: float = 0.0
    uneven: float = 0.0


@dataclass(frozen=True, slots=True)
class StreetScene:
    """A drive: what carries the camera, who else is there, and how it is filmed.

    Attributes:
        name: what kind of drive it is.
        seed: of everything that is left to chance.
        size: width, height in pixels.
        fps: frames per second.
        seconds: how long it takes.
        focal: of the camera, in widths of the picture.
        shutter: seconds for which it is open.
        carrier: the car that carries it.
        vehicles: all others; a vehicle's number is its place, from 1.
        length: of the street in meters.
        curbs: x of the houses on the left and on the right.
        lines: x of the road's markings.
        filming: what else there is to know of the camera.
    """

    name: SceneName
    seed: int
    size: tuple[int, int]
    fps: int
    seconds: float
    focal: float
    shutter: float
    carrier: Carrier
    vehicles: tuple[Driven, ...]
    length: float
    curbs: tuple[float, float]
    lines: tuple[float, ...]
    filming: Filming = Filming()

    @property
    def frame_count(self) -> int:
        """Frames in the clip."""
        return round(self.seconds * self.fps)

    def moments(self) -> list[float]:
        """Return the second of each frame."""
        evenly = np.arange(self.frame_count) / self.fps
        if not self.filming.uneven:
            return [float(moment) for moment in evenly]
        off = np.random.default_rng([self.seed, 7]).uniform(-0.5, 0.5, self.frame_count)
        return [max(float(moment), 0.0) for moment in evenly + off * self.filming.uneven / self.fps]


def street_scene(
    name: SceneName,
    seed: int,
    *,
    size: tuple[int, int] = (1280, 720),
    fps: int = 15,
    seconds: float = 16.0,
    shutter: float = 1 / 800,
    filming: Filming | None = None,
    varied: bool = False,
) -> StreetScene:
    """Lay a drive out.

    Args:
        name: its kind: a function of drives.py or hard_drives.py.
        seed: of everything that is left to chance.
        size: width, height in pixels.
        fps: frames per second.
        seconds: how long it takes.
        shutter: seconds for which the camera's shutter is open.
        filming: what else there is to know of the camera; None: what `varied` says.
        varied: Plates of every state, size and height, bad roads, and a camera and air as chance has it; else usual
            ones, by day.
    """
    rng = Chance(seed, varied=varied)
    carrier, vehicles, focal = _DRIVES[name](rng, seconds)
    length = {"turn": 45.0, "uturn": 60.0}.get(name, 60.0 + carrier.course.at(seconds))
    curbs, lines = _SIDES.get(name, (_CURBS, (-1.75, -5.25)))
    if varied:
        focal *= float(rng.choice((0.75, 1.0, 1.0, 1.15)))
        shutter *= float(rng.choice((0.5, 1.0, 1.0, 2.0)))
    how = filming or (_any_filming(rng) if varied else Filming())
    return StreetScene(
        name, seed, size, fps, seconds, focal, shutter, carrier, tuple(vehicles), length, curbs, lines, how
    )


def _any_filming(rng: Chance) -> Filming:
    airs: tuple[Air, ...] = ("day", "day", "night", "rain", "flashing")
    return Filming(
        airs[int(rng.integers(len(airs)))],
        float(rng.choice((0.0, 0.0, 0.12, 0.25))),
        float(rng.choice((0.0, 0.012, 0.025))),
        float(rng.choice((0.0, 0.0, 0.8))),
    )


_DRIVES: Final[dict[SceneName, Callable[[Chance, float], Drive]]] = {
    "follow": follow,
    "oncoming": oncoming,
    "curb": curb,
    "lot": lot,
    "turn": turn,
    "tail": tail,
    "uturn": uturn,
    "highway": highway,
    "fleet": fleet,
}
