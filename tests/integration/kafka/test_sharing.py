"""Agreements on a real broker: what they let through arrives cut, and ending one stops it within a second."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.received import ReceivedAlerts
from alerts.subscriber import FILE_NAME, Subscriber
from operations.sharing.deciding import end_agreement
from pipeline.relaying import RelayStage
from pipeline.sharing import SharingStage
from policy.agreements.agreement import Agreement
from policy.decisions import law_alone
from schemas.events import Alert
from schemas.settings import AlertSettings
from schemas.types import Category
from services.kafka.client import ConfigResource, ConfigResourceType, open_admin, open_consumer
from sharing.receiving import Receipt, ReceiptGate
from storage.alerts.outbox import pending
from storage.database import Database
from storage.leadership import Leadership
from storage.sharing.disseminations import DisseminationFilter, disseminations
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.sharing.samples import KIM, SETTINGS, current, in_force
from tests.unit.policy.agreements.samples import NEIGHBOR, alerts_grant

_numbers = itertools.count(1)


def agreed(**grant: object) -> Agreement:
    """An agreement of its own about alerts of the camera `gate`, so that each test has a topic."""
    return current(id=f"test-{next(_numbers)}", grants=[alerts_grant(max_days=3650, cameras=["gate"], **grant)])


@pytest.fixture
def _stages(database: Database, kafka_broker: Broker, topic: str) -> Iterator[None]:
    """The stages that offer alerts to agreements and that publish them, as a run has them."""
    settings = SETTINGS.model_copy(update={"alerts": AlertSettings(topic=topic)})
    kafka = kafka_broker.settings.model_copy(update={"bootstrap_servers": (kafka_broker.server,)})
    stop, leadership = threading.Event(), Leadership(database)
    stages = [
        SharingStage(database, settings, leadership),
        RelayStage(database, settings, lambda: kafka, leadership),
    ]
    threads = [threading.Thread(target=stage.run, args=(stop,)) for stage in stages]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()
    leadership.close()


@pytest.mark.usefixtures("_stages")
def test_what_an_agreement_lets_through_arrives_cut_and_is_written_down(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    agreement = in_force(database, agreed(fields=["plate"]))
    raised = raise_alerts(database, topic, ["AAA111", "BBB222"])
    received = kafka_broker.receive(tmp_path, agreement.topic, 2)
    assert {alert.alert_id for alert in received} == {alert.alert_id for alert in raised}
    assert {(alert.read.location, alert.read.vehicle, alert.read.camera_id) for alert in received} == {
        (None, None, "not shared")
    }
    wait_until(lambda: pending(database) == 0)
    rows = disseminations(database, DisseminationFilter(member=NEIGHBOR), 10)
    assert {row.item_id for row in rows} == {alert.alert_id for alert in raised}
    assert {row.outcome for row in rows} == {"given"}


@pytest.mark.usefixtures("_stages")
def test_a_topic_keeps_nothing_for_longer_than_its_receivers_may(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    agreement = current(id=f"test-{next(_numbers)}", grants=[alerts_grant(max_days=14, cameras=["gate"])])
    in_force(database, agreement)
    raise_alerts(database, topic, ["AAA111"])
    kafka_broker.receive(tmp_path, agreement.topic, 1)
    admin = open_admin(kafka_broker.settings, [kafka_broker.server])
    try:
        answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, agreement.topic)])
    finally:
        admin.close()
    (kept,) = (topics[agreement.topic]["retention.ms"]["value"] for topics in answer.values())
    assert 0 < int(kept) <= 14 * 86_400_000


@pytest.mark.usefixtures("_stages")
def test_ending_an_agreement_stops_it_within_a_second(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    agreement = in_force(database, agreed())
    raise_alerts(database, topic, ["AAA111"])
    kafka_broker.receive(tmp_path, agreement.topic, 1)
    raised_at: dict[str, float] = {}
    seen_at: dict[str, float] = {}
    done = threading.Event()

    def watch() -> None:
        consumer = open_consumer(
            kafka_broker.settings, [kafka_broker.server], auto_offset_reset="earliest", group_id=None
        )
        try:
            consumer.subscribe([agreement.topic])
            while not done.is_set():
                for records in consumer.poll(timeout_ms=50).values():
                    for record in records:
                        seen_at.setdefault(json.loads(record.value)["alert_id"], time.monotonic())
        finally:
            consumer.close(autocommit=False)

    watcher = threading.Thread(target=watch)
    watcher.start()
    number = 1

    def raise_more(seconds: float) -> None:
        nonlocal number
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            (alert,) = raise_alerts(database, topic, ["BBB222"], first=number)
            raised_at[str(alert.alert_id)] = time.monotonic()
            number += 1
            time.sleep(0.02)

    try:
        wait_until(lambda: seen_at)
        raise_more(1.0)
        wait_until(lambda: raised_at.keys() <= seen_at.keys())
        flowing = len(raised_at)
        end_agreement(KIM, database, agreement.id, "notice of last month")
        ended = time.monotonic()
        raise_more(1.5)
        wait_until(lambda: pending(database) == 0)
        time.sleep(0.5)
    finally:
        done.set()
        watcher.join()
    assert flowing >= 5
    late = [at - ended for one, at in seen_at.items() if at > ended]
    assert max(late, default=0.0) < 1.0
    assert not {one for one, at in raised_at.items() if at > ended + 1.0} & seen_at.keys()
    # Our own officers' topic goes on.
    assert len(kafka_broker.receive(tmp_path, topic, number, group="own")) == number


@pytest.mark.usefixtures("_stages")
def test_our_own_law_is_asked_again_on_receipt(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    agreement = in_force(database, agreed())
    raised = raise_alerts(database, topic, ["AAA111", "BBB222", "CCC333"])
    wait_until(lambda: len(disseminations(database, DisseminationFilter(), 10)) == 3)
    # The receiver's law: no second readings, and nothing about a category that it keeps silent.
    refused = raised[1].alert_id
    law = ReceiptGate(law_alone("minnesota"), NEIGHBOR)

    def gate(alert: Alert, where: str, headers: Mapping[str, str]) -> Receipt:
        if alert.alert_id == refused:
            entry = alert.entry.model_copy(update={"category": Category.GANG_OR_TERRORIST})
            alert = alert.model_copy(update={"entry": entry})
        return law(alert, where, headers, alert.read.captured_at + timedelta(hours=1))

    stop = threading.Event()
    subscriber = Subscriber(
        tmp_path,
        kafka_broker.settings,
        [kafka_broker.server],
        topic=agreement.topic,
        group="neighbor",
        gate=gate,
    )
    received = []
    for alert in subscriber.alerts(stop):
        received.append(alert)
        if len(received) == 2:
            stop.set()
    assert {alert.entry.plate for alert in received} == {"AAA111", "CCC333"}
    assert {alert.read.second_reading for alert in received} == {None}
    assert "BBB222" not in caplog.text
    with ReceivedAlerts(tmp_path / FILE_NAME, "neighbor") as memory:
        # It comes by another partition, perhaps after the others.
        for one in memory.refused():
            assert one.alert_id == refused
            assert "category gang_or_terrorist: not notified until policy.also_notify opens it" in one.reason
        assert not memory.unreadable()
