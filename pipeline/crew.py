"""The stages of a run that another configuration may change while it goes on: cameras, feeds and what publishes."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from operations.actors import service_actor
from operations.settings import note_settings
from pipeline.broker import BrokerAddress
from pipeline.cameras import CameraStage
from pipeline.feeds.stages import FeedStage
from pipeline.health.board import HealthBoard
from pipeline.numbering import NumberingStage
from pipeline.relaying import RelayStage
from pipeline.reloading import Difference, difference
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from pipeline.stages.stage import Stage
from pipeline.streams import LiveCameraStage
from schemas.errors import PlatewatchError
from schemas.events import AlarmKind
from schemas.health import CameraHealth, Reloaded
from schemas.settings import CameraSettings, FeedSettings, Settings
from storage.alerts.outbox import STAGE as RELAY
from storage.database import Database
from storage.leadership import Leadership

log = logging.getLogger(__name__)

ACTOR = "run"
"""Who takes another configuration over, in the audit."""
WRITE_DOWN_SECONDS = 5.0


class Crew:
    """Makes, starts, exchanges and ends the stages that a configuration names.

    Args:
        settings: The configuration at the start.
        database: The open database.
        kafka: Gives where to publish (see `open_broker`), or None.
        leadership: What only one process of several does.
        board: Told how the stages are.
        runner: Runs them.
        make_camera: Makes a camera's stage, by the configuration in force.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        kafka: BrokerAddress | None,
        leadership: Leadership,
        board: HealthBoard,
        runner: Runner,
        make_camera: Callable[[CameraSettings, Settings], Stage],
    ) -> None:
        self.settings = settings
        self.reloaded = Reloaded()
        """What became of other configurations since the start."""
        self._database = database
        self._kafka = kafka
        self._leadership = leadership
        self._board = board
        self.cameras = StageGroup(runner)
        # Daemons: a server that does not answer must not keep a stopped run alive.
        self.feeds = StageGroup(runner, daemon=True)
        # What publishes ends last, when everything is recorded.
        self.publishing = StageGroup(runner, watched=True)
        self._make_camera = make_camera
        self._unwritten: Settings | None = None
        self._write_at = 0.0

    def start(self) -> None:
        """Start everything that the configuration names."""
        self._board.cleared(AlarmKind.CONFIGURATION, self._board.machine)
        self._note_broker()
        self._start_cameras(self.settings.cameras)
        self.publishing.start([NumberingStage(self._database, self._leadership), *self._relays()])
        self._start_feeds(self.settings.hotlists.feeds)

    def stop(self) -> None:
        """Tell all of them to end, without waiting."""
        for group in (self.cameras, self.feeds, self.publishing):
            group.stop()

    def check(self) -> None:
        """Raise what a camera of a run until all is done could not read.

        Raises:
            UnreadableMedia: It is missing; names the camera.
        """
        for camera in self.cameras.stages:
            if isinstance(camera, (CameraStage, LiveCameraStage)) and camera.missing is not None:
                raise camera.missing

    def take_anew(self, load: Callable[[], Settings]) -> bool:
        """Take another configuration over; one that does not fit changes nothing.

        Args:
            load: Reads it.

        Returns:
            Whether it was taken over.
        """
        try:
            change = difference(self.settings, load())
            self._database.take_over(change.settings)
        except PlatewatchError as error:
            message = f"the configuration is not taken over, and the one before stays in force: {error}"
            log.error("%s", message)
            self._board.raised(AlarmKind.CONFIGURATION, self._board.machine, message)
            return False
        self._board.cleared(AlarmKind.CONFIGURATION, self._board.machine)
        self._apply(change)
        log.info("the configuration was taken anew: %s", change.in_words())
        if change.needs_restart:
            log.warning("changed settings that count only after a restart: %s", ", ".join(change.needs_restart))
        self.reloaded = Reloaded(datetime.now(UTC), change.needs_restart)
        self._unwritten, self._write_at = self.settings, 0.0
        return True

    def write_down(self) -> None:
        """Write down in the audit what another configuration changed, as soon as the database takes it."""
        if self._unwritten is None or time.monotonic() < self._write_at:
            return
        try:
            note_settings(service_actor(ACTOR, self.settings), self._database, self._unwritten)
        except PlatewatchError as error:
            log.debug("what the configuration changed is written down later: %s", error)
            self._write_at = time.monotonic() + WRITE_DOWN_SECONDS
        else:
            self._unwritten = None

    def _apply(self, change: Difference) -> None:
        self.settings = change.settings
        self.cameras.end(f"camera-{camera_id}" for camera_id in change.gone_cameras)
        kept = {camera.id for camera in change.settings.cameras}
        for camera_id in change.gone_cameras:
            if camera_id not in kept:
                self._board.forget_camera(camera_id)
        self._start_cameras(change.cameras)
        self.feeds.end(f"feed-{name}" for name in change.gone_feeds)
        self._start_feeds(change.feeds, at_once=True)
        for stage in self.feeds.stages:
            if isinstance(stage, FeedStage):
                stage.hurry()
        if change.settings.kafka.bootstrap_servers:
            # Also when nothing changed in the file: passwords and certificates of other files are read anew.
            kafka = change.settings.kafka
            self._kafka = lambda: kafka
            self.publishing.end([RELAY])
            self.publishing.start(self._relays())

    def _start_cameras(self, cameras: tuple[CameraSettings, ...]) -> None:
        for camera in cameras:
            self._board.know_camera(CameraHealth(camera_id=camera.id, known_since=datetime.now(UTC)))
        self.cameras.start([self._make_camera(camera, self.settings) for camera in cameras])

    def _start_feeds(self, feeds: tuple[FeedSettings, ...], *, at_once: bool = False) -> None:
        self.feeds.start(
            [FeedStage(feed, self.settings, self._database, self._leadership, at_once=at_once) for feed in feeds]
        )

    def _relays(self) -> list[Stage]:
        if self._kafka is None:
            return []
        relay = RelayStage(self._database, self.settings, self._kafka, self._leadership)
        relay.board = self._board
        return [relay]

    def _note_broker(self) -> None:
        """Have it said that an alarm of an earlier run is over, where this one publishes nothing."""
        if self._kafka is None:
            self._board.cleared(AlarmKind.BROKER, self._board.machine)
