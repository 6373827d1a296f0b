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
from typer.testing import CliRunner

from alerts.received import ReceivedAlerts
from alerts.shared_reads import ReadSubscriber
from alerts.subscriber import FILE_NAME, Subscriber
from cli.main import app
from operations.sharing.deciding import end_agreement
from pipeline.alerting.relaying import RelayStage
from pipeline.alerting.sharing import SharingStage
from policy.agreements.agreement import Agreement, shared_reads_topic
from policy.decisions import law_alone
from schemas.events import Alert
from schemas.settings import AlertSettings
from schemas.types import Category
from services.kafka.client import ConfigResource, ConfigResourceType, open_admin, open_consumer
from sharing.receiving import ReadReceiptGate, Receipt, ReceiptGate
from storage.alerts.outbox import pending
from storage.database import Database
from storage.leadership import Leadership
from storage.sharing.disseminations import DisseminationFilter, disseminations
from tests.integration.kafka.conftest import Broker, wait_until
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.sharing.samples import KIM, SETTINGS, current, in_force, pass_by, reads_grant, store
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


@pytest.mark.usefixtures("_stages")
def test_reads_that_an_agreement_grants_arrive_on_their_own_topic_and_their_ends_are_logged(
    database: Database, kafka_broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    both = current(id=f"test-{next(_numbers)}", grants=[alerts_grant(max_days=14), reads_grant()])
    agreement = in_force(database, both)
    seen = [pass_by(0), pass_by(1, "gate-1", plate="ABC1234")]
    store(database, *seen, pass_by(2, "tunnel"))
    stop = threading.Event()
    subscriber = ReadSubscriber(
        tmp_path,
        kafka_broker.settings,
        [kafka_broker.server],
        topic=shared_reads_topic(agreement.id),
        group="neighbor",
        gate=ReadReceiptGate(law_alone("minnesota")),
    )
    received = []
    for read in subscriber.messages(stop):
        received.append(read)
        if len(received) == 2:
            stop.set()
    assert {read.read_id for read in received} == {read.read_id for read in seen}
    assert {(read.vehicle, read.second_reading) for read in received} == {(None, None)}
    wait_until(lambda: pending(database) == 0)
    rows = disseminations(database, DisseminationFilter(plate="ABC1234"), 10)
    assert [(row.kind, row.outcome) for row in rows] == [("reads", "given")]
    assert sum(row.results or 0 for row in disseminations(database, DisseminationFilter(), 10)) == 2
    assert "ABC1234" not in caplog.text
    # They expire with their own times, and nobody who gets alerts alone sees them.
    admin = open_admin(kafka_broker.settings, [kafka_broker.server])
    try:
        topics = set(admin.list_topics())
        answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, shared_reads_topic(agreement.id))])
    finally:
        admin.close()
    assert agreement.topic not in topics
    (kept,) = (one[shared_reads_topic(agreement.id)]["retention.ms"]["value"] for one in answer.values())
    assert 0 < int(kept) <= 7 * 86_400_000


@pytest.mark.usefixtures("_stages")
def test_the_command_shows_reads_that_others_give(
    database: Database, kafka_broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = in_force(database, current(id=f"test-{next(_numbers)}", grants=[reads_grant()]))
    store(database, pass_by(0))
    wait_until(lambda: disseminations(database, DisseminationFilter(), 10))
    monkeypatch.setenv("PLATEWATCH_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PLATEWATCH_KAFKA__OPTIONS", json.dumps(kafka_broker.settings.options))
    topic = ["--topic", shared_reads_topic(agreement.id), "--bootstrap", kafka_broker.server, "--limit", "1"]
    shown = CliRunner().invoke(app, ["subscribe", *topic, "--timeout", "40"])
    assert shown.exit_code == 0, shown.output
    assert "portsmouth-pd  gate-0  VNV4527  VA  38.90720, -77.03690" in shown.stdout
    printed = CliRunner().invoke(app, ["subscribe", *topic, "--group", "other", "--timeout", "40", "--json"])
    assert json.loads(printed.stdout)["plate"] == "VNV4527"
