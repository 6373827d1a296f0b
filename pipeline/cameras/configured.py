"""The cameras that a configuration names: made, started, exchanged and ended."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from ingest.streams.connecting import connector
from pipeline.cameras.files import CameraStage
from pipeline.cameras.live import LiveCameraStage
from pipeline.cameras.whereabouts import Whereabouts
from pipeline.counters import Counters
from pipeline.health.board import HealthBoard
from pipeline.ingesting.pushed import NothingPushed, PushedFrames
from pipeline.recording.queue import ArrivalQueue, ArrivalTaker
from pipeline.reloading import Difference
from pipeline.running.part import Part
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage
from recognition.recognizer import Recognizer
from schemas.errors import PlatewatchError
from schemas.health import CameraHealth
from schemas.items import ItemBook
from schemas.settings import CameraSettings, PushCamera, Settings, StreamCamera

log = logging.getLogger(__name__)


class MakesCameras(Protocol):
    """Makes a camera's stage, by the configuration in force, once it was told how many there are."""

    def share(self, cameras: int) -> None:
        """Take note of how many cameras there are."""

    def __call__(self, camera: CameraSettings, settings: Settings) -> Stage:
        """Return a camera's stage."""


class Cameras(Part):
    """The stages of the cameras.

    Args:
        settings: The configuration at the start.
        runner: Runs them.
        board: Told which cameras there are.
        make: Makes a camera's stage.
        pushed: Takes what cameras push.
    """

    def __init__(
        self, settings: Settings, runner: Runner, board: HealthBoard, make: MakesCameras, pushed: PushedFrames
    ) -> None:
        self._settings = settings
        self._board = board
        self._make = make
        self._pushed = pushed
        self._group = StageGroup(runner)

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._group.threads

    @property
    def are_alive(self) -> bool:
        """Whether one of them works."""
        return self._group.is_alive

    def start(self) -> None:
        """Start every camera."""
        self._start(self._settings.cameras)

    def take_anew(self, change: Difference) -> None:
        """End the cameras that are gone or changed, and start those that are new or changed."""
        self._settings = change.settings
        self._group.end(f"camera-{camera_id}" for camera_id in change.gone_cameras)
        kept = {camera.id for camera in change.settings.cameras}
        for camera_id in change.gone_cameras:
            if camera_id not in kept:
                self._board.forget_camera(camera_id)
        # Those that people added besides the configuration count as well.
        self._make.share(len(change.settings.cameras))
        self._start(change.cameras)
        self._pushed.keep(change.settings)

    def wind_down(self, *, is_stopped: bool) -> None:
        """End the cameras where the service was told to end."""
        if is_stopped:
            self._group.stop()

    def stop(self) -> None:
        """Tell all of them to end, without waiting."""
        self._group.stop()

    def check(self) -> None:
        """Raise what a camera of a run until all is done could not read.

        Raises:
            UnreadableMedia: It is missing; names the camera.
        """
        for camera in self._group.stages:
            if isinstance(camera, (CameraStage, LiveCameraStage)) and camera.missing is not None:
                raise camera.missing

    def _start(self, cameras: Sequence[CameraSettings]) -> None:
        for camera in cameras:
            self._board.know_camera(CameraHealth(camera_id=camera.id, known_since=datetime.now(UTC)))
        self._group.start([self._make(camera, self._settings) for camera in cameras])


class CameraMaker:
    """Makes the stages of cameras of every kind, which share one recognizer.

    Args:
        settings: The configuration at the start.
        book: Where finished files are remembered.
        arrivals: Where reads go.
        counters: The service's counts.
        board: Told how the cameras are.
        pushed: Takes what cameras push.
        until_done: Whether cameras end once everything that is there was read.
        live: Where reads of live cameras go, which cannot be asked for again; None: where all go.
        whereabouts: Says where they are; None: where their settings say.

    Raises:
        ConfigurationError: The recognizer cannot be made.
    """

    def __init__(
        self,
        settings: Settings,
        book: ItemBook,
        arrivals: ArrivalQueue,
        counters: Counters,
        board: HealthBoard,
        pushed: PushedFrames,
        *,
        until_done: bool,
        live: ArrivalTaker | None = None,
        whereabouts: Whereabouts | None = None,
    ) -> None:
        self._recognizer = Recognizer(settings.recognition, cameras=max(1, len(settings.cameras)))
        self._book = book
        self._arrivals = arrivals
        self._counters = counters
        self._board = board
        self._pushed = pushed
        self._until_done = until_done
        self._live = live or arrivals
        self._whereabouts = whereabouts or Whereabouts(None)

    def share(self, cameras: int) -> None:
        """Have the recognizer serve another number of cameras; where it cannot, it goes on as it is."""
        try:
            self._recognizer.share(max(1, cameras))
        except PlatewatchError as error:
            log.error("the networks are shared by %d cameras as by fewer or more before: %s", cameras, error)

    def __call__(self, camera: CameraSettings, settings: Settings) -> Stage:
        """Return a camera's stage.

        Args:
            camera: The camera.
            settings: The configuration in force.
        """
        if isinstance(camera, PushCamera) and self._until_done:
            return NothingPushed(camera)
        if isinstance(camera, StreamCamera):
            return LiveCameraStage(
                camera,
                self._pushed.connect(camera) if isinstance(camera, PushCamera) else connector(camera),
                settings,
                self._recognizer,
                self._live,
                self._counters,
                until_done=self._until_done,
                board=self._board,
                place=self._whereabouts.of(camera),
            )
        return CameraStage(
            camera,
            settings,
            self._recognizer,
            self._book,
            self._arrivals,
            self._counters,
            until_done=self._until_done,
            board=self._board,
            place=self._whereabouts.of(camera),
        )
