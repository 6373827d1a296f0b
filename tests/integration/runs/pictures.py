"""Pictures for cameras that watch a folder."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import cv2

from rendering.scene.traffic import render_traffic

FRAME = 60


def write_frame_with_a_plate(path: Path) -> None:
    """Write a frame of the demo's clip in which a plate can be read, as JPEG.

    Args:
        path: Ends in `.jpg`; the folder exists.
    """
    path.write_bytes(_frame())


@cache
def _frame() -> bytes:
    with tempfile.TemporaryDirectory(prefix="platewatch-clip-") as name:
        clip = Path(name) / "clip.mp4"
        render_traffic(clip, frames=FRAME + 1)
        capture = cv2.VideoCapture(str(clip))
        capture.set(cv2.CAP_PROP_POS_FRAMES, FRAME)
        read, image = capture.read()
        capture.release()
    assert read
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
