"""From the outbox to the topic, whatever happens in between."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType

from pipeline.alerting.relaying import RelayStage
from schemas.errors import BrokerUnavailable, ConfigurationError
from schemas.events import Alert
from schemas.settings import KafkaSettings, Settings
from services.kafka.client import open_admin, open_consumer, open_producer
from services.kafka.local import LocalKafka
from storage.database import Database
from storage.leadership import Leadership
from tests.integration.alerts.records import ReadRecord, Records, outbox_message
from tests.integration.kafka.conftest import QUICK_OPTIONS, Broker, RunningRelay, wait_until
from tests.integration.kafka.outbox_samples import raise_alerts
from tests.integration.kafka.rights import give
from tests.unit.alerts.samples import sample_alert, sample_entry, sample_hit, sample_read

REPOSITORY = Path(__file__).resolve().parents[3]


def by_plate(alerts: list[Alert]) -> dict[str, list[Alert]]:
    """The alerts of each plate, in their order."""
    grouped: dict[str, list[Alert]] = defaultdict(list)
    for alert in alerts:
        grouped[alert.entry.plate].append(alert)
    return grouped


def test_alerts_arrive_as_they_were_raised_and_are_marked(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    raised = raise_alerts(database, topic, ["AAA111", "BBB222", "AAA111", "CCC333", "AAA111"])
    with kafka_broker.relay(database, topic) as relay:
        received = kafka_broker.receive(tmp_path, topic, len(raised))
        relay.wait_until_empty()
    assert by_plate(received) == by_plate(raised)


def test_an_alert_raised_later_leaves_at_once(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    with kafka_broker.relay(database, topic) as relay:
        raise_alerts(database, topic, ["AAA111"])
        relay.wait_until_empty()
        raise_alerts(database, topic, ["BBB222"], first=1)
        assert [alert.entry.plate for alert in kafka_broker.receive(tmp_path, topic, 2)].count("BBB222") == 1


def test_the_message_on_the_topic_is_a_cloud_event_with_the_plate_as_key(
    database: Database, kafka_broker: Broker, topic: str
) -> None:
    (alert,) = raise_alerts(database, topic, ["AOO111"])
    with kafka_broker.relay(database, topic) as relay:
        relay.wait_until_empty()
    consumer = open_consumer(
        kafka_broker.settings, [kafka_broker.server], auto_offset_reset="earliest", consumer_timeout_ms=60_000
    )
    try:
        consumer.subscribe([topic])
        record = next(consumer)
    finally:
        consumer.close()
    assert record.key == b"A00111"
    assert {name: value.decode() for name, value in record.headers} == dict(outbox_message(alert, topic).headers)
    assert json.loads(record.value)["alert_id"] == str(alert.alert_id)


def test_a_topic_is_made_before_the_first_alert_and_forgets_in_time(
    database: Database, kafka_broker: Broker, topic: str
) -> None:
    admin = open_admin(kafka_broker.settings, [kafka_broker.server])
    try:
        with kafka_broker.relay(database, topic):
            wait_until(lambda: topic in admin.list_topics())
        (described,) = admin.describe_topics([topic])
        assert len(described["partitions"]) == 3
    finally:
        admin.close()


def test_while_the_broker_is_down_alerts_wait_and_then_arrive_in_order(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    local = LocalKafka(tmp_path, KafkaSettings(options=QUICK_OPTIONS))
    server = _reserve_ports(local)
    settings = local.client_settings
    topic = "platewatch.alerts.late.v1"
    raised = raise_alerts(database, topic, ["AAA111", "BBB222", "AAA111"])
    # The broker ends after the relay: kafka-python leaks a socket per connection that is refused to an open client.
    with ExitStack() as brokers, RunningRelay(database, settings, server, topic) as relay:
        wait_until(lambda: "alerts wait in the outbox" in caplog.text)
        raised += raise_alerts(database, topic, ["AAA111", "BBB222"], first=3)
        assert relay.outbox.pending() == 5
        brokers.enter_context(local)
        received = Broker(server, settings).receive(tmp_path, topic, 5)
        relay.wait_until_empty()
    assert by_plate(received) == by_plate(raised)
    said = [record.getMessage() for record in caplog.records if record.name == "pipeline.stages.stage"]
    assert said == [
        f"alerts are not published: kafka at {server} is not reachable (connection refused); check the address and "
        "that the broker runs; 3 alerts wait in the outbox; trying again until it works",
        "stage relay: alerts are published again",
    ]


def _reserve_ports(local: LocalKafka) -> str:
    """Choose the ports of a broker that was never started."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        ports = {"broker": first.getsockname()[1], "controller": second.getsockname()[1]}
    local.folder.mkdir()
    (local.folder / "ports.json").write_text(json.dumps(ports))
    (local.folder / "secret").write_text("what a broker whose data were lost was told\n")
    return local.bootstrap_server


