"""Pictures for cameras that watch a folder."""

from __future__ import annotations

from pathlib import Path

import cv2

from rendering.scene.traffic import render_traffic

FRAME = 60


def write_frame_with_a_plate(path: Path) -> None:
    """Write a frame of the demo's clip in which a plate can be read, as JPEG.

    Args:
        path: Ends in `.jpg`; the folder exists.
    """
    clip = path.with_name(".clip.mp4")
    render_traffic(clip, frames=FRAME + 1)
    capture = cv2.VideoCapture(str(clip))
    capture.set(cv2.CAP_PROP_POS_FRAMES, FRAME)
    read, image = capture.read()
    capture.release()
    clip.unlink()
    assert read
    assert cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 95])
