"""All of a run that is about posted messages: the server, and what empties its inbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from ingest.server.frames import FrameTaker
from pipeline.health.board import HealthBoard
from pipeline.ingesting.inbox import InboxStage
from pipeline.ingesting.serving import ServerStage
from pipeline.recording.queue import ArrivalQueue
from pipeline.stages.runner import Runner, any_alive
from schemas.settings import Settings
from storage.database import Database
from storage.spool.messages import INBOX_FILE


class PostedReads:
    """Starts and ends both stages, where there is anything for them to do. For one thread.

    Args:
        settings: The configuration.
        database: The open database.
        arrivals: To the recorder.
        board: Told how the sources do.
        runner: Runs the stages.
        takers: Returns what takes the pictures of cameras that push, by camera.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        arrivals: ArrivalQueue,
        board: HealthBoard,
        runner: Runner,
        takers: Callable[[], Mapping[str, FrameTaker]],
    ) -> None:
        self._settings = settings
        self._database = database
        self._arrivals = arrivals
        self._board = board
        self._runner = runner
        self._takers = takers
        self._server: ServerStage | None = None
        self._inbox: InboxStage | None = None
        self._emptying: list[threading.Thread] = []
        self._serving: list[threading.Thread] = []

    def start(self, *, until_done: bool) -> None:
        """Serve, and empty the inbox, which another process may fill.

        Args:
            until_done: Only empty it, and end then.
        """
        settings = self._settings
        if settings.ingest.listen is None and not settings.ingest.sources and not self._was_used():
            return
        self._inbox = InboxStage(settings, self._database, self._arrivals, self._board, until_done=until_done)
        self._emptying = self._runner.start([self._inbox], watched=not until_done)
        if settings.ingest.listen is not None and not until_done:
            self._server = ServerStage(settings, self._takers)
            self._server.board = self._board
            self._serving = self._runner.start([self._server])

    @property
    def is_alive(self) -> bool:
        """Whether more reads may come."""
        return any_alive(self._emptying)

    def take_anew(self, settings: Settings) -> None:
        """Take other sources."""
        if self._inbox is not None:
            self._inbox.take_anew(settings)
        if self._server is not None:
            self._server.take_anew(settings)

    def close(self) -> None:
        """End, once the stages were told to and everything is recorded: what was is deleted from the inbox."""
        self._runner.join([*self._serving, *self._emptying])
        if self._inbox is not None:
            self._inbox.close()

    def _was_used(self) -> bool:
        return (self._settings.data_dir / INBOX_FILE).exists()
