"""Render a drive, with the truth about every plate in every frame."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from rendering.street.cars import StreetCar
from rendering.street.ground import Surroundings
from rendering.street.lens import Lens
from rendering.street.panel import Panel, lay
from rendering.street.scenes import StreetScene
from rendering.street.view import Floats, StreetView
from rendering.street.weather import Rain, darken, flash
from schemas.types import Box, Image

_FARTHEST: Final = 70.0  # meters from which a vehicle is drawn
_FACE_SCALE: Final = 0.19  # pixels per meter of a vehicle's face, of the focal length: as seen from five meters
_NOISE: Final = 2.4  # standard deviation of the sensor's noise, in gray levels
_DARK_NOISE: Final = 2.0
"""How many times more noise there is by night."""
_NOISE_FIELDS: Final = 5
_COARSE: Final = 2  # pixels of the picture per pixel of the map that tells what hides what
_MET_AGAIN: Final = 10.0  # seconds out of the picture after which a vehicle is met another time
_READABLE_WIDTH: Final = 44.0
_READABLE_SHARE: Final = 0.97


@dataclass(frozen=True, slots=True)
class SeenPlate:
    """A plate in one frame.

    Attributes:
        number: of its vehicle.
        box: around it, in pixels of the frame.
        share: how much of it is in the picture with nothing before it (0-1).
        blur: pixels by which it moves while the shutter is open.
    """

    number: int
    box: Box
    share: float
    blur: float

    @property
    def is_readable(self) -> bool:
        """A person could read it: large enough, seen whole, not from too far aside, and sharp."""
        return (
            self.share >= _READABLE_SHARE
            and self.box.width >= _READABLE_WIDTH
            and self.box.height <= 1.1 * self.box.width
            and self.blur <= 0.07 * self.box.width
        )


@dataclass(frozen=True, slots=True, eq=False)
class StreetFrame:
    """A rendered frame, uint8 (H, W, 3) BGR, and the plates in it."""

    image: Image
    plates: tuple[SeenPlate, ...]


def film(scene: StreetScene) -> Generator[StreetFrame, None, None]:
    """Draw a drive frame by frame. The same scene gives the same frames."""
    rng = np.random.default_rng([scene.seed, 1])
    surroundings = Surroundings(scene.length, scene.curbs, scene.lines, rng)
    noise = [_noise(scene.size, rng) for _ in range(_NOISE_FIELDS)]
    how, night = scene.filming, scene.filming.air == "night"
    lens, rain = Lens(scene.size, how.barrel), Rain(scene.size, np.random.default_rng([scene.seed, 2]))
    cars: dict[int, StreetCar] = {}
    for second in scene.moments():
        now, before = (_view(scene, moment) for moment in (second, second - scene.shutter))
        picture = surroundings.draw(now, (now.pose.yaw - before.pose.yaw) * now.focal)
        for house in sorted(surroundings.houses, key=lambda house: -_distance(now, house)):
            if house.faces(now.pose.x, now.pose.z) and _distance(now, house) < 2 * _FARTHEST:
                lay(picture, now, house)
        if night:
            darken(picture)
        pan = -(now.pose.yaw - before.pose.yaw) * now.focal * how.rolling / scene.shutter
        plates = _Plates(now, lens, pan)
        for number in _by_distance(scene, now, second):
            if number not in cars:
                look = scene.vehicles[number - 1].look
                cars[number] = StreetCar(number, look, now.focal * _FACE_SCALE, seed=scene.seed, night=night)
            _draw(picture, scene, cars[number], (before, now), second, plates)
        picture = lens.bend(picture, pan)
        if how.air == "rain":
            rain.fall(picture)
        elif how.air == "flashing":
            flash(picture, second)
        grain = noise[int(rng.integers(_NOISE_FIELDS))]
        strength = _NOISE / 32 * (_DARK_NOISE if night else 1.0)
        cv2.addWeighted(picture, 1.0, grain, strength, -128 * strength, dst=picture)
        yield StreetFrame(picture, plates.seen())


def film_to(path: Path, scene: StreetScene) -> list[tuple[SeenPlate, ...]]:
    """Draw a drive into a video (MPEG-4).

    Args:
        path: where it goes; ends in ".mp4".
        scene: the drive.

    Returns:
        The plates of each frame.
    """
    # MPEG-4 part 2: OpenCV's wheels carry no H.264 encoder.
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), float(scene.fps), scene.size)
    truth = []
    try:
        for frame in film(scene):
            writer.write(frame.image)
            truth.append(frame.plates)
    finally:
        writer.release()
    return truth


def readable(truth: Sequence[Sequence[SeenPlate]], frames: int = 2) -> set[int]:
    """Return the numbers of the vehicles whose plate a person could read in at least so many frames."""
    times: dict[int, int] = {}
    for plates in truth:
        for plate in plates:
            times[plate.number] = times.get(plate.number, 0) + plate.is_readable
    return {number for number, count in times.items() if count >= frames}


def encounters(truth: Sequence[Sequence[SeenPlate]], moments: Sequence[float], frames: int = 2) -> dict[int, int]:
    """Return how many times each vehicle was met whose plate a person could read in at least so many frames.

    One that is hidden by another while its place stays in the picture is met once; one that leaves it for ten
    seconds and comes again is met twice.

    Args:
        truth: The plates of each frame.
        moments: The second of each frame.
        frames: Least frames in which it can be read each time.
    """
    met: dict[int, int] = {}
    last: dict[int, float] = {}
    times: dict[int, int] = {}
    for plates, second in zip(truth, moments, strict=True):
        for plate in plates:
            if second - last.get(plate.number, second) > _MET_AGAIN:
                times[plate.number] = 0
            last[plate.number] = second
            times[plate.number] = times.get(plate.number, 0) + plate.is_readable
            met[plate.number] = met.get(plate.number, 0) + (times[plate.number] == frames and plate.is_readable)
    return {number: count for number, count in met.items() if count}


class _Plates:
    """The plates of one frame, and what of each is hidden by vehicles that are nearer."""

    def __init__(self, view: StreetView, lens: Lens, skew: float) -> None:
        self._view, self._lens, self._skew = view, lens, skew
        self._map = np.zeros((view.size[1] // _COARSE, view.size[0] // _COARSE), np.int16)
        self._found: list[tuple[int, Floats, float]] = []

    def hide(self, corners: Floats) -> None:
        """Note what a vehicle's face covers (4, 3)."""
        seen = self._view.project(corners)
        if seen[:, 2].min() > 0:
            cv2.fillConvexPoly(self._map, np.round(seen[:, :2] / _COARSE).astype(np.int32), (0,))

    def add(self, number: int, corners: Floats, blur: float) -> None:
        """Note a plate (4, 3)."""
        seen = self._view.project(corners)
        if seen[:, 2].min() > 0:
            cv2.fillConvexPoly(self._map, np.round(seen[:, :2] / _COARSE).astype(np.int32), (number,))
            self._found.append((number, seen[:, :2], blur))

    def seen(self) -> tuple[SeenPlate, ...]:
        """Return those that are in the picture."""
        width, height = self._view.size
        plates = []
        for number, quad, blur in self._found:
            placed = self._lens.place(quad, self._skew)
            left, top = placed.min(axis=0).tolist()
            right, low = placed.max(axis=0).tolist()
            if right <= 0 or low <= 0 or left >= width or top >= height:
                continue
            whole = np.zeros_like(self._map)
            cv2.fillConvexPoly(whole, np.round(quad / _COARSE).astype(np.int32), (1,))
            visible = int(((self._map == number) & (whole == 1)).sum())
            inside = (min(right, width) - max(left, 0.0)) / (right - left)
            inside *= (min(low, height) - max(top, 0.0)) / (low - top)
            share = inside * visible / max(int(whole.sum()), 1)
            plates.append(SeenPlate(number, Box(left, top, right, low), min(share, 1.0), blur))
        return tuple(plates)


