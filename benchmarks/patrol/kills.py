"""A car's process is killed at random moments; each drive's books are compared with an undisturbed one's."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

from rendering.scene.traffic import render_traffic
from tests.integration.car.drives import BEGAN, Drive, make_drive

KILLS_OF_A_DRIVE = 10
CLIP_FRAMES = (130, 130, 90)


def kills(folder: Path, count: int) -> list[str]:
    """Kill a car's process again and again; return lines for people.

    Args:
        folder: Where to write.
        count: How many kills.

    Raises:
        AssertionError: Something that was stored is gone, or a drive's books differ from an undisturbed one's.
    """
    clips, rng = _clips(folder / "clips"), random.Random(count)
    reference = make_drive(folder / "undisturbed", clips)
    began = time.monotonic()
    reference.finish()
    seconds = time.monotonic() - began
    books = reference.books()
    left, drives = count, 0
    while left > 0:
        drive = make_drive(folder / f"drive-{drives}", clips)
        for _ in range(min(left, KILLS_OF_A_DRIVE)):
            _kill(drive, rng.uniform(0.05, 1.0) * seconds)
        left -= KILLS_OF_A_DRIVE
        drives += 1
        drive.finish()
        _same(drive.books() == books, f"books of drive {drives}")
        _same(drive.pictures_on_disk() == books.pictures, f"pictures of drive {drives}")
        shutil.rmtree(drive.config.parent)
    return [
        f"{count} kills in {drives} drives of {seconds:.0f} s: nothing lost, nothing doubled; "
        f"{len(books.reads)} reads, {len(books.uploads)} messages for the server, {len(books.hits)} hits, "
        f"{len(books.alerts)} alerts and updates, {len(books.pictures)} pictures are the same by their ids in each"
    ]


def _kill(drive: Drive, after: float) -> None:
    before = drive.books().uploads if drive.file.exists() else frozenset()
    process = drive.start()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    if drive.file.exists():
        _same(before <= drive.books().uploads, "what was stored before a kill")


def _same(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(f"{what}: not as of an undisturbed drive")


def _clips(folder: Path) -> Path:
    folder.mkdir()
    for number, frames in enumerate(CLIP_FRAMES):
        path = folder / f"{number}.mp4"
        render_traffic(path, seed=7 + number, frames=frames)
        moment = BEGAN.timestamp() + 30 * number
        os.utime(path, (moment, moment))
    return folder
