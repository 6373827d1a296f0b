"""How the server alone is, written down for whoever asks: `platewatch health`, and the health of a run beside it."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from datetime import UTC, datetime
from pathlib import Path

from pipeline.health.board import HealthBoard
from pipeline.ingesting.serving import ServerStage
from schemas.health import RunHealth, SourceHealth
from services.run_state import INGEST_FILE_NAME, write_run_health

log = logging.getLogger(__name__)

TELL_SECONDS = 1.0


class Telling:
    """Writes `ingest-health.json` every second. For one thread.

    Args:
        data_dir: Where.
        board: Where the stages note how they are.
        stage: The one that serves; None: sources are fetched alone.
    """

    def __init__(self, data_dir: Path, board: HealthBoard, stage: ServerStage | None) -> None:
        self.reloaded_at: datetime | None = None
        """When the configuration was taken anew last."""
        self._data_dir = data_dir
        self._board = board
        self._stage = stage
        self._started_at = datetime.now(UTC)
        self._tell_at = float("-inf")
        self._cannot_write = False

    def tell(self) -> None:
        """Write it down, where a second has passed."""
        if time.monotonic() < self._tell_at:
            return
        self._tell_at = time.monotonic() + TELL_SECONDS
        health = RunHealth(
            process=os.getpid(),
            started_at=self._started_at,
            updated_at=datetime.now(UTC),
            stages=self._board.stages(),
            sources=self._sources(),
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

    def _sources(self) -> tuple[SourceHealth, ...]:
        """Return what is known of the sources: of those that post, what waits, too."""
        posting = () if self._stage is None else self._stage.sources
        known = {source.source_id: source for source in self._board.sources()}
        for source in posting:
            values = {"waiting": source.waiting, "last_message_at": source.last_message_at}
            known[source.source_id] = known.get(source.source_id, source).model_copy(update=values)
        return tuple(known.values())

    def end(self) -> None:
        """Leave nothing behind that says that it serves."""
        with contextlib.suppress(OSError):
            (self._data_dir / INGEST_FILE_NAME).unlink()
