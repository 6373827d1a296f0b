"""All stages of one machine in one process, and their shutdown in order."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence

from ingest.streams.connecting import connector
from pipeline.broker import BrokerAddress
from pipeline.cameras import CameraStage
from pipeline.cancellations import CancellationStage
from pipeline.counters import Counters, RunTotals
from pipeline.crew import Crew
from pipeline.feeds.stages import ListAgesStage
from pipeline.health.board import HealthBoard
from pipeline.health.stage import HealthStage
from pipeline.ingesting.posted import PostedReads
from pipeline.ingesting.pushed import NothingPushed, PushedFrames
from pipeline.lists.live_matcher import INDEX_FOLDER, LiveMatcher
from pipeline.metrics.collector import RunCollector
from pipeline.metrics.server import MetricsServer, Probes
from pipeline.past.stage import PastStage
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Observer, Recorder
from pipeline.reloading import Reload
from pipeline.routing import DeliveryStage, RoutingStage
from pipeline.sending_pictures import PicturesStage
from pipeline.sharing import SharingStage
from pipeline.stages.runner import Runner, any_alive
from pipeline.stages.stage import Stage, SteppedStage
from pipeline.storms import StormStage
from pipeline.streams import LiveCameraStage
from pipeline.upkeep import UpkeepStage
from policy.traffic import matching_settings
from recognition.recognizer import Recognizer
from schemas.errors import DatabaseUnavailable
from schemas.events import AlarmKind
from schemas.settings import CameraSettings, PushCamera, Settings, StreamCamera
from services.service_manager import ServiceManager
from storage.alerts.numbering import number_alerts
from storage.alerts.outbox import pending
from storage.database import Database
from storage.leadership import Leadership

log = logging.getLogger(__name__)

TICK_SECONDS = 0.2

DRAIN_SECONDS = 15.0
"""How long a finished run waits for the broker to take the last alerts; the rest waits in the outbox."""

STOPPED_DRAIN_SECONDS = 2.0
"""The same for a run that was asked to end."""

SILENT_SECONDS = 180.0
"""A part of the run that shows no life for so long hangs; the unit in deploy/ has the same for its watchdog."""

HEALTH_JOIN_SECONDS = 2.0
"""How long the end of a run waits until it is told how it was."""

FEED_JOIN_SECONDS = 5.0
"""How long a stopped run waits for a feed, or an image store, whose server does not answer; ending it loses nothing."""


class Service:
    """Runs every stage until it is stopped or its sources are exhausted.

    Args:
        settings: The configuration.
        database: The open database.
        kafka: Gives where to publish (see `open_broker`), or None to let alerts wait in the outbox.
        observer: Told of every recorded read with its alerts.
        manager: Told of when the run is ready, and that it goes on; None: nobody is.
        reload: How the run is told to take its configuration anew; None: it is not.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress | None,
        observer: Observer | None = None,
        manager: ServiceManager | None = None,
        reload: Reload | None = None,
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._observer = observer
        self._manager = manager or ServiceManager(None)
        self._reload = reload
        self._matcher = LiveMatcher(database, matching_settings(settings), settings.data_dir / INDEX_FOLDER)
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
        runner = Runner(stop)
        arrivals = ArrivalQueue(stop)
        with Leadership(self._database) as leadership, self._metrics(runner):
            make_camera = self._camera_maker(arrivals, until_done=until_done)
            crew = Crew(self._settings, self._database, self._kafka, leadership, self._board, runner, make_camera)
            recorder = self._recorder(crew, arrivals, stop, until_done=until_done)
            health, health_stop = self._health(crew), threading.Event()
            # What sends pictures ends last, when everything is recorded.
            pictures_stop = threading.Event()
            self._posted = PostedReads(
                self._settings, self._database, arrivals, self._board, runner, leadership, self._pushed.takers
            )
            threads = [*runner.start([self._matcher], watched=True), *runner.start(self._stages(leadership))]
            crew.start()
            self._posted.start(until_done=until_done)
            recording = runner.start([recorder], watched=True)
            # Daemons: a server that does not answer must not keep a stopped run alive.
            sending = runner.start([self._pictures], pictures_stop, daemon=True)
            telling = runner.start([health], health_stop, daemon=True)
            # Daemons, too: a mail server may take its time to answer.
            delivering = runner.start(self._deliveries(leadership), daemon=True)
            try:
                self._watch(runner, recording, stop, on_tick, lambda: self._take_anew(crew, health))
                self._manager.stopping()
                self._posted.stop()
                if stop.is_set():
                    crew.cameras.stop()
                runner.join(recording)
                if not runner.has_failed:
                    self._drain([*crew.publishing.threads, *sending], stop, on_tick)
            finally:
                stop.set()
                crew.stop()
                pictures_stop.set()
                runner.join([*crew.feeds.threads, *sending, *delivering], FEED_JOIN_SECONDS)
                runner.join([*threads, *crew.cameras.threads, *recording, *crew.publishing.threads])
                self._posted.close()
                health_stop.set()
                runner.join(telling, HEALTH_JOIN_SECONDS)
        runner.check()
        crew.check()
        return self.counters.totals()

    def live_frames(self, camera_id: str) -> tuple[int, int]:
        """Return how many frames of a live camera came, and how many of them newer ones replaced."""
        camera = next((one for one in self._board.cameras() if one.camera_id == camera_id), None)
        return (0, 0) if camera is None else (camera.frames or 0, camera.dropped_frames or 0)

    def _camera_maker(self, arrivals: ArrivalQueue, *, until_done: bool) -> Callable[[CameraSettings, Settings], Stage]:
        recognizer = Recognizer(self._settings.recognition, cameras=max(1, len(self._settings.cameras)))

        def make(camera: CameraSettings, settings: Settings) -> Stage:
            if isinstance(camera, PushCamera) and until_done:
                return NothingPushed(camera)
            if isinstance(camera, StreamCamera):
                return LiveCameraStage(
                    camera,
                    self._pushed.connect(camera) if isinstance(camera, PushCamera) else connector(camera),
                    settings,
                    recognizer,
                    arrivals,
                    self.counters,
                    until_done=until_done,
                    board=self._board,
                )
            return CameraStage(
                camera,
                settings,
                recognizer,
                self._database,
                arrivals,
                self.counters,
                until_done=until_done,
                board=self._board,
            )

        return make

    def _recorder(self, crew: Crew, arrivals: ArrivalQueue, stop: threading.Event, *, until_done: bool) -> Recorder:
        def cameras_done() -> bool:
            # A machine without cameras keeps the lists of others current, until it is stopped.
            is_over = bool(crew.cameras.threads or until_done or stop.is_set()) and not crew.cameras.is_alive
            return is_over and not self._posted.is_alive

        return Recorder(
            self._settings,
            self._database,
            self._matcher,
            arrivals,
            cameras_done,
            self.counters,
            self._observer,
            self._board,
        )

    def _watch(
        self,
        runner: Runner,
        recording: Sequence[threading.Thread],
        stop: threading.Event,
        on_tick: Callable[[], None] | None,
        take_anew: Callable[[], None],
    ) -> None:
        """Wait until the run is to end or everything is recorded, and tell the service manager meanwhile."""
        is_ready = False
        while any_alive(recording) and not stop.is_set():
            if not is_ready and runner.is_under_way:
                is_ready = True
                self._manager.ready(self._in_words(self._settings))
            if is_ready:
                self._manager.feed(runner.silent)
            if on_tick is not None:
                on_tick()
            take_anew()
            stop.wait(TICK_SECONDS)

    def _health(self, crew: Crew) -> HealthStage:
        return HealthStage(self._board, lambda: crew.settings, self._database, lambda: crew.reloaded)

    def _metrics(self, runner: Runner) -> contextlib.AbstractContextManager[object]:
        listen = self._settings.metrics.listen
        if listen is None:
            return contextlib.nullcontext()

        def live() -> list[str]:
            return [f"{stage} shows no life" for stage in runner.silent(SILENT_SECONDS)]

        def ready() -> list[str]:
            troubled = [f"{stage.stage}: {stage.problem}" for stage in self._board.stages()]
            away = [AlarmKind.DATABASE.value] if self._board.standing()[AlarmKind.DATABASE] else []
            return [*live(), *troubled, *away, *([] if runner.is_under_way else ["starting"])]

        collector = RunCollector(self.counters, self._board, lambda: self._matcher.size)
        return MetricsServer(listen, collector, Probes(live, ready))

    def _take_anew(self, crew: Crew, health: HealthStage) -> None:
        """Take the configuration anew where that was asked, and write down what changed as soon as that can be done."""
        if self._reload is not None and self._reload.asked.is_set():
            self._reload.asked.clear()
            self._manager.reloading()
            try:
                if crew.take_anew(self._reload.load):
                    health.learn()
                    self._pushed.keep(crew.settings)
                    self._posted.take_anew(crew.settings)
            finally:
                self._manager.reloaded(self._in_words(crew.settings))
        crew.write_down()

    def _in_words(self, settings: Settings) -> str:
        return f"{len(settings.cameras)} cameras, {self._matcher.size} hotlist entries"

    def _stages(self, leadership: Leadership) -> list[SteppedStage]:
        stages: list[SteppedStage] = [
            CancellationStage(self._database, self._settings, leadership),
            PastStage(self._database, self._settings, leadership),
            RoutingStage(self._database, self._settings, leadership),
            StormStage(self._database, leadership),
            SharingStage(self._database, self._settings, leadership),
            ListAgesStage(self._settings, self._database, leadership),
            UpkeepStage(self._settings, self._database, leadership),
        ]
        for stage in stages:
            stage.board = self._board
        return stages

    def _deliveries(self, leadership: Leadership) -> list[Stage]:
        stages = [DeliveryStage(channel, self._database, leadership) for channel in self._settings.alerts.channels]
        for stage in stages:
            stage.board = self._board
        return list[Stage](stages)

    def _drain(
        self, threads: Sequence[threading.Thread], stop: threading.Event, on_tick: Callable[[], None] | None
    ) -> None:
        """Give the relay a moment to publish what the last reads raised, and number it; and pictures to be sent."""
        deadline = time.monotonic() + (STOPPED_DRAIN_SECONDS if stop.is_set() else DRAIN_SECONDS)
        with contextlib.suppress(DatabaseUnavailable):
            number_alerts(self._database)
            while any_alive(threads) and self._is_something_left() and time.monotonic() < deadline:
                if on_tick is not None:
                    on_tick()
                time.sleep(0.05)

    def _is_something_left(self) -> bool:
        return (self._kafka is not None and pending(self._database) > 0) or self._pictures.waiting() > 0
