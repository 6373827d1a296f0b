"""`platewatch run`: all stages of one machine in one process."""

from __future__ import annotations

import functools
import logging
import socket
import threading
from collections.abc import Callable, Sequence

from operations.actors import service_actor
from operations.settings import note_settings
from pipeline.alerting.channels import Channels
from pipeline.alerting.publishing import Publishing
from pipeline.broker import BrokerAddress
from pipeline.cameras.added import AddedCamerasStage
from pipeline.cameras.configured import CameraMaker, Cameras
from pipeline.cameras.positions import follow_positions
from pipeline.cameras.whereabouts import Whereabouts
from pipeline.counters import Counters, RunTotals
from pipeline.feeds.configured import Feeds
from pipeline.fitting import check, check_sources
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from pipeline.ingesting.cars import cars_of_run
from pipeline.ingesting.inbox import InboxStage
from pipeline.ingesting.posted import PostedReads
from pipeline.ingesting.pushed import PushedFrames
from pipeline.lists.stored import matcher_of
from pipeline.metrics.collector import RunCollector
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Observer, Recorder
from pipeline.recording.sending_pictures import PicturesStage
from pipeline.reloading import Reload
from pipeline.running.frame import Frame
from pipeline.running.part import Part, Stages
from pipeline.running.probing import answers
from pipeline.running.takeover import TakeOver
from pipeline.services.leading import leading_stages, upkeep_stages
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage
from schemas.settings import Settings
from services.service_manager import ServiceManager
from storage.alerts.alarms import Alarms
from storage.alerts.unit_of_work import Ledger
from storage.cars.rows import CarRows
from storage.database import Database
from storage.item_ledger import ItemLedger
from storage.leadership import Leadership
from storage.quarantine.quarantine import Quarantine
from storage.reads.recent import reported_lately

log = logging.getLogger(__name__)

ACTOR = "run"
"""Who takes another configuration over, in the audit."""


