"""`platewatch patrol`: a patrol car, whole, in one process and without a network."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from pipeline.cameras.configured import CameraMaker, Cameras
from pipeline.counters import RunTotals
from pipeline.health.edge import EdgeHealthStage
from pipeline.ingesting.pushed import PushedFrames
from pipeline.lists.live_matcher import LiveMatcher
from pipeline.metrics.collector import RunCollector
from pipeline.patrol.arriving import CarArrivals
from pipeline.patrol.canceling import CarCancellationStage
from pipeline.patrol.car import Car
from pipeline.patrol.draining import draining_of
from pipeline.patrol.keeping import KeepingStage
from pipeline.patrol.lists.ages import ListAges
from pipeline.patrol.lists.fetching import ListFetching
from pipeline.patrol.lists.matching import CarMatcher
from pipeline.patrol.lists.merging import ListMerging
from pipeline.patrol.lists.server import ask_over_https
from pipeline.patrol.making_room import RoomMakingUnits
from pipeline.patrol.room import RoomStage
from pipeline.recording.alarming import BoardAlarms
from pipeline.recording.pace import Pace
from pipeline.recording.recorder import Observer, Recorder
from pipeline.reloading import check_everywhere
from pipeline.running.frame import Frame
from pipeline.running.part import Part, Stages
from pipeline.running.probing import answers
from pipeline.running.takeover import TakeOver
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage, SteppedStage
from policy.traffic import matching_settings
from schemas.errors import ConfigurationError
from schemas.settings import PushCamera, Settings
from services.service_manager import ServiceManager

log = logging.getLogger(__name__)

NAME = "patrol"

PACE = Pace(most=50, idle_seconds=0.1, waiting_seconds=0.02, gathers=False)
"""An officer waits for the alert: what is there shares a transaction, and none waits for more to come."""


EARLY_SECONDS = 0.05
"""How long an early alert waits for the second reader, unless the configuration says: its word follows as an update."""


class PatrolService:
    """Runs a car until it is stopped or its cameras are exhausted.

    Args:
        car: What it keeps; open for as long as the service runs.
        manager: Told of when the car is ready, and that it goes on.
        serving: What works for the officer: the page, from above this layer, and what knows how the car is.
        observer: Told of every recorded read with its alerts.
        revoked: Told that the server has revoked this car, in its words: the lists have to go.
    """

    def __init__(
        self,
        car: Car,
        manager: ServiceManager,
        serving: Sequence[Stage] = (),
        observer: Observer | None = None,
        revoked: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._car = car
        self._settings = car.settings
        self._manager = manager
        self._serving = serving
        self._observer = observer
        self.draining = draining_of(car, self._is_revoked)
        """What brings home what the car read; None: no server is configured."""
        self._matcher = _matcher_of(car)
        self._matcher.board = car.board
        self._pushed = PushedFrames()
        self._revoked = revoked
        self.fetching = _fetching_of(car)
        """What brings the lists; None: they are not the car's own."""

    def run(self, stop: threading.Event, *, until_done: bool = False) -> RunTotals:
        """Run until `stop` is set; with `until_done` also end when every camera's source is read and recorded.

        Args:
            stop: Set it (from a signal handler) for a clean shutdown.
            until_done: End by itself when no camera has anything left.

        Returns:
            The run's totals.

        Raises:
            PlatewatchError: A stage ended with an error that a person has to look at; or, with `until_done`, a camera's
                source is missing, after the others were read.
        """
        car = self._car
        self._matcher.refresh(force=True)
        log.info("car %s: matching against %d hotlist entries", car.patrol.car, self._matcher.size)
        runner = Runner(stop)
        collector = RunCollector(car.counters, car.board, lambda: self._matcher.size, outgoing=car.outgoing)
        with answers(self._settings.metrics, collector, runner, car.board):
            self._frame(runner, stop, until_done=until_done).run(stop)
        return car.counters.totals()

    def _frame(self, runner: Runner, stop: threading.Event, *, until_done: bool) -> Frame:
        car, settings = self._car, self._settings
        takeover = TakeOver(settings, car.board, fits=check_patrol)
        arrivals = CarArrivals(stop, car.ledger, car.leaving_out)
        make = CameraMaker(
            settings,
            car.items,
            arrivals,
            car.counters,
            car.board,
            self._pushed,
            until_done=until_done,
            whereabouts=car.whereabouts,
        )
        cameras = Cameras(settings, runner, car.board, make, self._pushed)

        def nothing_comes() -> bool:
            return bool(cameras.threads or until_done or stop.is_set()) and not cameras.are_alive

        recorder = Recorder(
            _in_a_hurry(settings),
            RoomMakingUnits(car.ledger, car.uploads, car.board),
            BoardAlarms(car.board),
            self._matcher,
            arrivals,
            nothing_comes,
            car.counters,
            self._observer,
            car.board,
            pace=PACE,
        )
        recording = Stages(runner, [recorder], watched=True)
        parts: list[Part] = [
            # The page first: the officer sees at once that the car starts.
            # Daemons: a browser, or a server that does not answer, must not keep a stopped car alive.
            Stages(runner, self._serving, at_once=False, daemon=True),
            Stages(runner, [self._matcher], watched=True),
            Stages(runner, car.positions),
            cameras,
            recording,
            Stages(runner, self._keeping()),
            Stages(runner, self._sending(), at_once=False, daemon=True),
        ]
        telling = EdgeHealthStage(
            car.board, lambda: takeover.settings, car.outgoing, lambda: takeover.reloaded, service=NAME
        )
        return Frame(
            runner,
            parts,
            work=recording,
            telling=telling,
            takeover=takeover,
            manager=self._manager,
            reload=None,
            in_words=self._in_words,
        )

    def _keeping(self) -> list[Stage]:
        car = self._car
        names = (lambda: None) if car.sealed is None else car.sealed.lists.names
        stages: list[SteppedStage] = [
            CarCancellationStage(car.settings, car.lists, car.alerts, car.ledger, names),
            KeepingStage(car.settings, car.upkeep, car.board),
            RoomStage(car.settings, car.patrol, car.uploads),
            *(() if car.sealed is None else (ListMerging(car.sealed.lists),)),
        ]
        for stage in stages:
            stage.board = car.board
        return list[Stage](stages)

    def _sending(self) -> list[Stage]:
        stages = [stage for stage in (self.fetching, self.draining) if stage is not None]
        for stage in stages:
            stage.board = self._car.board
        return list[Stage](stages)

    def _is_revoked(self, reason: str) -> None:
        if self._car.sealed is not None:
            self._car.sealed.lists.wipe(f"the server has revoked this car ({reason})")
        self._revoked(reason)

    def _in_words(self, settings: Settings) -> str:
        return f"car {self._car.patrol.car}: {len(settings.cameras)} cameras, {self._matcher.size} hotlist entries"


