"""What people say of an alert reaches its entry's owner over a real broker, in order, and once."""

from __future__ import annotations

import itertools
import json

import pytest
from jsonschema import Draft202012Validator

from operations.life.checking import ask_record
from operations.life.deciding import Look, close_alert, confirm_alert
from operations.life.looking import show_alert
from schemas.generate import DISPOSITION_TOPIC, FOLDER
from schemas.types import AlertOutcome
from services.kafka.client import open_consumer
from storage.database import Database
from tests.integration.kafka.conftest import Broker
from tests.integration.operations.life.alerts import LEE_SAYS, raised


def test_dispositions_are_published_to_the_entry_s_owner(
    database: Database, kafka_broker: Broker, topic: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    alert = raised(database, topics=(topic,))
    with kafka_broker.relay(database, topic) as relay:
        show_alert(LEE_SAYS, database, 1)
        ask_record(LEE_SAYS, database, 1)
        confirm_alert(LEE_SAYS, database, 1, Look("VNV4527"))
        close_alert(LEE_SAYS, database, 1, AlertOutcome.RECOVERED)
        relay.wait_until_empty()
        updates = kafka_broker.receive(tmp_path_factory.mktemp("neighbor"), topic, 3)
    consumer = open_consumer(
        kafka_broker.settings, [kafka_broker.server], auto_offset_reset="earliest", consumer_timeout_ms=60_000
    )
    try:
        consumer.subscribe([DISPOSITION_TOPIC])
        ours = (record for record in consumer if json.loads(record.value)["alert_id"] == str(alert.alert_id))
        records = list(itertools.islice(ours, 4))
    finally:
        consumer.close()
    told = [json.loads(record.value) for record in records]
    checks = Draft202012Validator(json.loads((FOLDER / "disposition.v1.json").read_text()))
    for one in told:
        checks.validate(one)
    assert [one["kind"] for one in told] == ["seen", "record_check_asked", "confirmed", "outcome"]
    assert told[-1]["outcome"] == "recovered"
    assert {record.key for record in records} == {records[0].key}  # one partition, so they stay in order
    # Whoever got the alert is told who has confirmed it.
    assert "lee" not in updates[0].model_dump_json()
    assert "lee" in updates[-1].model_dump_json()
