"""The stage that serves the console, in a run or alone; one process of a data directory does."""

from __future__ import annotations

import logging
import threading

from console.serving.certificates import FOLDER, certificate_of
from console.serving.server import ConsoleServer
from pipeline.stages.stage import SteppedStage
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from services.owner_lock import OwnerLock
from storage.database import Database

log = logging.getLogger(__name__)

LOCK_FILE = FOLDER / "server.lock"
LOOK_SECONDS = 1.0
"""How often it is looked after, and for another certificate."""


class ConsoleStage(SteppedStage):
    """Serves until it is stopped. Where another process of this data directory serves, it waits for that one's end.

    Args:
        settings: The configuration.
        database: An open database.
    """

    name = "console"
    trouble = "the console cannot be reached"

    def __init__(self, settings: Settings, database: Database) -> None:
        super().__init__()
        self._settings = settings
        self._database = database
        self._lock = OwnerLock(settings.data_dir / LOCK_FILE)
        self._server: ConsoleServer | None = None
        self._has_said = False
        self._other: Settings | None = None
        self.is_up = threading.Event()
        """Set once this process serves, or has found that another one does."""

    def take_anew(self, settings: Settings) -> None:
        """Have another configuration taken over, but for where it listens; called from any thread."""
        self._other = settings

    def step(self, stop: threading.Event) -> float:
        """Serve, and look after it.

        Raises:
            ConfigurationError: The server cannot be started.
        """
        self._take_over()
        if self._server is None:
            self._begin()
        elif not self._server.is_serving:
            log.error("the console ended; it is started again")
            self.end()
        else:
            self._server.look_after()
        return LOOK_SECONDS

    def end(self) -> None:
        """Take nothing more."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        self._lock.release()

    def _take_over(self) -> None:
        other, self._other = self._other, None
        if other is None:
            return
        listen = self._settings.console.listen
        settings = other.model_copy(update={"console": other.console.model_copy(update={"listen": listen})})
        try:
            certificate_of(settings)
        except PlatewatchError as error:
            log.error("the console goes on with the configuration before: %s", error)
            return
        self._settings = settings
        # People go on with their sessions, which are rows; what streams connects anew.
        self.end()

    def _begin(self) -> None:
        if not self._lock.acquire():
            if not self._has_said:
                log.info("another process serves this data directory's console; this one goes on when that one ends")
            self._has_said = True
            self.is_up.set()
            return
        server = ConsoleServer(self._settings, self._database)
        try:
            server.start()
        except BaseException:
            server.stop()
            raise
        self._server, self._has_said = server, False
        log.info("the console listens at %s; open %s", self._settings.console.listen, server.url)
        self.is_up.set()
