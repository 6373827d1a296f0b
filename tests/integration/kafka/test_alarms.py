"""An alarm from the database to its Kafka topic, and no alarm among the alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from schemas.events import Alarm, AlarmKind
from services.kafka.client import open_consumer
from storage.alerts.alarms import Alarms
from storage.database import Database
from tests.integration.kafka.conftest import Broker

START = datetime(2026, 11, 20, 6, tzinfo=UTC)


def test_raise_and_clear_arrive_in_their_order(database: Database, kafka_broker: Broker, topic: str) -> None:
    alarms = Alarms(database, "portsmouth-pd", topic)
    alarms.raise_alarm(AlarmKind.LATE_LIST, "ncic", "late", START)
    alarms.clear(AlarmKind.LATE_LIST, "ncic", START + timedelta(hours=1))
    with kafka_broker.relay(database, topic) as relay:
        relay.wait_until_empty()
    consumer = open_consumer(
        kafka_broker.settings, [kafka_broker.server], auto_offset_reset="earliest", consumer_timeout_ms=60_000
    )
    try:
        consumer.subscribe([topic])
        raised, cleared = next(consumer), next(consumer)
    finally:
        consumer.close()
    assert raised.key == cleared.key == b"late_list/ncic"
    messages = [Alarm.model_validate_json(record.value) for record in (raised, cleared)]
    assert [(alarm.status, alarm.agency_id, alarm.subject) for alarm in messages] == [
        ("raised", "portsmouth-pd", "ncic"),
        ("cleared", "portsmouth-pd", "ncic"),
    ]
    assert dict(raised.headers)["ce_type"] == b"org.platewatch.alarm.v1"
