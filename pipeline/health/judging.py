"""Which cameras hang or are silent: their alarms are kept true."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from pipeline.health.board import HealthBoard
from pipeline.health.silence import hanging_message, silence_message
from schemas.events import AlarmKind
from schemas.settings import Settings

log = logging.getLogger(__name__)


def judge_cameras(board: HealthBoard, settings: Settings) -> None:
    """Raise and clear the alarms about cameras.

    Args:
        board: Knows how they are.
        settings: The configuration in force.
    """
    now = datetime.now(UTC)
    configured = {camera.id: camera for camera in settings.cameras}
    for state in board.cameras():
        camera = configured.get(state.camera_id)
        if camera is None:
            continue
        hanging = hanging_message(camera, state, now)
        if hanging is not None:
            if board.raised(AlarmKind.CAMERA_FAILED, camera.id, hanging):
                log.error("camera %s: %s", camera.id, hanging)
            continue
        silent = silence_message(camera, state, now)
        if silent is not None:
            if board.raised(AlarmKind.CAMERA_SILENT, camera.id, silent):
                log.warning("camera %s: %s", camera.id, silent)
        elif state.looked_at is not None and not state.waiting and board.cleared(AlarmKind.CAMERA_SILENT, camera.id):
            log.info("camera %s: pictures come again", camera.id)