def _view(scene: StreetScene, second: float) -> StreetView:
    return StreetView(scene.size, scene.focal * scene.size[0], scene.carrier.pose(second))


def _by_distance(scene: StreetScene, view: StreetView, second: float) -> list[int]:
    """Return the numbers of the vehicles that may be seen, the farthest first."""
    near = []
    for number, vehicle in enumerate(scene.vehicles, start=1):
        spot = vehicle.at(second)
        away = float(np.hypot(spot.x - view.pose.x, spot.z - view.pose.z))
        if away < _FARTHEST:
            near.append((away, number))
    return [number for _, number in sorted(near, reverse=True)]


def _draw(
    picture: Image,
    scene: StreetScene,
    car: StreetCar,
    views: tuple[StreetView, StreetView],
    second: float,
    plates: _Plates,
) -> None:
    """Draw a vehicle, blurred as it moves in the picture, and note its plates."""
    before, now = views
    vehicle = scene.vehicles[car.number - 1]
    earlier = car.faces(vehicle.at(second - scene.shutter))
    for (panel, rear), (panel_before, _) in zip(car.faces(vehicle.at(second)), earlier, strict=True):
        if not panel.faces(now.pose.x, now.pose.z):
            continue
        ends = [
            view.project(one.points(np.array([[one.length / 2, 0.7]])))[0]
            for view, one in ((before, panel_before), (now, panel))
        ]
        moved = (0.0, 0.0)
        if min(end[2] for end in ends) > 0.5:
            moved = float(ends[1][0] - ends[0][0]), float(ends[1][1] - ends[0][1])
            # What is at the edge of the view is not worth a larger kernel.
            moved = max(min(moved[0], 40.0), -40.0), max(min(moved[1], 40.0), -40.0)
        lay(picture, now, panel, moved)
        plates.hide(car.outline(panel, is_side=rear is None))
        if rear is not None:
            plates.add(car.number, car.plate_corners(panel, rear=rear), float(np.hypot(*moved)))


def _distance(view: StreetView, panel: Panel) -> float:
    middle = panel.left[0] + panel.along[0] * panel.length / 2, panel.left[1] + panel.along[1] * panel.length / 2
    return float(np.hypot(middle[0] - view.pose.x, middle[1] - view.pose.z))


def _noise(size: tuple[int, int], rng: np.random.Generator) -> Image:
    """Return a field of sensor noise around 128 with a standard deviation of 32."""
    gray = rng.standard_normal((size[1], size[0], 1), dtype=np.float32) * 32 + 128
    noise: Image = np.repeat(np.clip(gray, 0, 255).astype(np.uint8), 3, axis=2)
    return noise
