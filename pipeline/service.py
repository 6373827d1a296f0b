"""All stages of one machine in one process: cameras, recorder, relay, hotlist feeds, and their shutdown."""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable

from alerts.relay import Relay
from pipeline.cameras import CameraStage
from pipeline.cancellations import CancellationWorker
from pipeline.counters import Counters, RunTotals
from pipeline.hotlist_feeds import HotlistFeeds
from pipeline.lists.live_matcher import INDEX_FOLDER, LiveMatcher
from pipeline.lists.traffic import matching_settings
from pipeline.past.stage import HistoricalWorker
from pipeline.recording.queue import ArrivalQueue
from pipeline.recording.recorder import Observer, Recorder
from pipeline.retry import Stopped
from pipeline.upkeep import Upkeep
from policy.decisions import effective_retention
from recognition.recognizer import Recognizer
from schemas.errors import DatabaseUnavailable
from schemas.settings import KafkaSettings, Settings
from storage.alerts.outbox import Outbox
from storage.database import Database

log = logging.getLogger(__name__)

DRAIN_SECONDS = 15.0
"""How long a finished run waits for the broker to take the last alerts; the rest waits in the outbox."""

STOPPED_DRAIN_SECONDS = 2.0
"""The same for a run that was asked to end."""


class Service:
    """Runs every stage until it is stopped or its sources are exhausted.

    Args:
        settings: The configuration.
        database: The open database.
        kafka: Where to publish, or None to let alerts wait in the outbox.
        observer: Told of every recorded read with its alerts.
    """

    def __init__(
        self, settings: Settings, database: Database, kafka: KafkaSettings | None, observer: Observer | None = None
    ) -> None:
        self.counters = Counters()
        self._settings = settings
        self._database = database
        self._kafka = kafka
        self._matcher = LiveMatcher(database, matching_settings(settings), settings.data_dir / INDEX_FOLDER)
        self._observer = observer
        self._failure: BaseException | None = None

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
            PlatewatchError: A stage ended with an error that a person has to look at.
        """
        self._matcher.refresh(force=True)
        log.info("matching against %d hotlist entries", self._matcher.size)
        recognizer = Recognizer(self._settings.recognition, cameras=max(1, len(self._settings.cameras)))
        arrivals = ArrivalQueue(stop)
        cameras = [
            CameraStage(
                camera, self._settings, recognizer, self._database, arrivals, self.counters, until_done=until_done
            )
            for camera in self._settings.cameras
        ]
        cancellations = CancellationWorker(self._database, self._settings)
        historical = HistoricalWorker(self._database, self._settings)
        list_threads = [
            self._thread("hotlists", stop, lambda: self._matcher.run(stop)),
            self._thread("cancellations", stop, lambda: cancellations.run(stop)),
            self._thread("historical", stop, lambda: historical.run(stop)),
        ]
        camera_threads = [self._thread(camera.name, stop, functools.partial(camera.run, stop)) for camera in cameras]

        def cameras_done() -> bool:
            # A machine without cameras keeps the lists of others current, until it is stopped.
            return bool(camera_threads or until_done) and not _any_alive(camera_threads)

        recorder = Recorder(
            self._settings, self._database, self._matcher, arrivals, cameras_done, self.counters, self._observer
        )
        recorder_thread = self._thread("recorder", stop, lambda: recorder.run(stop))
        relay_stop = threading.Event()
        relay_threads = self._start_relay(relay_stop, stop)
        feeds = HotlistFeeds(self._settings, self._database)
        feeds.start()
        upkeep = Upkeep(self._settings, self._database)
        try:
            while recorder_thread.is_alive() and not stop.is_set():
                upkeep.tick()
                if on_tick is not None:
                    on_tick()
                stop.wait(0.2)
            recorder_thread.join()
            if self._failure is None:
                self._drain(relay_threads, stop, on_tick)
        finally:
            stop.set()
            relay_stop.set()
            feeds.stop()
            for thread in (*list_threads, *camera_threads, recorder_thread, *relay_threads):
                thread.join()
        if self._failure is not None:
            raise self._failure
        return self.counters.totals()

    def _start_relay(self, relay_stop: threading.Event, stop: threading.Event) -> list[threading.Thread]:
        kafka = self._kafka
        if kafka is None:
            return []
        return [self._thread("relay", stop, lambda: self._relay(kafka, relay_stop))]

    def _relay(self, kafka: KafkaSettings, relay_stop: threading.Event) -> None:
        with Outbox(self._database) as outbox:
            Relay(
                outbox,
                kafka,
                kafka.bootstrap_servers,
                topics=(self._settings.alert_topic, self._settings.alarm_topic),
                retention_days=effective_retention(self._settings).topic_days,
            ).run(relay_stop)

    def _drain(
        self, relay_threads: list[threading.Thread], stop: threading.Event, on_tick: Callable[[], None] | None
    ) -> None:
        """Give the relay a moment to publish what the last reads raised."""
        deadline = time.monotonic() + (STOPPED_DRAIN_SECONDS if stop.is_set() else DRAIN_SECONDS)
        with Outbox(self._database) as outbox, contextlib.suppress(DatabaseUnavailable):
            while _any_alive(relay_threads) and outbox.pending() > 0 and time.monotonic() < deadline:
                if on_tick is not None:
                    on_tick()
                time.sleep(0.05)

    def _thread(self, name: str, stop: threading.Event, target: Callable[[], None]) -> threading.Thread:
        """Start a stage's thread; what it raises ends the run and is raised again by `run`."""

        def guarded() -> None:
            try:
                target()
            except Stopped:
                pass
            except BaseException as error:
                log.debug("stage %s failed", name, exc_info=True)
                self._failure = self._failure or error
                stop.set()

        thread = threading.Thread(target=guarded, name=name)
        thread.start()
        return thread


def _any_alive(threads: list[threading.Thread]) -> bool:
    return any(thread.is_alive() for thread in threads)
