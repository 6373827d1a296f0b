"""The stage that publishes the outbox."""

from __future__ import annotations

import threading

from alerts.relay import Relay
from pipeline.stage import SteppedStage
from policy.decisions import effective_retention
from schemas.errors import BrokerUnavailable
from schemas.events import AlarmKind
from schemas.settings import KafkaSettings, Settings
from storage.alerts.outbox import STAGE, Outbox
from storage.alerts.wakeups import Wakeups
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 0.5
"""How often it looks by itself; usually whoever writes a message wakes it."""


class RelayStage(SteppedStage):
    """Publishes what the outbox holds, in order.

    Args:
        database: An open database.
        settings: The configuration; topics and how long they keep an alert count here.
        kafka: Where to publish.
        leadership: Only one process of several publishes: two would mix up the order of a plate's alerts.
    """

    name = STAGE
    trouble = "alerts are not published"
    recovery = "alerts are published again"
    alarm = AlarmKind.BROKER
    patience_seconds = 0.0

    def __init__(self, database: Database, settings: Settings, kafka: KafkaSettings, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._where = ", ".join(kafka.bootstrap_servers)
        self._outbox = Outbox(database, leadership)
        self._wakeups = Wakeups(database)
        self._relay = Relay(
            self._outbox,
            kafka,
            kafka.bootstrap_servers,
            topics=(settings.alert_topic, settings.alarm_topic),
            retention_days=effective_retention(settings).topic_days,
        )

    def step(self, stop: threading.Event) -> float:
        """Publish a batch, or wait for one.

        Raises:
            BrokerUnavailable: No broker answers, or none acknowledges; it says how many alerts wait.
        """
        try:
            self._relay.prepare()
            progress = self._relay.publish_batch(stop)
        except BrokerUnavailable as error:
            self._relay.close()
            raise BrokerUnavailable(f"{error}; {self._waiting()}") from error
        if progress.waiting:
            # Whatever the cause, the next try reads passwords and certificates anew.
            self._relay.close()
            reason = f"kafka at {self._where} did not acknowledge ({progress.reason})"
            raise BrokerUnavailable(f"{reason}; {self._waiting()}")
        if not progress.settled:
            self._wakeups.wait(POLL_SECONDS)
        return 0.0

    def end(self) -> None:
        """Close the connections to the broker and to the database."""
        self._relay.close()
        self._wakeups.close()

    def _waiting(self) -> str:
        pending = self._outbox.pending()
        return f"{pending} {'alert waits' if pending == 1 else 'alerts wait'} in the outbox"
