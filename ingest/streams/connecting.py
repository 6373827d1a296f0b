"""What connects to a camera, by its settings. Cameras that push are waited for (ingest/streams/pushing)."""

from __future__ import annotations

from ingest.streams.connection import Connect
from schemas.settings import MjpegCamera, RtspCamera, UsbCamera


def connector(camera: RtspCamera | MjpegCamera | UsbCamera) -> Connect:
    """Return what connects to a camera.

    Args:
        camera: Its settings.
    """
    # FFmpeg and httpx take a while to import: only a program that reads such a camera pays for it.
    if isinstance(camera, RtspCamera):
        from ingest.streams.rtsp import RtspConnection

        return lambda: RtspConnection(camera)
    if isinstance(camera, UsbCamera):
        from ingest.streams.usb import UsbConnection

        return lambda: UsbConnection(camera)
    from ingest.streams.mjpeg import MjpegConnection

    return lambda: MjpegConnection(camera)
