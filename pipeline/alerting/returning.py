"""The stage that tells other agencies what became of alerts on entries that they gave."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from alerts.asking.wire import Sender
from operations.sharing.returning import return_disposition
from pipeline.stages.stage import SteppedStage
from policy.decisions import open_policy
from schemas.errors import ConfigurationError, TransientError
from schemas.messages import Message
from schemas.settings import NeighborSettings, Settings
from storage.database import Database
from storage.leadership import Leadership
from storage.sharing.returns import waiting_returns

POLL_SECONDS = 0.5
"""How often it looks: a listener of its own would be one more connection to the database, for half a second."""
AT_ONCE = 200


class ReturningStage(SteppedStage):
    """Sends each disposition to the broker of the agency that gave the entry, those of one alert in order.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several does this.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    name = "returning"
    trouble = "another agency is not told what became of alerts on its entries"
    recovery = "other agencies are told again what became of alerts on their entries"

    def __init__(self, database: Database, settings: Settings, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings
        self._policy = open_policy(settings)
        self._senders: dict[str, Sender] = {}

    def step(self, stop: threading.Event) -> float:
        """Send what waits, or wait for more.

        Raises:
            TransientError: A neighbor's broker does not take it; what waits for others was sent.
        """
        waiting = waiting_returns(self._database, AT_ONCE)
        failed: dict[str, TransientError] = {}
        for one in waiting:
            if stop.is_set():
                break
            # What is said later of an alert does not overtake what was said before.
            if one.agency_id in failed:
                continue
            try:
                return_disposition(self._database, self._settings, self._policy, one, self._send, datetime.now(UTC))
            except TransientError as error:
                failed[one.agency_id] = error
                self._close(one.agency_id)
        if failed:
            raise next(iter(failed.values()))
        return 0.0 if waiting else POLL_SECONDS

    def end(self) -> None:
        """Close every connection."""
        for neighbor in list(self._senders):
            self._close(neighbor)

    def _send(self, neighbor: NeighborSettings, topic: str, message: Message) -> None:
        if neighbor.id not in self._senders:
            kafka = neighbor.kafka if neighbor.kafka.bootstrap_servers else self._settings.kafka
            if not kafka.bootstrap_servers:
                raise ConfigurationError("its broker is not configured (sharing.neighbors.kafka.bootstrap_servers)")
            # Passwords and certificates are read anew after every failure.
            self._senders[neighbor.id] = Sender(kafka, kafka.bootstrap_servers)
        self._senders[neighbor.id].send(topic, message)

    def _close(self, neighbor: str) -> None:
        sender = self._senders.pop(neighbor, None)
        if sender is not None:
            sender.close()