def _matcher_of(car: Car) -> LiveMatcher:
    settings = matching_settings(car.settings)
    if car.sealed is None:
        return LiveMatcher(car.lists, settings)
    ages = ListAges(car.settings, car.patrol, car.sealed.lists)
    return CarMatcher(car.lists, settings, ages.red, car.sealed.gate)


def _fetching_of(car: Car) -> ListFetching | None:
    if car.sealed is None:
        return None
    ask = None if car.patrol.server is None else ask_over_https(car.patrol, car.sealed.gate.reached)
    return ListFetching(car.settings, car.sealed.lists, car.sealed.gate, ask)


def _in_a_hurry(settings: Settings) -> Settings:
    """Return the configuration with alerts that do not wait where the officer would."""
    if "second_reader_early_seconds" in settings.alerts.model_fields_set:
        return settings
    alerts = settings.alerts.model_copy(update={"second_reader_early_seconds": EARLY_SECONDS})
    return settings.model_copy(update={"alerts": alerts})


def check_patrol(settings: Settings) -> None:
    """Find what a car would refuse to start with.

    Raises:
        ConfigurationError: It cannot be used.
    """
    if settings.patrol is None:
        raise ConfigurationError("no [patrol] is configured; add it with `car`, the name that the server knows it by")
    if not settings.cameras:
        raise ConfigurationError("no cameras are configured; add [[cameras]] with id, type and where it is")
    for camera in settings.cameras:
        if camera.mount != "vehicle":
            raise ConfigurationError(
                f"camera '{camera.id}': is in a car, whose position its reads have; set mount = \"vehicle\""
            )
        if isinstance(camera, PushCamera):
            raise ConfigurationError(
                f"camera '{camera.id}': a car takes no pushed pictures; read the camera by rtsp, mjpeg or usb"
            )
    if settings.images.url is not None:
        raise ConfigurationError(
            "images.url is set, and a car keeps its pictures on its own disk until the server has them; remove it"
        )
    check_everywhere(settings)
