"""What is said of a topic that is not as it has to be, and what ends it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.topics.drift import Drift, drift_of
from alerts.topics.existing import ExistingTopic
from alerts.topics.planned import Copies, PlannedTopic, planned_topics
from alerts.topics.retention import topic_settings
from schemas.settings import AlertSettings, KafkaChannel, KafkaSettings, Settings
from schemas.settings.kafka import TopicSettings

PLANNED = PlannedTopic("platewatch.alerts.test.v1", "alerts", 21, 3)
THREE = Copies(3, 2)
RIGHT = topic_settings(21) | THREE.topic_settings | {"max.message.bytes": "1048588"}


def existing(settings: dict[str, str] | None = None, **more: Any) -> ExistingTopic:
    values: dict[str, Any] = {"partitions": 3, "replicas": 3, "settings": RIGHT | (settings or {})}
    return ExistingTopic(**(values | more))


def kinds(topic: ExistingTopic | None, planned: PlannedTopic = PLANNED, copies: Copies = THREE) -> list[Drift]:
    return [one.kind for one in drift_of(planned, topic, copies, 900_000)]


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        (existing(), []),
        (existing(partitions=30, replicas=5), []),
        # What ends sooner or is safer is no drift.
        (existing({"retention.ms": "3600000", "min.insync.replicas": "3"}), []),
        (None, [Drift.MISSING]),
        (existing({"retention.ms": "-1"}), [Drift.RETENTION]),
        (existing({"retention.ms": "2592000000", "segment.ms": "604800000"}), [Drift.RETENTION, Drift.RETENTION]),
        (existing({"cleanup.policy": "compact"}), [Drift.CLEANUP]),
        (existing({"cleanup.policy": "compact,delete"}), [Drift.CLEANUP]),
        (existing({"message.timestamp.type": "LogAppendTime"}), [Drift.CLEANUP]),
        (existing(partitions=2), [Drift.PARTITIONS]),
        (existing({"min.insync.replicas": "1"}), [Drift.MIN_IN_SYNC]),
        # Two copies of which both are needed would stop at the first broker that is away.
        (existing({"min.insync.replicas": "1"}, replicas=2), [Drift.REPLICAS]),
        (existing(replicas=1), [Drift.REPLICAS, Drift.MIN_IN_SYNC]),
        (existing({"min.insync.replicas": "4"}), [Drift.MIN_IN_SYNC]),
        (existing({"unclean.leader.election.enable": "true"}), [Drift.UNCLEAN]),
        (existing({"max.message.bytes": "500000"}), [Drift.SIZE]),
        (existing(behind=1), [Drift.BEHIND]),
        (existing(leaderless=2, behind=2), [Drift.BEHIND]),
        (ExistingTopic(3, 3), [Drift.HIDDEN]),
        (ExistingTopic(is_hidden=True), [Drift.HIDDEN]),
    ],
)
def test_each_difference_is_named_and_nothing_else(topic: ExistingTopic | None, expected: list[Drift]) -> None:
    assert kinds(topic) == expected


def test_what_nobody_publishes_to_any_more_need_not_be_there_and_ends_in_time_where_it_is() -> None:
    over = PlannedTopic("platewatch.shared.suffolk.v1", "shared", 21, 3, is_needed=False)
    assert kinds(None, over) == []
    assert kinds(existing(partitions=1), over) == []
    assert kinds(existing({"retention.ms": "-1"}), over) == [Drift.RETENTION]


@given(
    st.dictionaries(
        st.sampled_from(sorted(RIGHT)),
        st.sampled_from(["-1", "0", "1", "2", "9", "99999999999", "true", "compact", "x"]),
    ),
    st.integers(1, 5),
    st.sampled_from([0.002, 1.0, 21.0]),
    st.integers(1, 5),
)
def test_the_settings_that_it_gives_end_every_difference_of_settings(
    changed: dict[str, str], replicas: int, days: float, brokers: int
) -> None:
    planned = PlannedTopic("t", "alerts", days, 1)
    copies = Copies.of(KafkaSettings(), brokers)
    topic = existing(changed, replicas=replicas)
    mended = dict(topic.settings)
    for one in drift_of(planned, topic, copies, 900_000):
        mended |= one.settings
    left = drift_of(planned, existing(mended, replicas=replicas), copies, 900_000)
    assert {one.kind for one in left} <= {Drift.REPLICAS}


@pytest.mark.parametrize(
    ("settings", "brokers", "copies"),
    [
        ({}, 1, Copies(1, 1)),
        ({}, 2, Copies(2, 1)),
        ({}, 3, Copies(3, 2)),
        ({}, 9, Copies(3, 2)),
        ({"replication_factor": 5}, 9, Copies(5, 2)),
        ({"replication_factor": 2, "min_insync_replicas": 2}, 3, Copies(2, 2)),
        # More than there are copies could never be written.
        ({"replication_factor": 1, "min_insync_replicas": 2}, 3, Copies(1, 1)),
    ],
)
def test_copies_are_safe_with_one_broker_and_with_many(settings: dict[str, int], brokers: int, copies: Copies) -> None:
    assert Copies.of(KafkaSettings(topics=TopicSettings(**settings)), brokers) == copies


def test_every_topic_is_there_once_and_bound_by_the_law_and_the_agreement() -> None:
    channel = KafkaChannel(name="cad", topic="platewatch.alerts.portsmouth-pd.v1")
    other = KafkaChannel(name="rms", topic="records")
    settings = Settings(agency_id="portsmouth-pd", alerts=AlertSettings(channels=(channel, other)))
    agreed = [PlannedTopic("platewatch.shared.a.v1", "", 7, 3), PlannedTopic("platewatch.shared.b.v1", "", 3650, 3)]
    found = {topic.name: topic for topic in planned_topics(settings, 21, agreed)}
    assert list(found) == [
        "platewatch.alerts.portsmouth-pd.v1",
        "platewatch.alarms.portsmouth-pd.v1",
        "platewatch.dispositions.v1",
        "platewatch.reads.v1",
        "platewatch.reads.v1.dead-letters",
        "records",
        "platewatch.shared.a.v1",
        "platewatch.shared.b.v1",
    ]
    assert {topic.keep_days for topic in found.values()} == {7, 21}
    assert found["platewatch.shared.a.v1"].keep_days == 7
    assert found["platewatch.reads.v1"].partitions == 12


@pytest.mark.parametrize(
    ("settings", "said", "new"),
    [
        ({"max.message.bytes": "965536"}, None, {}),
        (
            {"max.message.bytes": "965535"},
            "max.message.bytes is 965535, expected at least 965536 (kafka.max_message_bytes): "
            "larger messages are refused",
            {"max.message.bytes": "965536"},
        ),
        ({"max.message.bytes": "x"}, None, {}),
        ({"min.insync.replicas": "2"}, None, {}),
        ({"min.insync.replicas": "3"}, None, {}),
        ({"min.insync.replicas": "x"}, None, {}),
        (
            {"min.insync.replicas": "1"},
            "min.insync.replicas is 1, expected at least 2: a message counts before enough brokers have it",
            {"min.insync.replicas": "2"},
        ),
        (
            {"min.insync.replicas": "4"},
            "min.insync.replicas is 4 and 3 brokers keep each message: older brokers then publish nothing",
            {"min.insync.replicas": "2"},
        ),
        ({"unclean.leader.election.enable": "false"}, None, {}),
        (
            {"unclean.leader.election.enable": "true"},
            "unclean.leader.election.enable is true: a broker that lacks messages may lead, and they are lost",
            {"unclean.leader.election.enable": "false"},
        ),
        (
            {"retention.ms": "-1"},
            f"retention.ms is -1, so that records are kept for longer than 21 days; expected at most "
            f"{RIGHT['retention.ms']}",
            {"retention.ms": RIGHT["retention.ms"]},
        ),
        (
            {"cleanup.policy": "compact"},
            "cleanup.policy is compact, so that records are kept for longer than 21 days; expected delete",
            {"cleanup.policy": "delete"},
        ),
    ],
)
def test_a_setting_is_said_with_what_it_is_what_it_has_to_be_and_what_mends_it(
    settings: dict[str, str], said: str | None, new: dict[str, str]
) -> None:
    found = list(drift_of(PLANNED, existing(settings), THREE, 900_000))
    assert [(one.text, one.settings) for one in found] == ([] if said is None else [(said, new)])


def test_copies_that_lag_are_said_with_what_to_wait_for() -> None:
    (lagging,) = drift_of(PLANNED, existing(behind=2), THREE, 900_000)
    assert lagging.text == "2 of its 3 partitions have a copy that is not in sync"
    (alone,) = drift_of(PLANNED, existing(leaderless=1, behind=2), THREE, 900_000)
    assert alone.text == "nobody leads 1 of its 3 partitions"
    assert "ends by itself" in alone.advice
