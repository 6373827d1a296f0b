"""All of a run that is about other readers' messages: what they post to, what fetches them, what empties the inbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from ingest.inbox_place import INBOX_FILE
from ingest.server.frames import FrameTaker
from pipeline.health.board import HealthBoard
from pipeline.ingesting.cars import CarsOfRun
from pipeline.ingesting.inbox import InboxStage
from pipeline.ingesting.pulled import PulledSources
from pipeline.ingesting.serving import ServerStage
from pipeline.reloading import Difference
from pipeline.running.part import Part
from pipeline.stages.runner import Runner, any_alive
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.leadership import Leadership


class PostedReads(Part):
    """Starts and ends the stages, where there is anything for them to do.

    Args:
        settings: The configuration.
        make_inbox: Makes the stage that empties the inbox, by the configuration in force.
        board: Told how the sources do.
        runner: Runs the stages.
        leadership: Which of several processes fetches; None: there is one.
        takers: Returns what takes the pictures of cameras that push, by camera.
        cars: The patrol cars; None: this process has no database.
        until_done: Only empty the inbox, and end then.
    """

    def __init__(
        self,
        settings: Settings,
        make_inbox: Callable[[Settings], InboxStage],
        board: HealthBoard,
        runner: Runner,
        leadership: Leadership | None,
        takers: Callable[[], Mapping[str, FrameTaker]],
        cars: CarsOfRun | None = None,
        *,
        until_done: bool = False,
    ) -> None:
        self._settings = settings
        self._make_inbox = make_inbox
        self._board = board
        self._runner = runner
        self._takers = takers
        self._cars = cars
        self._server: ServerStage | None = None
        self._inbox: InboxStage | None = None
        self._emptying: list[threading.Thread] = []
        self._serving: list[threading.Thread] = []
        self._pulled = PulledSources(runner, board, leadership)
        self._until_done = until_done

    def start(self) -> None:
        """Serve, fetch, and empty the inbox, which another process may fill."""
        settings, until_done = self._settings, self._until_done
        if settings.ingest.listen is None and not settings.ingest.sources and not self._was_used():
            return
        self._inbox = self._make_inbox(settings)
        self._emptying = self._runner.start([self._inbox], watched=not until_done)
        if settings.ingest.listen is not None and not until_done:
            self._server = ServerStage(settings, self._takers, self._cars)
            self._server.board = self._board
            self._serving = self._runner.start([self._server])
        if not until_done:
            self._pulled.take(settings)

    def refuse(self, read: PlateRead, reason: str) -> None:
        """Keep a car's read that the database does not take; as `InboxStage.refuse`.

        Raises:
            InvalidInput: It is no car's: a person has to look at it.
            TransientError: It cannot be kept now.
        """
        if self._inbox is None:
            raise InvalidInput(f"read {read.read_id} of camera {read.camera_id}: {reason}")
        self._inbox.refuse(read, reason)

    @property
    def is_alive(self) -> bool:
        """Whether more reads may come."""
        return any_alive(self._emptying)

    def take_anew(self, change: Difference) -> None:
        """Take other sources."""
        settings = change.settings
        if self._inbox is None:
            self._settings = settings
            self.start()
            return
        # What ends says how it was until then, and what begins has to be known where its messages are understood.
        self._pulled.drop(settings)
        self._inbox.take_anew(settings)
        if self._server is not None:
            self._server.take_anew(settings)
        if not self._until_done:
            self._pulled.take(settings)

    def wind_down(self, *, is_stopped: bool) -> None:
        """Fetch nothing more."""
        self._pulled.stop()

    def close(self) -> None:
        """End, once the stages were told to and everything is recorded: what was is deleted from the inbox."""
        self._pulled.close()
        self._runner.join([*self._serving, *self._emptying])
        if self._inbox is not None:
            self._inbox.close()

    def _was_used(self) -> bool:
        return (self._settings.data_dir / INBOX_FILE).exists()
