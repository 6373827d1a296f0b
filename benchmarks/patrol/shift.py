"""A shift without a network: what the car holds in memory and on its disk at its end."""

from __future__ import annotations

import dataclasses
import os
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.common.machine import peak_mb, resident_mb
from benchmarks.patrol.driving import Driving, driving, reads
from pipeline.patrol.keeping import KeepingStage
from pipeline.patrol.room import RoomStage

AN_HOUR = 3000
PLATE_BYTES = 6_000
CONTEXT_BYTES = 90_000
"""As pictures of 1280x720 are at `images.jpeg_quality = 85`."""
MEGABYTES = 1024.0
"""The room that the car is given: less than the shift's pictures need, so that it is seen to hold."""
LOOK_EVERY = 500


def shift(folder: Path, hours: float) -> list[str]:
    """Simulate a shift; return lines for people.

    Args:
        folder: Where to write.
        hours: How long it is.
    """
    count = int(hours * AN_HOUR)
    began_at = datetime.now(UTC) - timedelta(hours=hours)
    rng = random.Random(5)
    plate, context = rng.randbytes(PLATE_BYTES), rng.randbytes(CONTEXT_BYTES)
    held: list[float] = []
    with driving(folder, MEGABYTES) as car:
        room = RoomStage(car.car.settings, car.car.patrol, car.car.uploads)
        keeping = KeepingStage(car.car.settings, car.car.upkeep, car.car.board)
        began, started = time.perf_counter(), resident_mb()
        processor = time.process_time()
        for number, read in enumerate(reads(count)):
            moment = began_at + timedelta(hours=hours) * number / count
            car.pass_by(
                dataclasses.replace(read, captured_at=moment, first_seen=moment, last_seen=moment), plate, context
            )
            if number % LOOK_EVERY == LOOK_EVERY - 1:
                room.step(threading.Event())
                keeping.step(threading.Event())
                held.append(_on_disk(folder))
        while car.car.uploads.count() < count:
            time.sleep(0.01)
        room.step(threading.Event())
        seconds, processor = time.perf_counter() - began, time.process_time() - processor
        return [*_lines(car, folder, count, room.lost_pictures, held, started), _work(count, hours, seconds, processor)]


def _lines(car: Driving, folder: Path, count: int, lost: int, held: list[float], started: float) -> list[str]:
    file = (folder / "car" / "car.sqlite").stat().st_size / 1e6
    pictures, size = car.car.uploads.pictures_waiting()
    produced = count * (PLATE_BYTES + CONTEXT_BYTES) / 1e9
    return [
        f"{count} reads wait, none was lost: {car.car.uploads.count() == count}; records take {file:.0f} MB "
        f"({file * 1e6 / count:,.0f} bytes a read)",
        f"pictures of {produced:.1f} GB came, of which {pictures} with {size / 1e9:.2f} GB are here; "
        f"{lost} older ones went",
        f"on the disk {max(held):,.0f} MB at most, of {MEGABYTES:,.0f} MiB",
        f"memory: {started:.0f} MB at the start, {resident_mb():.0f} MB at the end, {peak_mb():.0f} MB at most",
    ]


def _work(count: int, hours: float, seconds: float, processor: float) -> str:
    share = processor / (hours * 3600)
    return (
        f"{seconds:.0f} s for {hours:g} h; matching and storing take {1000 * processor / count:.1f} ms of a processor "
        f"for each read, {100 * share:.2f} % of one core"
    )


def _on_disk(folder: Path) -> float:
    sizes = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                sizes += (Path(path) / name).stat().st_size
            except FileNotFoundError:
                continue
    return sizes / 1e6
