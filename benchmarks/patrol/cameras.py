"""What two live cameras at 15 pictures a second lose on this machine, with the whole car around them."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.ingest.streams import serve_clip
from pipeline.patrol.car import open_car
from pipeline.services.patrol import PatrolService
from rendering.street.filming import film_to, readable
from rendering.street.scenes import SceneName, street_scene
from schemas.events import Alert
from schemas.plates import canonical_plate
from schemas.settings import AlertSettings, PatrolSettings, RtspCamera, Settings
from schemas.types import PlateRead
from services.rtsp.encode import as_camera_sends
from services.service_manager import ServiceManager
from tests.integration.car.plain_lists import PlainLists, entry

SCENES: tuple[SceneName, ...] = ("curb", "follow")
SCENE_SECONDS = 16.0
SETTLING_SECONDS = 6.0
"""Models are loaded, and a stream's first key frame is waited for."""


def cameras(folder: Path, seconds: float) -> list[str]:
    """Watch two cameras for a while; return lines for people.

    The baseline is one camera alone.

    Args:
        folder: For clips and the car.
        seconds: How long each way is watched.
    """
    context = multiprocessing.get_context("spawn")
    servers, urls, plates = [], [], set[str]()
    for name in SCENES:
        scene, clip = folder / f"{name}-scene.mp4", folder / f"{name}.mp4"
        street = street_scene(name, 3, seconds=SCENE_SECONDS)
        truth = film_to(scene, street)
        plates |= {canonical_plate(street.vehicles[number - 1].look.serial) for number in readable(truth)}
        as_camera_sends(scene, clip, rate=street.fps)
        ready: Any = context.Queue()
        server = context.Process(target=serve_clip, args=(str(clip), ready), daemon=True)
        server.start()
        servers.append(server)
        urls.append(ready.get(timeout=60))
    try:
        return [_watched(folder / f"car-{count}", urls[:count], plates, seconds) for count in (1, 2)]
    finally:
        for server in servers:
            server.terminate()
            server.join()


def _watched(folder: Path, urls: list[str], plates: set[str], seconds: float) -> str:
    folder.mkdir()
    settings = Settings(
        data_dir=folder,
        agency_id="bench",
        alerts=AlertSettings(second_reader="off"),
        patrol=PatrolSettings(car="unit-12"),
        cameras=tuple(
            RtspCamera.model_validate({"id": f"camera-{number}", "url": url, "clock": "arrival", "mount": "vehicle"})
            for number, url in enumerate(urls)
        ),
    )
    read = set[str]()

    def recorded(one: PlateRead, _: Sequence[Alert]) -> None:
        if one.is_final:
            read.add(canonical_plate(one.plate))

    stop, marks = threading.Event(), list[tuple[float, float, int, int]]()
    with open_car(settings, PlainLists([entry("ZZZ9999")])) as car:

        def mark() -> None:
            known = car.board.cameras()
            frames, dropped = sum(one.frames or 0 for one in known), sum(one.dropped_frames or 0 for one in known)
            marks.append((time.monotonic(), time.process_time(), frames, dropped))

        timers = [
            threading.Timer(SETTLING_SECONDS, mark),
            threading.Timer(SETTLING_SECONDS + seconds, lambda: (mark(), stop.set())),
        ]
        for timer in timers:
            timer.start()
        PatrolService(car, ServiceManager(None), observer=recorded).run(stop)
    (began, spent_before, frames_before, dropped_before), (ended, spent, frames, dropped) = marks
    took, came, lost = ended - began, frames - frames_before, dropped - dropped_before
    return (
        f"{len(urls)} of 15 pictures/s: {came / took:.1f} pictures/s came, {lost} of {came} dropped "
        f"({lost / max(came, 1):.1%}), {(spent - spent_before) / took:.2f} cores; {len(read & plates)} of the "
        f"{len(plates)} vehicles were read that pass the two cameras"
    )
