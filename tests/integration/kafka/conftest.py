"""A real Apache Kafka for every test here: one broker for the session, fresh topics per test."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.subscriber import Subscriber
from pipeline.alerting.relaying import RelayStage
from schemas.events import Alert
from schemas.settings import AlertSettings, KafkaSettings, Settings
from services.kafka.local import LocalKafka
from storage.alerts.outbox import Outbox
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.kafka.external_listener import RegionalListener

QUICK_OPTIONS = {
    "session_timeout_ms": 6000,
    "heartbeat_interval_ms": 1000,
    "metadata_max_age_ms": 500,
    "fetch_max_wait_ms": 100,
    "reconnect_backoff_max_ms": 200,
}
"""kafka-python's own names, as a configuration would pass them through."""

AUTHORIZER = {"allow.everyone.if.no.acl.found": "true", "super.users": "User:broker;User:setup"}
"""So that a test can forbid one topic."""

WAIT_SECONDS = 60.0
_numbers = itertools.count(1)


def wait_until(condition: Callable[[], object], seconds: float = WAIT_SECONDS) -> None:
    """Wait until something holds that another thread or process brings about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Broker:
    """A running broker and how to connect to it."""

    server: str
    settings: KafkaSettings
    regional: RegionalListener | None = None
    """Its listener with TLS and users, beside our own."""

    def fresh_topic(self) -> str:
        """A topic's name that no other test uses."""
        return f"platewatch.alerts.test-{next(_numbers)}.v1"

    def relay(self, database: Database, topic: str) -> RunningRelay:
        """A relay on this broker, to run in a `with`."""
        return RunningRelay(database, self.settings, self.server, topic)

    def receive(self, data_dir: Path, topic: str, count: int, group: str = "neighbor") -> list[Alert]:
        """Receive so many alerts as a subscriber does that then ends cleanly."""
        stop = threading.Event()
        timer = threading.Timer(WAIT_SECONDS, stop.set)
        timer.start()
        subscriber = Subscriber(data_dir, self.settings, [self.server], topic=topic, group=group)
        received: list[Alert] = []
        try:
            for alert in subscriber.alerts(stop):
                received.append(alert)
                if len(received) == count:
                    stop.set()
        finally:
            timer.cancel()
        assert len(received) == count, "alerts are missing"
        return received


class RunningRelay:
    """A relay in a thread of its own, as the pipeline runs it."""

    def __init__(self, database: Database, settings: KafkaSettings, server: str, topic: str) -> None:
        self._leadership = Leadership(database)
        self.outbox = Outbox(database, self._leadership)
        kafka = settings.model_copy(update={"bootstrap_servers": (server,)})
        stage = RelayStage(database, Settings(alerts=AlertSettings(topic=topic)), lambda: kafka, self._leadership)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=stage.run, args=(self._stop,))

    def __enter__(self) -> RunningRelay:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._leadership.close()

    def wait_until_empty(self) -> None:
        """Wait until the outbox holds nothing that waits."""
        wait_until(lambda: self.outbox.pending() == 0)


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The session's broker."""
    settings = KafkaSettings(local=True, options=QUICK_OPTIONS, delivery_timeout_seconds=5)
    folder = tmp_path_factory.mktemp("broker")
    regional = RegionalListener(folder)
    with LocalKafka(folder, settings, overrides=AUTHORIZER | regional.overrides()) as broker:
        yield Broker(broker.bootstrap_server, broker.client_settings, regional)


@pytest.fixture
def topic(kafka_broker: Broker) -> str:
    """A fresh topic's name."""
    return kafka_broker.fresh_topic()
