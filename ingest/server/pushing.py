"""Whether cameras that push can be served with what is configured."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.errors import ConfigurationError
from schemas.settings import CameraSettings, IngestSettings, PushCamera
from services.loopback import is_loopback


def check_pushing(cameras: Iterable[CameraSettings], ingest: IngestSettings) -> None:
    """Find what would keep cameras that push from being served, or let others be taken for them.

    Args:
        cameras: All cameras.
        ingest: The server's section.

    Raises:
        ConfigurationError: Something does; says what to set.
    """
    for camera in cameras:
        if not isinstance(camera, PushCamera):
            continue
        if ingest.listen is None:
            raise ConfigurationError(
                f"camera '{camera.id}' posts its pictures, and there is no server that takes them; set ingest.listen, "
                'like listen = "127.0.0.1:8480", and start anew'
            )
        if camera.token_sha256 is None and not is_loopback(ingest.listen.rpartition(":")[0]):
            raise ConfigurationError(
                f"camera '{camera.id}': anybody who reaches {ingest.listen} could post pictures as this camera; set "
                "token_sha256 (platewatch ingest token makes one), or listen at 127.0.0.1"
            )