class Service:
    """Runs every stage until it is stopped or its sources are exhausted.

    Args:
        settings: The configuration.
        database: The open database.
        kafka: Gives where to publish (see `open_broker`), or None to let alerts wait in the outbox.
        observer: Told of every recorded read with its alerts.
        manager: Told of when the run is ready, and that it goes on; None: nobody is.
        reload: How the run is told to take its configuration anew; None: it is not.
        serving: What answers people besides, from above this layer: the console.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress | None,
        observer: Observer | None = None,
        manager: ServiceManager | None = None,
        reload: Reload | None = None,
        serving: Sequence[Stage] = (),
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._observer = observer
        self._manager = manager or ServiceManager(None)
        self._reload = reload
        self._serving = serving
        self._matcher = matcher_of(database, settings)
        self._pictures = PicturesStage(settings)
        self._board = HealthBoard(socket.gethostname())
        self._pushed = PushedFrames()
        self._matcher.board = self._pictures.board = self._board

    def run(
        self, stop: threading.Event, *, until_done: bool = False, on_tick: Callable[[], None] | None = None
    ) -> RunTotals:
        """Run until `stop` is set; with `until_done` also end when every source is read and recorded.

        Args:
            stop: Set it (from a signal handler) for a clean shutdown.
            until_done: End by itself when no source has anything left.
            on_tick: Called a few times a second from this thread (a live display).

        Returns:
            The run's totals.

        Raises:
            PlatewatchError: A stage ended with an error that a person has to look at; or, with `until_done`, a camera's
                source is missing, after the others were read.
        """
        self._matcher.refresh(force=True)
        log.info("matching against %d hotlist entries", self._matcher.size)
        # It was good until here, so what it refuses from now on is for a while.
        self._database.outlasts_refusals = True
        if stop.is_set():
            return self.counters.totals()  # while it started: what takes seconds to load is not needed any more
        runner = Runner(stop)
        collector = RunCollector(self.counters, self._board, lambda: self._matcher.size)
        with (
            Leadership(self._database) as leadership,
            answers(self._settings.metrics, collector, runner, self._board),
        ):
            self._frame(runner, leadership, stop, until_done=until_done).run(stop, on_tick)
        return self.counters.totals()

    def live_frames(self, camera_id: str) -> tuple[int, int]:
        """Return how many frames of a live camera came, and how many of them newer ones replaced."""
        camera = next((one for one in self._board.cameras() if one.camera_id == camera_id), None)
        return (0, 0) if camera is None else (camera.frames or 0, camera.dropped_frames or 0)

    def _frame(self, runner: Runner, leadership: Leadership, stop: threading.Event, *, until_done: bool) -> Frame:
        settings, database, board = self._settings, self._database, self._board
        added = None if until_done else AddedCamerasStage(settings.cameras, database, leadership)
        takeover = TakeOver(settings, board, fits=check, accept=self._accept, note=self._note(added))
        arrivals = ArrivalQueue(stop)
        whereabouts, positions = follow_positions(settings, board)
        cameras = self._cameras(runner, arrivals, whereabouts, until_done=until_done)
        posted = self._posted(runner, arrivals, leadership, until_done=until_done)
        recording = self._recording(runner, arrivals, cameras, posted, stop, until_done=until_done)
        leading = [*leading_stages(settings, database, leadership, board)]
        leading += upkeep_stages(settings, database, leadership, board)
        if added is not None:
            added.board = board
            leading.append(added)
        parts: list[Part] = [
            Stages(runner, [self._matcher], watched=True),
            Stages(runner, leading),
            Stages(runner, positions),
            cameras,
            Publishing(settings, database, self._kafka, leadership, board, runner),
            Feeds(settings, database, leadership, runner),
            posted,
            recording,
            # What sends pictures ends last, when everything is recorded. Daemons: a server that does not answer must
            # not keep a stopped run alive.
            Stages(runner, [self._pictures], at_once=False, daemon=True, left=self._pictures.waiting),
            Channels(settings, database, leadership, board, runner),
            # Daemons: browsers may take their time. People look on while what was under way is recorded.
            Stages(runner, self._serving, at_once=False, daemon=True),
        ]
        telling = HealthStage(board, lambda: takeover.settings, database, lambda: takeover.reloaded)
        return Frame(
            runner,
            parts,
            work=recording,
            telling=telling,
            takeover=takeover,
            manager=self._manager,
            reload=None if self._reload is None else _with_added(self._reload, added),
            in_words=self._in_words,
            added=added,
        )

    def _cameras(
        self, runner: Runner, arrivals: ArrivalQueue, whereabouts: Whereabouts, *, until_done: bool
    ) -> Cameras:
        make = CameraMaker(
            self._settings,
            ItemLedger(self._database),
            arrivals,
            self.counters,
            self._board,
            self._pushed,
            until_done=until_done,
            whereabouts=whereabouts,
        )
        return Cameras(self._settings, runner, self._board, make, self._pushed)

    def _posted(
        self, runner: Runner, arrivals: ArrivalQueue, leadership: Leadership, *, until_done: bool
    ) -> PostedReads:
        def make_inbox(settings: Settings) -> InboxStage:
            recall = functools.partial(reported_lately, self._database)
            return InboxStage(
                settings,
                Quarantine(self._database),
                recall,
                arrivals,
                self._board,
                until_done=until_done,
                cars=CarRows(self._database),
            )

        return PostedReads(
            self._settings,
            make_inbox,
            self._board,
            runner,
            leadership,
            self._pushed.takers,
            cars_of_run(self._settings, self._database),
            until_done=until_done,
        )

    def _recording(
        self,
        runner: Runner,
        arrivals: ArrivalQueue,
        cameras: Cameras,
        posted: PostedReads,
        stop: threading.Event,
        *,
        until_done: bool,
    ) -> Stages:
        def nothing_comes() -> bool:
            # A machine without cameras keeps the lists of others current, until it is stopped.
            is_over = bool(cameras.threads or until_done or stop.is_set()) and not cameras.are_alive
            return is_over and not posted.is_alive

        recorder = Recorder(
            self._settings,
            Ledger(self._database),
            Alarms(self._database, self._settings.agency_id, self._settings.alarm_topic),
            self._matcher,
            arrivals,
            nothing_comes,
            self.counters,
            self._observer,
            self._board,
            refused=posted.refuse,
        )
        return Stages(runner, [recorder], watched=True)

    def _accept(self, settings: Settings) -> None:
        # Where it listens stays as it is until a restart.
        check_sources(settings)
        self._database.take_over(settings)

    def _note(self, added: AddedCamerasStage | None) -> Callable[[Settings], None]:
        def note(settings: Settings) -> None:
            # Who added cameras stands in the audit already.
            theirs = settings.cameras if added is None else added.configured
            note_settings(
                service_actor(ACTOR, settings), self._database, settings.model_copy(update={"cameras": theirs})
            )

        return note

    def _in_words(self, settings: Settings) -> str:
        return f"{len(settings.cameras)} cameras, {self._matcher.size} hotlist entries"


def _with_added(reload: Reload, added: AddedCamerasStage | None) -> Reload:
    """Return how the run takes its configuration anew, with the cameras that were added besides it."""
    if added is None:
        return reload
    return Reload(reload.asked, lambda: added.beside(reload.load()))
