"""What connects to a camera, by its settings. Cameras that push are waited for (ingest/streams/pushing)."""

from __future__ import annotations

from ingest.streams.connection import Connect
from schemas.settings import MjpegCamera, RtspCamera


def connector(camera: RtspCamera | MjpegCamera) -> Connect:
    """Return what connects to a camera.

    Args:
        camera: Its settings.
    """
    # FFmpeg and httpx take a while to import: only a program that reads such a camera pays for it.
    if isinstance(camera, RtspCamera):
        from ingest.streams.rtsp import RtspConnection

        return lambda: RtspConnection(camera)
    from ingest.streams.mjpeg import MjpegConnection

    return lambda: MjpegConnection(camera)
