"""From the end of an agreement to the last alert that came under it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from psycopg.types.json import Jsonb

from alerts.topics import ensure_topic
from benchmarks.sharing import INSERT, agree, agreement, alert
from benchmarks.stopping.words import spread
from operations.sharing.deciding import end_agreement
from pipeline.alerting.numbering import NumberingStage
from pipeline.alerting.relaying import RelayStage
from pipeline.alerting.sharing import POLL_SECONDS, SharingStage
from pipeline.stages.stage import Stage
from schemas.actor import Actor, SignIn
from schemas.settings import KafkaSettings, PolicySettings, Settings
from services.kafka.client import TopicPartition, open_admin, open_consumer
from services.kafka.local import LocalKafka
from storage.alerts.wakeups import wake
from storage.database import Database, open_database
from storage.leadership import Leadership

KIM = Actor("kim", SignIn.LOCAL_USER, "desk", "local")
RATE = 50.0
"""Alerts a second; every one of them may go out under the agreements that are ended here."""
BEFORE_SECONDS = 2.0
AFTER_SECONDS = 4.0
PATIENCE_SECONDS = 120.0


def ended(folder: Path, times: int) -> str:
    """End agreements one after the other while alerts go out under them.

    Args:
        folder: For database and broker.
        times: How many.
    """
    settings = Settings(
        agency_id="local",
        data_dir=folder / "data",
        kafka=KafkaSettings(local=True),
        policy=PolicySettings(profile="virginia"),
    )
    with (
        open_database(settings) as database,
        LocalKafka(settings.data_dir, settings.kafka) as broker,
        Leadership(database) as leadership,
        _working(
            NumberingStage(database, leadership),
            SharingStage(database, settings, leadership),
            RelayStage(database, settings, lambda: broker.client_settings, leadership),
        ),
    ):
        # Every other agreement shares stolen plates, too.
        runs = [_last_after_end(database, broker.client_settings, 2 * number) for number in range(times)]
    late, counts = [max(last, 0.0) for last, _ in runs], [count for _, count in runs]
    return (
        f"the last alert under an agreement came {spread(late)} after it was ended, {times} times, "
        f"{min(counts)} to {max(counts)} alerts before; the stage looks by itself every {POLL_SECONDS:g} s"
    )


def _last_after_end(database: Database, kafka: KafkaSettings, number: int) -> tuple[float, int]:
    """Return how long after the end of an agreement its last alert came, and how many came."""
    agree(database, number)
    one = agreement(number)
    admin = open_admin(kafka, kafka.bootstrap_servers)
    try:
        ensure_topic(admin, one.topic, retention_days=21)
    finally:
        admin.close()
    came: list[float] = []
    with (
        _working_of(lambda stop: _feed(database, stop)),
        _working_of(lambda stop: _listen(kafka, one.topic, came, stop)),
    ):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(came) < RATE * BEFORE_SECONDS:
            if time.monotonic() > deadline:
                raise SystemExit(f"only {len(came)} alerts came in two minutes")
            time.sleep(0.05)
        end_agreement(KIM, database, one.id, "the notice of last month")
        done, before = time.monotonic(), len(came)
        time.sleep(AFTER_SECONDS)
    return came[-1] - done, before


def _feed(database: Database, stop: threading.Event) -> None:
    """Raise alerts at a rate."""
    began, number = time.monotonic(), 0
    while not stop.wait(max(began + number / RATE - time.monotonic(), 0.0)):
        document: dict[str, Any] = alert(number) | {"alert_id": str(uuid4())}
        values = {"alert_id": document["alert_id"], "hit_id": uuid4(), "payload": Jsonb(document)}
        with database.connection() as connection:
            connection.execute(INSERT, values)
        wake(database)
        number += 1


def _listen(kafka: KafkaSettings, topic: str, came: list[float], stop: threading.Event) -> None:
    """Note when alerts come, as a neighbor does; without a group, whose beginnings take their time."""
    consumer = open_consumer(kafka, kafka.bootstrap_servers, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())])
    while not stop.is_set():
        for records in consumer.poll(timeout_ms=100).values():
            came += [time.monotonic()] * len(records)
    consumer.close()


@contextlib.contextmanager
def _working(*stages: Stage) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for stage in stages:
            stack.enter_context(_working_of(stage.run))
        yield


@contextlib.contextmanager
def _working_of(work: Callable[[threading.Event], None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
