"""The channels that a configuration names: rules' alerts go out on them; started, exchanged and ended."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pipeline.alerting.routing import DeliveryStage, RoutingStage
from pipeline.health.board import HealthBoard
from pipeline.reloading import Difference
from pipeline.running.part import Part
from pipeline.stages.groups import StageGroup
from pipeline.stages.runner import Runner
from pipeline.stages.stage import SteppedStage
from schemas.settings import Settings
from schemas.settings.channels import ChannelSettings
from storage.database import Database
from storage.leadership import Leadership


class Channels(Part):
    """The stage `routing`, which asks the rules, and a `deliveries-NAME` for each channel.

    Args:
        settings: The configuration at the start.
        database: The open database.
        leadership: Only one process of several asks, and sends on a channel.
        board: Told whether they work.
        runner: Runs them.
    """

    def __init__(
        self, settings: Settings, database: Database, leadership: Leadership, board: HealthBoard, runner: Runner
    ) -> None:
        self._settings = settings
        self._database = database
        self._leadership = leadership
        self._board = board
        self._routing = StageGroup(runner)
        # Daemons: a mail server may take its time to answer.
        self._deliveries = StageGroup(runner, daemon=True)

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._routing.threads

    @property
    def hurried_threads(self) -> Sequence[threading.Thread]:
        """See `Part`."""
        return self._deliveries.threads

    def start(self) -> None:
        """Start all of them."""
        self._start_routing()
        self._start(self._settings.alerts.channels)

    def take_anew(self, change: Difference) -> None:
        """Exchange the channels that changed; what waits for one that is new, or there again, goes out on it."""
        self._settings = change.settings
        if change.channels or change.gone_channels:
            self._deliveries.end(f"deliveries-{name}" for name in change.gone_channels)
            self._start(change.channels)
            # It says for which channels nothing is configured.
            self._routing.end([RoutingStage.name])
            self._start_routing()

    def wind_down(self, *, is_stopped: bool) -> None:
        """Send nothing new once the service is to end; what is planned goes out after the next start."""
        if is_stopped:
            self.stop()

    def stop(self) -> None:
        """Tell all of them to end, without waiting."""
        self._routing.stop()
        self._deliveries.stop()

    def _start_routing(self) -> None:
        self._routing.start([self._told(RoutingStage(self._database, self._settings, self._leadership))])

    def _start(self, channels: Sequence[ChannelSettings]) -> None:
        self._deliveries.start(
            [self._told(DeliveryStage(channel, self._database, self._leadership)) for channel in channels]
        )

    def _told(self, stage: SteppedStage) -> SteppedStage:
        stage.board = self._board
        return stage
