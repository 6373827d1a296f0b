"""Clips that are made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.rtsp.clip import Clip
from tests.unit.ingest.streams.cameras import write_clip


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    """A second of H.264 and of H.265, and one in another size."""
    folder: Path = tmp_path_factory.mktemp("clips")
    return {
        "h264": Clip.load(write_clip(folder / "a.mp4")),
        "h265": Clip.load(write_clip(folder / "b.mp4", "libx265")),
        "large": Clip.load(write_clip(folder / "c.mp4", size=(640, 360))),
    }