def test_a_relay_killed_between_publishing_and_marking_gives_the_neighbor_one_alert(
    database: Database, database_url: str, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    (alert,) = raise_alerts(database, topic, ["AAA111"])
    child = subprocess.run(
        [sys.executable, "-m", "tests.integration.kafka.killed_relay", database_url, kafka_broker.server],
        cwd=REPOSITORY,
        env=os.environ | {"PLATEWATCH_KAFKA__OPTIONS": json.dumps(kafka_broker.settings.options)},
        timeout=60,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL
    with kafka_broker.relay(database, topic) as relay:
        assert relay.outbox.pending() == 1
        relay.wait_until_empty()
        raise_alerts(database, topic, ["BBB222"], first=1)
        relay.wait_until_empty()
    assert _messages_on(kafka_broker, topic) == 3
    first, second = kafka_broker.receive(tmp_path, topic, 2)
    assert {first.alert_id, second.alert_id} > {alert.alert_id}


def _messages_on(broker: Broker, topic: str) -> int:
    consumer = open_consumer(broker.settings, [broker.server], auto_offset_reset="earliest", consumer_timeout_ms=1500)
    try:
        consumer.subscribe([topic])
        return sum(1 for _ in consumer)
    finally:
        consumer.close()


def test_what_the_broker_refuses_becomes_a_dead_letter_and_the_others_arrive(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    admin = open_admin(kafka_broker.settings, [kafka_broker.server])
    try:
        admin.create_topics({topic: {"num_partitions": 1, "configs": {"max.message.bytes": "20000"}}})
    finally:
        admin.close()
    raised = raise_alerts(database, topic, ["AAA111", "BBB222"])
    _raise_large(database, topic, number=2, size=60_000)
    raised += raise_alerts(database, topic, ["AAA111", "DDD444"], first=3)
    with kafka_broker.relay(database, topic) as relay:
        received = kafka_broker.receive(tmp_path, topic, 4)
        relay.wait_until_empty()
        raised += raise_alerts(database, topic, ["EEE555"], first=5)
        received += kafka_broker.receive(tmp_path, topic, 1)
        (dead,) = relay.outbox.dead_letters()
    assert by_plate(received) == by_plate(raised)
    assert dead.row.key == "LARGE1"
    assert dead.reason.startswith("the message is larger than the topic accepts")
    assert "MESSAGE_SIZE_TOO_LARGE" in dead.reason
    assert f"alert {dead.row.alert_id} is not published and kept as a dead letter" in caplog.text


def test_a_message_above_the_configured_limit_is_never_sent(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    _raise_large(database, topic, number=0, size=200_000)
    raise_alerts(database, topic, ["AAA111"], first=1)
    settings = kafka_broker.settings.model_copy(update={"max_message_bytes": 100_000})
    with RunningRelay(database, settings, kafka_broker.server, topic) as relay:
        relay.wait_until_empty()
        (dead,) = relay.outbox.dead_letters()
    assert "more than kafka.max_message_bytes (100000)" in dead.reason
    assert [alert.entry.plate for alert in kafka_broker.receive(tmp_path, topic, 1)] == ["AAA111"]


def _raise_large(database: Database, topic: str, *, number: int, size: int) -> None:
    """Write an alert whose message does not compress below `size` bytes."""
    read, entry = sample_read(number, "LARGE1"), sample_entry("LARGE1")
    hit = sample_hit(read, entry)
    text = random.Random(number).randbytes(size).hex()  # half of it is left after compression
    alert = sample_alert(number, "LARGE1")
    large = alert.model_copy(update={"entry": alert.entry.model_copy(update={"instructions": text})})
    Records(database).write([ReadRecord(read, (hit,), (outbox_message(large, topic),))])


def test_a_topic_that_refuses_this_user_does_not_stop_the_other_topics(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    forbidden = kafka_broker.fresh_topic()
    _forbid_writing(kafka_broker, forbidden)
    raise_alerts(database, forbidden, ["AAA111"])
    raise_alerts(database, topic, ["BBB222"], first=1)
    with kafka_broker.relay(database, topic) as relay:
        relay.wait_until_empty()
        (dead,) = relay.outbox.dead_letters()
    assert (dead.row.topic, dead.row.key) == (forbidden, "AAA111")
    assert dead.reason.startswith("this user is not authorized to write to the topic")
    assert [alert.entry.plate for alert in kafka_broker.receive(tmp_path, topic, 1)] == ["BBB222"]


def _forbid_writing(broker: Broker, topic: str) -> None:
    admin = open_admin(broker.settings, [broker.server])
    try:
        admin.create_topics([topic])
        pattern = ResourcePattern(ResourceType.TOPIC, topic)
        acls = [ACL("User:platewatch", "*", ACLOperation.WRITE, ACLPermissionType.DENY, pattern)]
        acls += [
            ACL("User:*", "*", operation, ACLPermissionType.ALLOW, pattern)
            for operation in (ACLOperation.DESCRIBE, ACLOperation.READ)
        ]
        give(admin, acls)
    finally:
        admin.close()


def test_of_two_relays_one_publishes_and_the_other_takes_over(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    with kafka_broker.relay(database, topic) as follower:
        with kafka_broker.relay(database, topic):
            raised = raise_alerts(database, topic, ["AAA111"] * 3)
            follower.wait_until_empty()
        raised += raise_alerts(database, topic, ["AAA111"] * 3, first=3)
        follower.wait_until_empty()
    assert _messages_on(kafka_broker, topic) == 6
    assert kafka_broker.receive(tmp_path, topic, 6) == raised


def test_a_server_that_is_not_there_is_named(database: Database) -> None:
    with pytest.raises(BrokerUnavailable, match=r"kafka at 127\.0\.0\.1:1 is not reachable \(connection refused\)"):
        open_producer(KafkaSettings(), ["127.0.0.1:1"])
    with pytest.raises(ConfigurationError, match="'nonsense:port' is not a Kafka server; expected HOST:PORT"):
        open_producer(KafkaSettings(), ["nonsense:port"])


def test_a_server_that_is_not_kafka_is_named() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = f"127.0.0.1:{listener.getsockname()[1]}"
        settings = KafkaSettings(options={"bootstrap_timeout_ms": 500})
        with pytest.raises(BrokerUnavailable, match=r"as a broker within 0\.5 s: check the port.*security_protocol"):
            open_producer(settings, [server])


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"no_such_option": 1}, "kafka-python has no option 'no_such_option'"),
        (
            {"security_protocol": "SSL", "ssl_cafile": "/nowhere/ca.pem"},
            r"kafka\.options\.ssl_cafile: no such file: /nowhere/ca\.pem",
        ),
        ({"compression_type": "rar"}, "kafka.options: Not supported codec: rar"),
    ],
)
def test_a_wrong_option_stops_the_relay_with_its_name(
    database: Database, kafka_broker: Broker, options: dict[str, object], complaint: str
) -> None:
    options = kafka_broker.settings.options | options
    kafka = KafkaSettings(options=options, bootstrap_servers=(kafka_broker.server,))
    with Leadership(database) as leadership:
        stage = RelayStage(database, Settings(), lambda: kafka, leadership)
        with pytest.raises(ConfigurationError, match=complaint):
            stage.run(threading.Event())


def test_of_two_messages_of_a_batch_the_one_that_is_refused_takes_nobody_along(
    database: Database, kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    admin = open_admin(kafka_broker.settings, [kafka_broker.server])
    try:
        admin.create_topics({topic: {"num_partitions": 1, "configs": {"max.message.bytes": "20000"}}})
    finally:
        admin.close()
    _raise_large(database, topic, number=0, size=60_000)
    raised = raise_alerts(database, topic, ["AAA111"], first=1)
    with kafka_broker.relay(database, topic) as relay:
        relay.wait_until_empty()
        assert [letter.row.key for letter in relay.outbox.dead_letters()] == ["LARGE1"]
    assert kafka_broker.receive(tmp_path, topic, 1) == raised
