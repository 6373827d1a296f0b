"""The stage that tells how a service is: alarms and cameras in the database, and a file for `platewatch status`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from pipeline.health.board import HealthBoard
from pipeline.health.judging import judge_cameras
from pipeline.health.readers import ReaderWatch
from pipeline.health.written import HealthFile
from schemas.errors import DatabaseUnavailable, PlatewatchError, TransientError
from schemas.events import AlarmKind
from schemas.health import CameraHealth, Reloaded, StageHealth
from schemas.settings import Settings
from services.data_directory import RUN
from storage.alerts.alarms import Alarms
from storage.cameras.pictures import save_picture
from storage.cameras.states import CameraStates
from storage.database import Database

log = logging.getLogger(__name__)

STEP_SECONDS = 1.0
DATABASE_SECONDS = 5.0
"""How often cameras are stored, and the database is asked whether it is there."""


class HealthStage:
    """Tells how the run is until the run has ended. Nothing that goes wrong here ends the run.

    Args:
        board: Where the parts of the run note how they are.
        settings: The configuration in force, asked anew each time.
        database: The open database.
        reloaded: What became of other configurations since the start.
        service: What the service is called.
        watches_cameras: Whether cameras and readers are this service's to judge; else others judge them.
    """

    name = "health"

    def __init__(
        self,
        board: HealthBoard,
        settings: Callable[[], Settings],
        database: Database,
        reloaded: Callable[[], Reloaded] = Reloaded,
        *,
        service: str = RUN,
        watches_cameras: bool = True,
    ) -> None:
        self._board = board
        self._settings = settings
        self._watches_cameras = watches_cameras
        self._database = database
        first = settings()
        self._alarms = Alarms(database, first.agency_id, first.alarm_topic)
        self._states = CameraStates(database)
        self._readers = ReaderWatch(board, database)
        self._file = HealthFile(board, first.data_dir, reloaded, service)
        self._stored: dict[str, CameraHealth] | None = None
        self._asked_at = float("-inf")
        self._away: StageHealth | None = None

    def run(self, stop: threading.Event) -> None:
        """Tell until `stop` is set, and once more then."""
        while True:
            ended = stop.wait(STEP_SECONDS)
            try:
                self._file.write(self._away)
                if self._watches_cameras and self._away is None:
                    self._judge()
                self._store(force=ended)
            except Exception:
                log.exception("the run's health cannot be told")
            if ended:
                return

    def _judge(self) -> None:
        settings = self._settings()
        if self._stored is not None:  # else what earlier runs saw is not known yet
            judge_cameras(self._board, settings)
        self._readers.judge(settings)

    def learn(self) -> None:
        """Ask what is stored of the cameras anew: others are configured now."""
        self._stored = None

    def _store(self, *, force: bool) -> None:
        if not force and self._board.next_change() is None and time.monotonic() - self._asked_at < DATABASE_SECONDS:
            return
        self._asked_at = time.monotonic()
        try:
            if self._watches_cameras:
                self._store_cameras()
                self._readers.store()
            else:
                self._states.save(self._board.machine, [])
            if self._away is not None:
                log.info("the database is back, after %.0f s", (datetime.now(UTC) - self._away.since).total_seconds())
                self._away = None
            self._board.cleared(AlarmKind.DATABASE, self._board.machine)
            # The alarm about it, too: late, and with the time at which it began.
            self._store_alarms()
        except PlatewatchError as error:
            if isinstance(error, TransientError) and not isinstance(error, DatabaseUnavailable):
                log.debug("the run's health is stored later: %s", error)
            else:
                self._note_away(str(error))

    def _note_away(self, problem: str) -> None:
        if self._away is None:
            log.error("the run waits for its database: %s", problem)
            self._board.raised(
                AlarmKind.DATABASE, self._board.machine, f"the run on this machine has to wait: {problem}"
            )
            self._away = StageHealth(stage="database", problem=problem, since=datetime.now(UTC))
        else:
            self._away = self._away.model_copy(update={"problem": problem})
        self._file.write(self._away)

    def _store_alarms(self) -> None:
        while (change := self._board.next_change()) is not None:
            if change.message is None:
                self._alarms.clear(change.kind, change.subject, change.at)
            else:
                self._alarms.raise_alarm(change.kind, change.subject, change.message, change.at)
            self._board.stored(change)

    def _store_cameras(self) -> None:
        if self._stored is None:
            self._take_up()
        cameras = {camera.camera_id: camera for camera in self._board.cameras()}
        changed = [camera for name, camera in cameras.items() if self._is_news(name, camera)]
        # Also when there is nothing to store: this is how the run learns that its database is away.
        self._states.save(self._board.machine, changed)
        self._stored = cameras
        for name, (taken_at, picture) in self._board.take_pictures().items():
            save_picture(self._database, name, taken_at, picture)

    def _is_news(self, name: str, camera: CameraHealth) -> bool:
        before = (self._stored or {}).get(name)
        return before is None or (before.last_picture_at, before.last_read_at) != (
            camera.last_picture_at,
            camera.last_read_at,
        )

    def _take_up(self) -> None:
        """Go on with what earlier runs stored, and drop the alarms of cameras that this machine has no more."""
        known = {camera.camera_id for camera in self._board.cameras()}
        for machine, state in self._states.load():
            if state.camera_id in known:
                self._go_on_with(state)
            elif machine == self._board.machine:
                self._board.forget_camera(state.camera_id)
        self._stored = {}

    def _go_on_with(self, state: CameraHealth) -> None:
        """Take over what is stored of a camera where this run does not know better."""
        for camera in self._board.cameras():
            if camera.camera_id == state.camera_id:
                self._board.camera(
                    camera.camera_id,
                    known_since=min(camera.known_since, state.known_since),
                    last_picture_at=state.last_picture_at,
                    last_read_at=state.last_read_at,
                )
