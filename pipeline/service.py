"""All stages of one machine in one process, and their shutdown in order."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence

from pipeline.broker import BrokerAddress
from pipeline.cameras import CameraStage
from pipeline.cancellations import CancellationStage
from pipeline.counters import Counters, RunTotals
from pipeline.feeds.stages import FeedStage, ListAgesStage
from pipeline.lists.live_matcher import INDEX_FOLDER, LiveMatcher
from pipeline.numbering import NumberingStage
from pipeline.past.stage import PastStage
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Observer, Recorder
from pipeline.relaying import RelayStage
from pipeline.runner import Runner, any_alive
from pipeline.stage import Stage
from pipeline.upkeep import UpkeepStage
from policy.traffic import matching_settings
from recognition.recognizer import Recognizer
from schemas.errors import DatabaseUnavailable
from schemas.settings import Settings
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

FEED_JOIN_SECONDS = 5.0
"""How long a stopped run waits for a feed that waits for its server; ending it there loses nothing."""


class Service:
    """Runs every stage until it is stopped or its sources are exhausted.

    Args:
        settings: The configuration.
        database: The open database.
        kafka: Gives where to publish (see `open_broker`), or None to let alerts wait in the outbox.
        observer: Told of every recorded read with its alerts.
    """

    def __init__(
        self, settings: Settings, database: Database, kafka: BrokerAddress | None, observer: Observer | None = None
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._observer = observer
        self._matcher = LiveMatcher(database, matching_settings(settings), settings.data_dir / INDEX_FOLDER)

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
        arrivals = ArrivalQueue(stop)
        cameras = self._cameras(arrivals, until_done=until_done)
        camera_threads: list[threading.Thread] = []

        def cameras_done() -> bool:
            # A machine without cameras keeps the lists of others current, until it is stopped.
            return bool(camera_threads or until_done or stop.is_set()) and not any_alive(camera_threads)

        recorder = Recorder(
            self._settings, self._database, self._matcher, arrivals, cameras_done, self.counters, self._observer
        )
        # What publishes ends last, when everything is recorded.
        publishing_stop = threading.Event()
        runner = Runner(stop)
        with Leadership(self._database) as leadership:
            stages, feeds, publishing = self._stages(leadership), self._feeds(leadership), self._publishing(leadership)
            threads = runner.start(stages)
            camera_threads += runner.start(cameras)
            recorder_threads = runner.start([recorder])
            publishing_threads = runner.start(publishing, publishing_stop)
            # Daemons: a server that does not answer must not keep a stopped run alive.
            feed_threads = runner.start(feeds, daemon=True)
            try:
                while any_alive(recorder_threads) and not stop.is_set():
                    if on_tick is not None:
                        on_tick()
                    stop.wait(TICK_SECONDS)
                runner.join(recorder_threads)
                if not runner.has_failed:
                    self._drain(publishing_threads, stop, on_tick)
            finally:
                stop.set()
                publishing_stop.set()
                runner.join(feed_threads, FEED_JOIN_SECONDS)
                runner.join([*threads, *camera_threads, *recorder_threads, *publishing_threads])
        runner.check()
        for camera in cameras:
            if camera.missing is not None:
                raise camera.missing
        return self.counters.totals()

    def _cameras(self, arrivals: ArrivalQueue, *, until_done: bool) -> list[CameraStage]:
        recognizer = Recognizer(self._settings.recognition, cameras=max(1, len(self._settings.cameras)))
        return [
            CameraStage(
                camera, self._settings, recognizer, self._database, arrivals, self.counters, until_done=until_done
            )
            for camera in self._settings.cameras
        ]

    def _stages(self, leadership: Leadership) -> list[Stage]:
        return [
            self._matcher,
            CancellationStage(self._database, self._settings, leadership),
            PastStage(self._database, self._settings, leadership),
            ListAgesStage(self._settings, self._database, leadership),
            UpkeepStage(self._settings, self._database, leadership),
        ]

    def _feeds(self, leadership: Leadership) -> list[Stage]:
        feeds = self._settings.hotlists.feeds
        return [FeedStage(feed, self._settings, self._database, leadership) for feed in feeds]

    def _publishing(self, leadership: Leadership) -> list[Stage]:
        stages: list[Stage] = [NumberingStage(self._database, leadership)]
        if self._kafka is not None:
            stages.append(RelayStage(self._database, self._settings, self._kafka, leadership))
        return stages

    def _drain(
        self, threads: Sequence[threading.Thread], stop: threading.Event, on_tick: Callable[[], None] | None
    ) -> None:
        """Give the relay a moment to publish what the last reads raised, and number it."""
        deadline = time.monotonic() + (STOPPED_DRAIN_SECONDS if stop.is_set() else DRAIN_SECONDS)
        with contextlib.suppress(DatabaseUnavailable):
            number_alerts(self._database)
            while (
                self._kafka is not None
                and any_alive(threads)
                and pending(self._database) > 0
                and time.monotonic() < deadline
            ):
                if on_tick is not None:
                    on_tick()
                time.sleep(0.05)
