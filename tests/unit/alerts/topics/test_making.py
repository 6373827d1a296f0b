"""Making topics where the broker refuses: what is tried again, what is said, and what stands in no way."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.topics import ensure_topic, topic_settings
from alerts.topics.existing import alter, existing_topics
from schemas.settings import KafkaSettings
from services.kafka.client import KafkaError, kafka_errors

TOPIC = "platewatch.alerts.test.v1"
EXISTS = kafka_errors.TopicAlreadyExistsError(TOPIC)
FORBIDDEN = kafka_errors.TopicAuthorizationFailedError(TOPIC)
BUSY = kafka_errors.NotControllerError("elsewhere")


class Admin:
    """An administrator's client that answers as a test says; a real one: integration/kafka/test_topic_retention.py."""

    def __init__(self, **failures: Exception) -> None:
        self.failures = failures
        self.made: dict[str, Any] = {}
        self.altered: list[dict[str, str]] = []
        self.settings = topic_settings(30)
        self.answer = "OK"
        self.brokers = 3
        self.topics: list[dict[str, Any]] = []

    def _do(self, name: str) -> None:
        if name in self.failures:
            raise self.failures[name]

    def describe_cluster(self) -> dict[str, Any]:
        return {"brokers": [None] * self.brokers}

    def create_topics(self, topics: dict[str, Any], *, wait_for_metadata: bool) -> None:
        self._do("create")
        self.made |= topics

    def describe_configs(self, asked: list[Any], *, config_filter: str) -> dict[Any, Any]:
        self._do("describe")
        # A setting that a broker does not tell has no value, and beside them stands what went wrong.
        hidden = {"sasl.jaas.config": {"value": None}, "error_message": "none"}
        told = {name: {"value": value} for name, value in self.settings.items()}
        return {0: {one.name: told | hidden for one in asked}}

    def alter_configs(self, asked: list[Any]) -> dict[Any, Any]:
        self._do("alter")
        self.altered += [dict(one.configs) for one in asked]
        return {0: dict.fromkeys((one.name for one in asked), self.answer)}

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        return self.topics


def made(admin: Admin, **more: Any) -> bool:
    return ensure_topic(admin, TOPIC, retention_days=21, **more)


def test_a_topic_is_made_with_the_law_and_what_the_settings_say() -> None:
    admin = Admin()
    assert made(admin)
    wanted = admin.made[TOPIC]
    assert wanted["num_partitions"] == KafkaSettings().topics.partitions
    assert wanted["replication_factor"] == 3
    assert topic_settings(21).items() <= wanted["configs"].items()
    assert wanted["configs"]["min.insync.replicas"] == "2"
    assert wanted["configs"]["unclean.leader.election.enable"] == "false"
    assert "max.message.bytes" not in wanted["configs"]  # any broker takes as much
    large = KafkaSettings(max_message_bytes=5_000_000)
    assert made(admin, settings=large, partitions=7)
    assert admin.made[TOPIC]["num_partitions"] == 7
    assert admin.made[TOPIC]["configs"]["max.message.bytes"] == "5065536"


@pytest.mark.parametrize(("brokers", "copies", "in_sync"), [(1, 1, "1"), (2, 2, "1"), (3, 3, "2"), (9, 3, "2")])
def test_copies_are_what_is_safe_with_so_many_brokers(brokers: int, copies: int, in_sync: str) -> None:
    admin = Admin()
    admin.brokers = brokers
    made(admin)
    assert admin.made[TOPIC]["replication_factor"] == copies
    assert admin.made[TOPIC]["configs"]["min.insync.replicas"] == in_sync


@pytest.mark.parametrize("failure", [EXISTS, FORBIDDEN])
def test_a_topic_that_is_there_is_held_to_the_law(failure: Exception, caplog: pytest.LogCaptureFixture) -> None:
    admin = Admin(create=failure)
    with caplog.at_level("INFO"):
        assert not made(admin)
    assert admin.altered == [{"retention.ms": topic_settings(21)["retention.ms"]}]
    assert f"topic {TOPIC} keeps records for 21 days now (retention.ms" in caplog.text
    caplog.clear()
    admin.settings = topic_settings(21)
    assert not made(admin)
    assert len(admin.altered) == 1
    assert caplog.text == ""


@pytest.mark.parametrize("where", ["create", "describe", "alter"])
def test_what_the_broker_cannot_do_now_is_tried_again_by_whoever_asked(where: str) -> None:
    failures: dict[str, Exception] = {"create": EXISTS, where: BUSY}
    with pytest.raises(KafkaError):
        made(Admin(**failures))


@pytest.mark.parametrize(
    ("failures", "reason"),
    [
        ({"describe": FORBIDDEN}, "TopicAuthorizationFailedError"),
        ({"describe": ValueError("no such setting")}, "no such setting"),
        ({"alter": FORBIDDEN}, "TopicAuthorizationFailedError"),
        ({"alter": ValueError("no such setting")}, "no such setting"),
    ],
)
def test_a_broker_that_refuses_for_good_is_said_and_stands_in_no_way(
    failures: dict[str, Exception], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not made(Admin(create=EXISTS, **failures))
    assert f"({reason}); see yourself that it keeps no record for longer than 21 days" in caplog.text
    assert "retention.ms=" in caplog.text


def test_a_broker_that_tells_nothing_or_answers_with_a_refusal_is_said(caplog: pytest.LogCaptureFixture) -> None:
    admin = Admin(create=EXISTS)
    admin.answer = "not\n  now"
    made(admin)
    assert "(not now)" in caplog.text
    admin.settings = {}
    made(admin)
    assert "(it does not tell them)" in caplog.text
    assert len(admin.altered) == 1


def test_a_change_says_why_it_was_refused() -> None:
    assert alter(Admin(), TOPIC, {"retention.ms": "1"}) is None
    assert alter(Admin(alter=FORBIDDEN), TOPIC, {}) == "TopicAuthorizationFailedError"
    with pytest.raises(KafkaError):
        alter(Admin(alter=BUSY), TOPIC, {})


def test_topics_are_described_by_their_worst_partition() -> None:
    admin = Admin()
    whole = {"replica_nodes": [1, 2, 3], "isr_nodes": [1, 2, 3], "leader_id": 1}
    few = {"replica_nodes": [1, 2], "isr_nodes": [1], "leader_id": -1}
    admin.topics = [
        {"name": "a", "error_code": 0, "partitions": [whole, few, whole]},
        {"name": "hidden", "error_code": FORBIDDEN.errno, "partitions": []},
        {"name": "gone", "error_code": 3, "partitions": []},
    ]
    found = existing_topics(admin, ["a", "hidden", "gone"])
    assert found.keys() == {"a", "hidden"}
    assert (found["a"].partitions, found["a"].replicas, found["a"].behind, found["a"].leaderless) == (3, 2, 1, 1)
    assert found["a"].settings == admin.settings
    assert (found["a"].is_hidden, found["hidden"].is_hidden) == (False, True)
