"""Rendered vehicles whose plates come one after the other, as stills and as short clips."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np

from rendering.plates.standard import random_serial
from rendering.scene.scenario import DrivenVehicle, TrafficScenario
from rendering.scene.traffic import render_frames
from schemas.types import Image

_SEED = 5
_STATES = ("US-VA", "US-MD", "US-NY", "US-PA", "US-NC", "US-OH")
_MOST_VEHICLES = 3000
_SIZE = (1280, 720)
_NEAR_SECONDS = 9.5
"""After so long a vehicle that comes towards the camera is near it, and its plate 75 pixels wide."""
_PART = (slice(250, 550), slice(250, 650))
"""What is kept of the picture, around that plate: a small picture is read sooner."""
_BLUR = 1.2
_CLIP_FPS = 10
_CLIP_FRAMES = 36


class Vehicle:
    """One vehicle: its plate, the state as lists write it, and its picture."""

    def __init__(self, plate: str, state: str, picture: Image) -> None:
        self.plate = plate
        self.state = state
        self.picture = picture


def vehicles() -> Iterator[Vehicle]:
    """Draw vehicles one by one, always the same ones."""
    rng = np.random.default_rng(_SEED)
    driven = tuple(
        _driven(number, random_serial(_STATES[number % len(_STATES)], rng), number - _NEAR_SECONDS, number, number + 1)
        for number in range(_MOST_VEHICLES)
    )
    scenario = TrafficScenario(_SEED, _SIZE, 1, len(driven), len(driven), driven, ())
    for one, picture in zip(driven, render_frames(scenario), strict=True):
        yield Vehicle(one.serial, one.jurisdiction[3:], picture[_PART])


def put_picture(path: Path, picture: Image, at: datetime, *, blurred: bool = False) -> None:
    """Put a picture into a watched folder, whole, as taken at a moment; blurred, its plate is read less surely."""
    shown = cv2.GaussianBlur(picture, (0, 0), _BLUR) if blurred else picture
    put_bytes(path, cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes(), at)


def put_bytes(path: Path, data: bytes, at: datetime) -> None:
    """Put a file into a watched folder, whole, as written at a moment."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(data)
    os.utime(unfinished, (at.timestamp(), at.timestamp()))
    unfinished.rename(path)


def render_clip(path: Path) -> None:
    """Draw a short clip: one vehicle that comes near."""
    vehicle = _driven(1, "CLP4821", -6.0, 0, _CLIP_FRAMES)
    scenario = TrafficScenario(_SEED, _SIZE, _CLIP_FPS, _CLIP_FRAMES, _CLIP_FRAMES, (vehicle,), ())
    # MPEG-4 part 2: OpenCV's wheels carry no H.264 encoder.
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), float(_CLIP_FPS), _SIZE)
    for picture in render_frames(scenario):
        writer.write(picture)
    writer.release()


def _driven(number: int, serial: str, start: float, enter: int, leave: int) -> DrivenVehicle:
    return DrivenVehicle(
        number=number,
        serial=serial,
        jurisdiction=_STATES[number % len(_STATES)],
        looks_like=serial,
        worn=None,
        body="sedan",
        paint="B9BDC1",
        direction="approaching",
        lane="left",
        start=start,
        enter_frame=enter,
        leave_frame=leave,
        night=False,
        expected="none",
        listed=None,
    )
