"""The file in which a service says how it is, for whoever asks on this machine."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline.health.board import HealthBoard
from schemas.health import LocalAlarm, OutgoingHealth, Reloaded, RunHealth, StageHealth
from services.data_directory import RUN
from services.run_state import health_file, write_run_health

log = logging.getLogger(__name__)


class HealthFile:
    """Writes it. Nothing that goes wrong here ends the service. For one thread.

    Args:
        board: Where the parts of the service note how they are.
        data_dir: The data directory.
        reloaded: What became of other configurations since the start.
        service: What the service is called.
        kind: Whose lock and file it has; None: its own.
    """

    def __init__(
        self,
        board: HealthBoard,
        data_dir: Path,
        reloaded: Callable[[], Reloaded] = Reloaded,
        service: str = RUN,
        kind: str | None = None,
    ) -> None:
        self._board = board
        self._data_dir = data_dir
        self._reloaded = reloaded
        self._service = service
        self._name = health_file(kind or service)
        self._started_at = datetime.now(UTC)
        self._cannot_write = False

    def write(
        self,
        database_problem: StageHealth | None = None,
        alarms: tuple[LocalAlarm, ...] = (),
        outgoing: OutgoingHealth | None = None,
    ) -> None:
        """Write how the service is now; arguments as the fields of `RunHealth`."""
        reloaded = self._reloaded()
        health = RunHealth(
            service=self._service,
            process=os.getpid(),
            started_at=self._started_at,
            updated_at=datetime.now(UTC),
            database_problem=database_problem,
            stages=self._board.stages(),
            cameras=self._board.cameras(),
            sources=self._board.sources(),
            reloaded_at=reloaded.at,
            needs_restart=reloaded.needs_restart,
            alarms=alarms,
            outgoing=outgoing,
            car_states=self._board.car_states,
        )
        try:
            write_run_health(self._data_dir, health, self._name)
        except OSError as error:
            if not self._cannot_write:
                log.warning("how the run is cannot be written to %s: %s", self._data_dir, error.strerror)
            self._cannot_write = True
        else:
            self._cannot_write = False
