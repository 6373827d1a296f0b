"""Drawn traffic that is hard to read surely: worn characters, night, blur, noise, hard compression."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from rendering.plates.standard import WornCharacter, random_serial
from rendering.scene.scenario import DrivenVehicle, TrafficScenario
from rendering.scene.traffic import render_frames
from schemas.types import Image

SECONDS = 24
_TRAVEL = 12.5
_SIZES = ((1280, 720), (1920, 1080), (1280, 720), (960, 540))
_RATES = (10, 15, 25, 10)
_EVERY = (1.6, 2.4, 5.0)
_STATES = ("US-VA", "US-MD", "US-NY", "US-PA", "US-NC", "US-OH", "US-GA")
_BODIES = (("sedan", "B9BDC1"), ("pickup", "E6E6E2"), ("suv", "6B7076"), ("hatchback", "2C5A86"), ("van", "DADAD5"))
_WORN_SHARE = 0.4
_RESEMBLES = dict(zip("8B0D5S2Z6G7TCVMW39FE", "B8D0S5Z2G6T7GYNV88PF", strict=True))


def draw_clip(seed: int, path: Path) -> Path:
    """Draw one clip; what is hard about it follows from its seed.

    Args:
        seed: Of all chance; odd ones are at night.
        path: Where it goes.
    """
    rng = np.random.default_rng(seed)
    rate, size, is_night = _RATES[seed % 4], _SIZES[seed // 4 % 4], bool(seed % 2)
    frames = SECONDS * rate
    starts = np.arange(-_TRAVEL / 2, SECONDS, _EVERY[seed % 3]).tolist()
    vehicles = tuple(_vehicle(number, start, rate, rng, night=is_night) for number, start in enumerate(starts, start=1))
    scenario = TrafficScenario(seed, size, rate, frames, 0 if is_night else frames, vehicles, ())
    # MPEG-4 part 2: OpenCV's wheels carry no H.264 encoder.
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), float(rate), size)
    for picture in render_frames(scenario):
        writer.write(_worse(picture, seed // 2 % 4, rng))
    writer.release()
    return path


def _vehicle(number: int, start: float, rate: int, rng: np.random.Generator, *, night: bool) -> DrivenVehicle:
    state = _STATES[int(rng.integers(len(_STATES)))]
    serial = random_serial(state, rng)
    places = [place for place, character in enumerate(serial) if character in _RESEMBLES]
    worn = None
    if rng.random() < _WORN_SHARE and places:
        place = int(rng.choice(places))
        worn = WornCharacter(
            place, _RESEMBLES[serial[place]], float(rng.uniform(0.4, 1.0)), float(rng.uniform(0.0, 0.7))
        )
    is_coming = bool(rng.random() < 0.6)
    body, paint = _BODIES[number % len(_BODIES)]
    return DrivenVehicle(
        number=number,
        serial=serial,
        jurisdiction=state,
        looks_like=serial,
        worn=worn,
        body=body,
        paint=paint,
        direction="approaching" if is_coming else "receding",
        lane="left" if is_coming else "right",
        start=start,
        enter_frame=max(round(start * rate), 0),
        leave_frame=min(round((start + _TRAVEL + 1) * rate), SECONDS * rate),
        night=night,
        expected="none",
        listed=None,
    )


def _worse(picture: Image, how: int, rng: np.random.Generator) -> Image:
    """Return a picture as a worse camera gives it: as it is, blurred, noisy, or compressed hard."""
    if how == 1:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2), np.uint8)
    if how == 2:
        noise = rng.normal(0, 12, picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
    if how == 3:
        found = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], cv2.IMREAD_COLOR)
        return np.asarray(found, np.uint8)
    return picture
