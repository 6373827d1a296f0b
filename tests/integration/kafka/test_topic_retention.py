"""Alerts leave a topic when the law says, counted from the capture: also one that exists, and its bytes on the disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType

from alerts.topics import ensure_topic
from schemas.settings import KafkaSettings
from services.kafka.client import ConfigResource, ConfigResourceType, open_admin, open_consumer
from services.kafka.local import LocalKafka
from storage.alerts.outbox import Outbox
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.kafka.conftest import AUTHORIZER, QUICK_OPTIONS, Broker, wait_until
from tests.integration.kafka.rights import give
from tests.unit.alerts.samples import sample_alert, sample_entry, sample_hit, sample_read


def settings_of(admin: Any, topic: str) -> dict[str, str]:
    answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
    return {name: data["value"] for topics in answer.values() for name, data in topics[topic].items()}


@pytest.fixture
def admin(kafka_broker: Broker) -> Iterator[Any]:
    made = open_admin(kafka_broker.settings, [kafka_broker.server])
    yield made
    made.close()


def kept_for(admin: Any, topic: str) -> int:
    """How long a record may lie there, in milliseconds."""
    kept = settings_of(admin, topic)
    return int(kept["retention.ms"]) + int(kept["segment.ms"]) + 360_000


def test_a_shorter_law_reaches_a_topic_that_exists_and_a_longer_one_leaves_it(admin: Any, topic: str) -> None:
    assert ensure_topic(admin, topic, retention_days=21)
    for days in (1, 30):
        assert not ensure_topic(admin, topic, retention_days=days)
        # What the broker was told it goes by a moment later.
        wait_until(lambda: kept_for(admin, topic) == 86_400_000)
    assert kept_for(admin, topic) == 86_400_000


def test_a_topic_that_somebody_else_made_for_ever_and_compacted_is_held_to_the_law(admin: Any, topic: str) -> None:
    configs = {"cleanup.policy": "compact", "retention.ms": "-1", "message.timestamp.type": "LogAppendTime"}
    admin.create_topics(
        {topic: {"num_partitions": 1, "replication_factor": 1, "configs": configs}}, wait_for_metadata=True
    )
    ensure_topic(admin, topic, retention_days=21)
    wait_until(lambda: settings_of(admin, topic)["cleanup.policy"] == "delete")
    kept = settings_of(admin, topic)
    assert (kept["cleanup.policy"], kept["message.timestamp.type"]) == ("delete", "CreateTime")
    assert 0 < int(kept["retention.ms"]) < 21 * 86_400_000


@pytest.mark.parametrize(
    "allowed",
    [
        (ACLOperation.WRITE, ACLOperation.DESCRIBE),
        (ACLOperation.WRITE, ACLOperation.DESCRIBE, ACLOperation.DESCRIBE_CONFIGS),
    ],
)
def test_a_broker_that_refuses_is_said_and_alerts_go_on(
    database: Database,
    kafka_broker: Broker,
    admin: Any,
    topic: str,
    caplog: pytest.LogCaptureFixture,
    allowed: tuple[ACLOperation, ...],
) -> None:
    ensure_topic(admin, topic, retention_days=30)
    give(
        admin,
        [
            ACL(
                principal="User:platewatch",
                host="*",
                operation=operation,
                permission_type=ACLPermissionType.ALLOW,
                resource_pattern=ResourcePattern(ResourceType.TOPIC, topic),
            )
            for operation in allowed
        ],
    )
    send(database, topic, "VNV4527", datetime.now(UTC))
    with caplog.at_level(logging.WARNING), kafka_broker.relay(database, topic) as relay:
        relay.wait_until_empty()
    assert "does not let us look at its settings or change them" in caplog.text
    assert "no record for longer than 21 days" in caplog.text


def send(database: Database, topic: str, plate: str, captured_at: datetime) -> None:
    """Put an alert into the outbox whose vehicle passed then."""
    number = sum(map(ord, plate))
    read, alert = sample_read(number, plate), sample_alert(number, plate)
    made = ReadRecord(
        replace(read, captured_at=captured_at),
        (sample_hit(read, sample_entry(plate)),),
        (outbox_message(alert, topic),),
    )
    Records(database).write([made])


def test_a_record_counts_from_the_capture(database: Database, kafka_broker: Broker, topic: str) -> None:
    moment = datetime.now(UTC).replace(microsecond=123_000) - timedelta(days=3)
    send(database, topic, "VNV4527", moment)
    with kafka_broker.relay(database, topic) as relay:
        relay.wait_until_empty()
    consumer = open_consumer(kafka_broker.settings, [kafka_broker.server], auto_offset_reset="earliest", group_id=None)
    try:
        consumer.subscribe([topic])
        found: list[Any] = []

        def poll() -> bool:
            found.extend(record for records in consumer.poll(200).values() for record in records)
            return bool(found)

        wait_until(poll)
    finally:
        consumer.close()
    assert [record.timestamp for record in found] == [round(moment.timestamp() * 1000)]


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_shortening_the_law_takes_the_bytes_off_the_brokers_disk(database: Database, tmp_path: Path) -> None:
    """Two alerts of three hours ago under a law of weeks, which becomes one of minutes; nothing else comes."""
    # What is compressed cannot be looked for.
    options = QUICK_OPTIONS | {"compression_type": None}
    kafka = KafkaSettings(local=True, options=options, delivery_timeout_seconds=5)
    quick = AUTHORIZER | {"log.retention.check.interval.ms": "1000", "log.initial.task.delay.ms": "500"}
    topic = "platewatch.alerts.law.v1"
    with LocalKafka(tmp_path, kafka, overrides=quick) as running:
        broker = Broker(running.bootstrap_server, running.client_settings)
        for plate in ("QZX4471", "QZX4472"):
            send(database, topic, plate, datetime.now(UTC) - timedelta(hours=3))
        with broker.relay(database, topic) as relay:
            relay.wait_until_empty()
        data = tmp_path / "kafka" / "data"
        assert b"QZX4471" in bytes_of(data)
        time.sleep(3)
        assert b"QZX4472" in bytes_of(data)
        with_admin = open_admin(broker.settings, [broker.server])
        try:
            ensure_topic(with_admin, topic, retention_days=3 / 1440)
        finally:
            with_admin.close()
        wait_until(lambda: b"QZX447" not in bytes_of(data))


def test_the_outbox_takes_messages_about_no_vehicle_too(database: Database) -> None:
    with database.connection() as connection:
        connection.execute(
            "insert into outbox (alert_id, topic, key, headers, payload) "
            "values (gen_random_uuid(), 't', 'k', '[]', '{}')"
        )
    with Leadership(database) as leadership:
        (row,) = Outbox(database, leadership).take(10)
    assert row.captured_at is None
