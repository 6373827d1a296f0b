"""Rendered roads for measuring speed: a quiet, a normal and a busy one, by day and by night, with who drives there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from rendering.plates.standard import random_serial
from rendering.scene.scenario import DrivenVehicle, TrafficScenario
from rendering.scene.traffic import render_frames
from schemas.plates import canonical_plate

FPS = 10
SECONDS = 24
SIZE = (1280, 720)

EVERY_SECONDS = {"quiet": 24.0, "normal": 5.0, "busy": 1.6}
"""Time from one vehicle to the next."""

# A vehicle takes twelve and a half seconds from the crest to the camera. Its plate can be read in the last six of them.
_TRAVEL = 12.5
_READABLE = 6.0
_STATES = ("US-VA", "US-MD", "US-NY", "US-PA", "US-NC", "US-OH")
_BODIES = (("sedan", "B9BDC1"), ("pickup", "E6E6E2"), ("suv", "6B7076"), ("hatchback", "2C5A86"), ("van", "DADAD5"))


@dataclass(frozen=True, slots=True)
class Road:
    """A clip, and the texts of the plates that come near enough to be read in it."""

    name: str
    path: Path
    plates: frozenset[str]


def render_road(name: str, folder: Path, *, night: bool) -> Road:
    """Draw one clip of `SECONDS` at `FPS`.

    Args:
        name: A key of `EVERY_SECONDS`.
        folder: Where the clip goes.
        night: By night instead of by day.
    """
    light = "night" if night else "day"
    frames = SECONDS * FPS
    vehicles = _vehicles(EVERY_SECONDS[name], frames, night=night)
    scenario = TrafficScenario(7, SIZE, FPS, frames, 0 if night else frames, vehicles, ())
    path = folder / f"{name}-{light}.mp4"
    # MPEG-4 part 2: OpenCV's wheels carry no H.264 encoder.
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), float(FPS), SIZE)
    for picture in render_frames(scenario):
        writer.write(picture)
    writer.release()
    return Road(f"{name}, {light}", path, frozenset(canonical_plate(v.serial) for v in vehicles if _is_near(v)))


def _vehicles(every: float, frames: int, *, night: bool) -> tuple[DrivenVehicle, ...]:
    """Lay vehicles out evenly, in turns towards the camera and away from it; some are on their way already."""
    rng = np.random.default_rng(round(every * 10) + night)
    starts = np.arange(-_TRAVEL / 2, SECONDS, every)
    vehicles = []
    for number, start in enumerate(starts.tolist(), start=1):
        state = _STATES[number % len(_STATES)]
        serial = random_serial(state, rng)
        body, paint = _BODIES[number % len(_BODIES)]
        approaching = number % 2 == 1
        vehicles.append(
            DrivenVehicle(
                number=number,
                serial=serial,
                jurisdiction=state,
                looks_like=serial,
                worn=None,
                body=body,
                paint=paint,
                direction="approaching" if approaching else "receding",
                lane="left" if approaching else "right",
                start=start,
                enter_frame=max(round(start * FPS), 0),
                leave_frame=min(round((start + _TRAVEL + 1) * FPS), frames),
                night=night,
                expected="none",
                listed=None,
            )
        )
    return tuple(vehicles)


def _is_near(vehicle: DrivenVehicle) -> bool:
    """Say whether a vehicle's plate is in view for two seconds of those in which it can be read."""
    near_from = vehicle.start + (_TRAVEL - _READABLE if vehicle.direction == "approaching" else 0.0)
    seen = min(near_from + _READABLE, SECONDS) - max(near_from, 0.0)
    return seen >= 2.0
