"""The stages that ask rules about new alerts, and send what they planned."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from alerts.routing.delivering import Deliverer
from alerts.routing.planning import AT_ONCE, plan_deliveries
from alerts.routing.zone import agency_zone
from pipeline.health.board import HealthBoard
from pipeline.stages.stage import SteppedStage
from schemas.events import AlarmKind
from schemas.settings import Settings
from schemas.settings.channels import ChannelSettings
from storage.alerts.deliveries import Deliveries, routing
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 0.5
"""How often new alerts are looked for; they have their numbers within a quarter of a second."""

LOOK_SECONDS = 30.0
"""How often it is looked whether something waits for a channel that is not configured."""


class RoutingStage(SteppedStage):
    """Asks the rules that are on about every alert, update and cancel, once, and plans what they send.

    Args:
        database: An open database.
        settings: The configuration; the agency's time zone counts here.
        leadership: Only one process of several asks.
    """

    name = "routing"
    trouble = "alerts are not sent by rules"
    longest_pause_seconds = 5.0

    def __init__(self, database: Database, settings: Settings, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._zone = agency_zone(settings.time_zone)
        self._channels = {channel.name for channel in settings.alerts.channels}
        self._deliveries = Deliveries(database)
        self._lost: set[str] = set()
        self._look_at = 0.0

    def step(self, stop: threading.Event) -> float:
        """Plan what the rules send of the next alerts, and have it said where something waits for no channel."""
        with routing(self._database) as unit:
            asked = plan_deliveries(unit, self._zone, datetime.now(UTC))
        if self.board is not None and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_SECONDS
            self._tell_lost(self.board)
        return 0.0 if asked == AT_ONCE else POLL_SECONDS

    def _tell_lost(self, board: HealthBoard) -> None:
        lost = set(self._deliveries.waiting_channels()) - self._channels
        for name in sorted(lost):
            message = "alerts wait for this channel, which is not in the configuration; add it to [[alerts.channels]]"
            board.raised(AlarmKind.DELIVERIES, name, message)
        for name in self._lost - lost:
            board.cleared(AlarmKind.DELIVERIES, name)
        self._lost = lost


class DeliveryStage(SteppedStage):
    """Sends what is due on one channel. A channel that fails holds no other one up.

    Args:
        channel: The channel.
        database: An open database.
        leadership: Only one process of several sends on it.
    """

    trouble = "alerts cannot be delivered"
    longest_pause_seconds = 5.0

    def __init__(self, channel: ChannelSettings, database: Database, leadership: Leadership) -> None:
        super().__init__(leadership)
        self.name = f"deliveries-{channel.name}"
        self._channel = channel
        self._deliveries = Deliveries(database)
        self._deliverer = Deliverer(channel, self._deliveries)
        self._given_up = 0

    def step(self, stop: threading.Event) -> float:
        """Send what is due, and keep the alarm about what is not delivered true."""
        count, reason = self._deliverer.deliver(stop.is_set)
        self._tell(count, reason)
        return 0.0 if count else POLL_SECONDS

    def _tell(self, count: int, reason: str) -> None:
        if self.board is None:
            return
        given_up = self._deliveries.given_up(self._channel.name)
        if given_up:
            message = f"{given_up} deliveries were given up; see platewatch deliveries list --dead, and retry them"
            self.board.raised(AlarmKind.DELIVERIES, self._channel.name, message)
        elif reason:
            self.board.raised(AlarmKind.DELIVERIES, self._channel.name, f"alerts are not delivered: {reason}")
        elif count or self._given_up:
            # What was given up is tried again, or has ended by law: nothing may be due for long.
            self.board.cleared(AlarmKind.DELIVERIES, self._channel.name)
        self._given_up = given_up
