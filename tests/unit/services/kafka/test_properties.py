"""The local broker takes its own users alone, on loopback alone, and keeps nothing for longer than three weeks."""

from __future__ import annotations

from services.kafka.access import BrokerAccess, Login
from services.kafka.ports import Ports
from services.kafka.properties import server_properties

BATCH_OVERHEAD_BYTES, BROKER_DEFAULT_MESSAGE_BYTES = 65_536, 1_048_588  # the latter is Kafka's own

LOGIN, SETUP = Login("platewatch", "one", "SCRAM-SHA-256"), Login("setup", "two", "PLAIN")


def properties(setup: Login | None = None, most: int = 900_000, **overrides: str) -> dict[str, str]:
    access = BrokerAccess(LOGIN, setup, "three")
    text = server_properties(Ports(9000, 9001), "data", access, max_message_bytes=most, overrides=overrides)
    return dict(line.split("=", 1) for line in text.splitlines())


def test_it_listens_on_loopback_alone_and_everybody_logs_in() -> None:
    found = properties()
    assert found["listeners"] == "CLIENTS://127.0.0.1:9000,CONTROLLER://127.0.0.1:9001"
    assert found["advertised.listeners"] == "CLIENTS://127.0.0.1:9000"
    assert found["listener.security.protocol.map"] == "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:9001"
    assert found["inter.broker.listener.name"] == "CLIENTS"
    assert found["controller.listener.names"] == "CONTROLLER"


def test_who_is_not_named_may_do_nothing_and_nobody_is_named_but_ourselves() -> None:
    found = properties()
    assert found["authorizer.class.name"] == "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
    assert found["allow.everyone.if.no.acl.found"] == "false"
    assert found["super.users"] == "User:broker;User:platewatch"
    assert found["listener.name.clients.sasl.enabled.mechanisms"] == "SCRAM-SHA-256"
    assert found["listener.name.controller.sasl.enabled.mechanisms"] == "PLAIN"
    assert found["sasl.mechanism.inter.broker.protocol"] == "SCRAM-SHA-256"
    assert found["sasl.mechanism.controller.protocol"] == "PLAIN"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required"
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    assert found["listener.name.clients.scram-sha-256.sasl.jaas.config"] == (
        f'{scram} username="platewatch" password="one";'
    )
    assert found["listener.name.controller.plain.sasl.jaas.config"] == (
        f'{plain} username="broker" password="three" user_broker="three";'
    )
    assert "listener.name.clients.plain.sasl.jaas.config" not in found


def test_who_tells_a_new_broker_of_its_user_may_until_then() -> None:
    found = properties(SETUP)
    assert found["super.users"] == "User:broker;User:platewatch;User:setup"
    assert found["listener.name.clients.sasl.enabled.mechanisms"] == "SCRAM-SHA-256,PLAIN"
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    assert found["listener.name.clients.plain.sasl.jaas.config"] == f'{plain} user_setup="two";'


def test_nothing_is_kept_for_longer_than_three_weeks_with_the_time_that_a_file_takes_to_fill() -> None:
    found = properties()
    assert int(found["log.retention.hours"]) + int(found["log.roll.hours"]) == 21 * 24
    assert int(found["log.roll.hours"]) == 24
    assert found["log.retention.check.interval.ms"] == "30000"
    assert found["auto.create.topics.enable"] == "false"
    assert found["log.flush.interval.messages"] == "1"
    assert (found["log.dirs"], found["node.id"], found["process.roles"]) == ("data", "1", "broker,controller")


def test_a_message_of_the_largest_size_fits_with_its_batch() -> None:
    small = BROKER_DEFAULT_MESSAGE_BYTES - BATCH_OVERHEAD_BYTES
    for most, size in (
        (small, small + BATCH_OVERHEAD_BYTES),
        (small + 1, small + 1 + BATCH_OVERHEAD_BYTES),
        (1024, None),
    ):
        assert int(properties(most=most)["message.max.bytes"]) == (size or BROKER_DEFAULT_MESSAGE_BYTES)


def test_what_a_person_sets_wins() -> None:
    assert properties(**{"log.retention.hours": "1"})["log.retention.hours"] == "1"
