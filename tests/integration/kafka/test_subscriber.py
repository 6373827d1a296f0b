"""The neighbor's side: every alert once, across restarts, doubles and garbage."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from alerts.received import ReceivedAlerts
from alerts.subscriber import FILE_NAME, Subscriber
from schemas.errors import BrokerUnavailable
from schemas.events import Alert
from schemas.settings import KafkaSettings
from services.kafka.client import open_admin, open_producer
from sharing.receiving import Receipt
from tests.integration.alerts.records import outbox_message
from tests.integration.kafka.conftest import Broker, wait_until
from tests.unit.alerts.samples import sample_alert


def publish(broker: Broker, topic: str, *messages: Alert | bytes | None, partitions: int = 1) -> None:
    """Put alerts, or whatever a careless publisher might send, on a topic."""
    admin = open_admin(broker.settings, [broker.server])
    try:
        if topic not in admin.list_topics():
            admin.create_topics({topic: {"num_partitions": partitions}}, wait_for_metadata=True)
    finally:
        admin.close()
    producer = open_producer(broker.settings, [broker.server])
    try:
        for message in messages:
            alert = message if isinstance(message, Alert) else None
            value = outbox_message(alert, topic).payload if alert is not None else message
            producer.send(topic, value=value, key=alert.entry.plate.encode() if alert else b"key").get(timeout=10)
    finally:
        producer.close(timeout=5)


def test_a_group_goes_on_where_it_left_off(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    alerts = [sample_alert(number) for number in range(4)]
    publish(kafka_broker, topic, *alerts)
    assert kafka_broker.receive(tmp_path, topic, 2) == alerts[:2]
    assert kafka_broker.receive(tmp_path, topic, 2) == alerts[2:]


def test_the_offset_alone_brings_a_group_back_to_its_place(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    alerts = [sample_alert(number) for number in range(3)]
    publish(kafka_broker, topic, *alerts)
    kafka_broker.receive(tmp_path / "old", topic, 2)
    assert kafka_broker.receive(tmp_path / "new machine", topic, 1) == alerts[2:]


def test_another_group_gets_every_alert_for_itself(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    publish(kafka_broker, topic, sample_alert(1))
    for group in ("springfield", "shelbyville"):
        assert kafka_broker.receive(tmp_path, topic, 1, group=group) == [sample_alert(1)]


def test_doubles_are_dropped_also_across_a_restart(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    first, second, third = (sample_alert(number) for number in range(3))
    publish(kafka_broker, topic, first, first, second)
    assert kafka_broker.receive(tmp_path, topic, 2) == [first, second]
    publish(kafka_broker, topic, second, first, third)
    assert kafka_broker.receive(tmp_path, topic, 1) == [third]


def test_an_alert_whose_handling_failed_comes_again(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    alerts = [sample_alert(number) for number in range(2)]
    publish(kafka_broker, topic, *alerts)
    stream = Subscriber(tmp_path, kafka_broker.settings, [kafka_broker.server], topic=topic, group="neighbor").alerts(
        threading.Event()
    )
    assert next(stream) == alerts[0]
    stream.close()  # type: ignore[attr-defined]  # what happens when the loop's body raises
    assert kafka_broker.receive(tmp_path, topic, 2) == alerts


def test_what_is_not_an_alert_is_put_aside_and_the_stream_goes_on(
    kafka_broker: Broker, topic: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = sample_alert(1)
    newer = json.loads(outbox_message(good, topic).payload) | {"schema_version": "2"}
    publish(kafka_broker, topic, b"\xff not json", json.dumps(newer).encode(), None, good)
    assert kafka_broker.receive(tmp_path, topic, 1) == [good]
    with ReceivedAlerts(tmp_path / FILE_NAME, "neighbor") as received:
        kept = received.unreadable()
    assert [(message.offset, message.payload is None) for message in kept] == [(0, False), (1, False), (2, True)]
    assert kept[0].payload == b"\xff not json"
    assert "invalid json" in kept[0].reason
    assert "schema_version: input should be '1'" in kept[1].reason
    assert kept[2].reason == "the message has no content"
    warnings = [record.getMessage() for record in caplog.records if record.name == "alerts.subscriber"]
    assert [text.partition(":")[0] for text in warnings] == [
        f"{topic} partition 0 offset {offset} is not an alert and was put aside" for offset in range(3)
    ]


def test_a_reason_never_holds_what_the_message_said(
    kafka_broker: Broker, topic: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    message = json.loads(outbox_message(sample_alert(1), topic).payload)
    message["read"]["confidence"] = "SECRET1"
    message["SECRET2"] = "SECRET3"
    publish(kafka_broker, topic, json.dumps(message).encode(), sample_alert(2))
    kafka_broker.receive(tmp_path, topic, 1)
    assert "read.confidence" in caplog.text
    assert "SECRET1" not in caplog.text
    assert "SECRET3" not in caplog.text


def test_a_topic_that_is_made_later_is_found(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    received: list[Alert] = []
    thread = threading.Thread(target=lambda: received.extend(kafka_broker.receive(tmp_path, topic, 1)))
    thread.start()
    wait_until((tmp_path / FILE_NAME).exists)
    publish(kafka_broker, topic, sample_alert(1))
    thread.join()
    assert received == [sample_alert(1)]


def test_a_group_that_is_joined_anew_for_want_of_partitions_misses_and_doubles_nothing(
    kafka_broker: Broker, topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="alerts.subscriber")
    monkeypatch.setattr("services.kafka.polling.FIRST_PATIENCE_SECONDS", 0.3)
    received: list[list[Alert]] = []
    listener = threading.Thread(target=lambda: received.append(kafka_broker.receive(tmp_path, topic, 3)))
    listener.start()
    wait_until(lambda: caplog.text.count("joins its group anew") >= 2)
    alerts = [sample_alert(number) for number in range(3)]
    publish(kafka_broker, topic, *alerts)
    listener.join()
    assert received == [alerts]


def test_a_stop_ends_the_wait_for_alerts(kafka_broker: Broker, topic: str, tmp_path: Path) -> None:
    publish(kafka_broker, topic)
    stop = threading.Event()
    subscriber = Subscriber(tmp_path, kafka_broker.settings, [kafka_broker.server], topic=topic, group="neighbor")
    threading.Timer(0.3, stop.set).start()
    assert list(subscriber.alerts(stop)) == []


def test_two_members_share_a_topic_and_together_get_every_alert(
    kafka_broker: Broker, topic: str, tmp_path: Path
) -> None:
    stop = threading.Event()
    received: list[list[Alert]] = [[], []]

    def consume(member: int) -> None:
        subscriber = Subscriber(tmp_path, kafka_broker.settings, [kafka_broker.server], topic=topic, group="neighbor")
        received[member].extend(subscriber.alerts(stop))

    publish(kafka_broker, topic, partitions=2)
    members = [threading.Thread(target=consume, args=(member,)) for member in range(2)]
    for member in members:
        member.start()
    alerts = [sample_alert(number, f"PLATE{number}") for number in range(8)]
    publish(kafka_broker, topic, *alerts)
    memory = ReceivedAlerts(tmp_path / FILE_NAME, "neighbor")
    wait_until(lambda: all(memory.is_seen(alert.alert_id) for alert in alerts))
    memory.close()
    stop.set()
    for member in members:
        member.join()
    assert {alert.alert_id for part in received for alert in part} == {alert.alert_id for alert in alerts}


def test_a_wrong_server_is_named_at_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    subscriber = Subscriber(tmp_path, KafkaSettings(), ["127.0.0.1:1"], topic="t", group="g")
    with pytest.raises(
        BrokerUnavailable,
        match=r"^kafka at 127\.0\.0\.1:1 is not reachable \(connection refused\); check the address",
    ):
        list(subscriber.alerts(threading.Event()))
    assert caplog.text == ""


def test_what_a_gate_refuses_is_not_handed_out_and_kept_with_the_reason(
    kafka_broker: Broker, topic: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alerts = [sample_alert(number, plate) for number, plate in enumerate(("AAA111", "BBB222", "CCC333"))]
    publish(kafka_broker, topic, *alerts)
    refused = Receipt(None, "our law does not let us")
    stop = threading.Event()

    def gate(alert: Alert, where: str, headers: Mapping[str, str]) -> Receipt:
        assert (where, headers) == (topic, {})
        return refused if alert.entry.plate == "BBB222" else Receipt(alert)

    subscriber = Subscriber(
        tmp_path, kafka_broker.settings, [kafka_broker.server], topic=topic, group="neighbor", gate=gate
    )
    received = []
    for alert in subscriber.alerts(stop):
        received.append(alert)
        if len(received) == 2:
            stop.set()
    assert received == [alerts[0], alerts[2]]
    with ReceivedAlerts(tmp_path / FILE_NAME, "neighbor") as memory:
        (kept,) = memory.refused()
        assert (kept.alert_id, kept.offset, kept.reason) == (alerts[1].alert_id, 1, refused.reason)
        assert memory.is_seen(alerts[1].alert_id)
    assert f"alert {alerts[1].alert_id} of {topic} is refused on receipt: our law does not let us" in caplog.text
    assert "BBB222" not in caplog.text
