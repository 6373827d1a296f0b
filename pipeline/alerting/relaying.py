"""The stage that publishes the outbox."""

from __future__ import annotations

import threading

from alerts.relay import Relay
from pipeline.broker import BrokerAddress
from pipeline.stages.stage import SteppedStage
from policy.decisions import effective_retention
from schemas.errors import BrokerUnavailable
from schemas.events import AlarmKind
from schemas.generate import DISPOSITION_TOPIC
from schemas.settings import Settings
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
        kafka: Gives where to publish; asked anew after every outage.
        leadership: Only one process of several publishes: two would mix up the order of a plate's alerts.
    """

    name = STAGE
    trouble = "alerts are not published"
    recovery = "alerts are published again"
    alarm = AlarmKind.BROKER
    patience_seconds = 0.0

    def __init__(self, database: Database, settings: Settings, kafka: BrokerAddress, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._kafka = kafka
        self._settings = settings
        self._outbox = Outbox(database, leadership)
        self._wakeups = Wakeups(database)
        self._relay: Relay | None = None
        self._where = "no address yet"

    def step(self, stop: threading.Event) -> float:
        """Publish a batch, or wait for one.

        Raises:
            BrokerUnavailable: No broker answers, or none acknowledges; it says how many alerts wait.
        """
        try:
            relay = self._relay = self._relay or self._open()
            relay.prepare()
            progress = relay.publish_batch(stop)
        except BrokerUnavailable as error:
            self._close()
            raise BrokerUnavailable(f"{error}; {self._waiting()}") from error
        if progress.waiting:
            # Whatever the cause, the next try reads passwords and certificates anew.
            self._close()
            reason = f"kafka at {self._where} did not acknowledge ({progress.reason})"
            raise BrokerUnavailable(f"{reason}; {self._waiting()}")
        if not progress.settled:
            self._wakeups.wait(POLL_SECONDS)
        return 0.0

    def end(self) -> None:
        """Close the connections to the broker and to the database."""
        self._close()
        self._wakeups.close()

    def _open(self) -> Relay:
        kafka = self._kafka()
        self._where = ", ".join(kafka.bootstrap_servers)
        return Relay(
            self._outbox,
            kafka,
            kafka.bootstrap_servers,
            topics=(self._settings.alert_topic, self._settings.alarm_topic, DISPOSITION_TOPIC),
            retention_days=effective_retention(self._settings).topic_days,
        )

    def _close(self) -> None:
        relay, self._relay = self._relay, None
        if relay is not None:
            relay.close()

    def _waiting(self) -> str:
        pending = self._outbox.pending()
        return f"{pending} {'alert waits' if pending == 1 else 'alerts wait'} in the outbox"
