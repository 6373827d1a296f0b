"""Clips that a car drives past, and what an undisturbed drive keeps of them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from rendering.scene.traffic import render_traffic
from tests.integration.car.drives import BEGAN, Drive, make_drive

CLIP_FRAMES = (130, 130, 90)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips of other vehicles each, filmed one after the other."""
    folder = tmp_path_factory.mktemp("clips")
    for number, frames in enumerate(CLIP_FRAMES):
        path = folder / f"{number}.mp4"
        render_traffic(path, seed=7 + number, frames=frames)
        moment = BEGAN.timestamp() + 30 * number
        os.utime(path, (moment, moment))
    return folder


@pytest.fixture(scope="session")
def undisturbed(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Drive, float]:
    """A drive that nothing interrupts, and how many seconds it took."""
    drive = make_drive(tmp_path_factory.mktemp("undisturbed"), clips)
    began = time.monotonic()
    drive.finish()
    return drive, time.monotonic() - began
