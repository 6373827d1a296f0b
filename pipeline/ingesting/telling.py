"""How the server alone is, written down for whoever asks: `platewatch health`, and the health of a run beside it."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.ingesting.serving import ServerStage
from schemas.health import RunHealth
from services.run_state import INGEST_FILE_NAME, write_run_health

log = logging.getLogger(__name__)

TELL_SECONDS = 1.0


class Telling:
    """Writes `ingest-health.json` every second. For one thread.

    Args:
        data_dir: Where.
        stage: The stage that serves.
    """

    def __init__(self, data_dir: Path, stage: ServerStage) -> None:
        self.reloaded_at: datetime | None = None
        """When the configuration was taken anew last."""
        self._data_dir = data_dir
        self._stage = stage
        self._started_at = datetime.now(UTC)
        self._tell_at = float("-inf")
        self._cannot_write = False

    def tell(self) -> None:
        """Write it down, where a second has passed."""
        if time.monotonic() < self._tell_at:
            return
        self._tell_at = time.monotonic() + TELL_SECONDS
        board = self._stage.board
        health = RunHealth(
            process=os.getpid(),
            started_at=self._started_at,
            updated_at=datetime.now(UTC),
            stages=() if board is None else board.stages(),
            sources=self._stage.sources,
            reloaded_at=self.reloaded_at,
        )
        try:
            write_run_health(self._data_dir, health, INGEST_FILE_NAME)
        except OSError as error:
            if not self._cannot_write:
                log.warning("how the server is cannot be written to %s: %s", self._data_dir, error.strerror)
            self._cannot_write = True
        else:
            self._cannot_write = False

    def end(self) -> None:
        """Leave nothing behind that says that it serves."""
        with contextlib.suppress(OSError):
            (self._data_dir / INGEST_FILE_NAME).unlink()
