"""What is wrong with a topic, and what a person does about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.topics.existing import ExistingTopic
from alerts.topics.planned import MESSAGE_OVERHEAD_BYTES, SIZE, Copies, PlannedTopic
from alerts.topics.retention import changes, topic_settings

CREATE = "run: platewatch topics create"
_PERMIT = "permit Describe and DescribeConfigs on it, or ask as another user (kafka.administrator)"


class Drift(StrEnum):
    """How a topic differs from what it has to be."""

    MISSING = "missing"
    RETENTION = "retention"
    CLEANUP = "cleanup"
    PARTITIONS = "partitions"
    REPLICAS = "replicas"
    MIN_IN_SYNC = "min_in_sync"
    UNCLEAN = "unclean_election"
    SIZE = "message_size"
    BEHIND = "not_in_sync"
    HIDDEN = "settings_hidden"


@dataclass(frozen=True, slots=True)
class TopicDrift:
    """One difference: what was found, what was expected, and what to do.

    `settings` are those of Kafka that end it; empty where more than settings has to change.
    """

    kind: Drift
    text: str
    advice: str
    settings: Mapping[str, str] = field(default_factory=dict)


def drift_of(
    planned: PlannedTopic, existing: ExistingTopic | None, copies: Copies, message_bytes: int
) -> list[TopicDrift]:
    """Return how a topic differs from what it has to be.

    Args:
        planned: What it has to be.
        existing: What it is; None where it is not there.
        copies: How many copies the settings ask for.
        message_bytes: The largest message that is published.
    """
    if existing is None:
        return [TopicDrift(Drift.MISSING, "it is not there", CREATE)] if planned.is_needed else []
    if existing.is_hidden:
        return [TopicDrift(Drift.HIDDEN, "this user may not see it", _PERMIT)]
    found = [*_placement(planned, existing, copies)]
    if not existing.settings:
        return [*found, TopicDrift(Drift.HIDDEN, "the broker does not tell this user its settings", _PERMIT)]
    return [
        *found,
        *_keeping(planned, existing.settings),
        *_safety(existing, copies),
        *_size(existing.settings, message_bytes),
    ]


def _placement(planned: PlannedTopic, existing: ExistingTopic, copies: Copies) -> Iterator[TopicDrift]:
    name = planned.name
    if planned.is_needed and existing.partitions < planned.partitions:
        yield TopicDrift(
            Drift.PARTITIONS,
            f"it has {existing.partitions} partitions, expected at least {planned.partitions}",
            f"stop what publishes to it, have what is in it consumed, since plates go to other partitions from then on,"
            f" and run: kafka-topics.sh --alter --topic {name} --partitions {planned.partitions}",
        )
    if existing.replicas < copies.replicas:
        yield TopicDrift(
            Drift.REPLICAS,
            f"{_brokers(existing.replicas)} each message, expected {copies.replicas}",
            "give its partitions more replicas with kafka-reassign-partitions.sh, or delete it while it is empty and"
            f" {CREATE}",
        )
    if existing.leaderless or existing.behind:
        state = (
            f"nobody leads {existing.leaderless} of its {existing.partitions} partitions"
            if existing.leaderless
            else f"{existing.behind} of its {existing.partitions} partitions have a copy that is not in sync"
        )
        yield TopicDrift(Drift.BEHIND, state, "see that every broker runs; it ends by itself once they do")


def _brokers(count: int) -> str:
    return "one broker keeps" if count == 1 else f"{count} brokers keep"


def _keeping(planned: PlannedTopic, kept: Mapping[str, str]) -> Iterator[TopicDrift]:
    for name, value in changes(kept, topic_settings(planned.keep_days)).items():
        kind = Drift.CLEANUP if name in ("cleanup.policy", "message.timestamp.type") else Drift.RETENTION
        yield TopicDrift(
            kind,
            f"{name} is {kept[name]}, so that records are kept for longer than {planned.keep_days:g} days; expected"
            f" {'' if kind is Drift.CLEANUP else 'at most '}{value}",
            CREATE,
            {name: value},
        )


def _safety(existing: ExistingTopic, copies: Copies) -> Iterator[TopicDrift]:
    wanted = copies.of_topic(existing.replicas).topic_settings
    name = "min.insync.replicas"
    found = existing.settings.get(name, "1")
    if found.isdecimal() and int(found) < int(wanted[name]):
        text = f"{name} is {found}, expected at least {wanted[name]}: a message counts before enough brokers have it"
        yield TopicDrift(Drift.MIN_IN_SYNC, text, CREATE, {name: wanted[name]})
    elif found.isdecimal() and int(found) > existing.replicas:
        text = f"{name} is {found} and {_brokers(existing.replicas)} each message: older brokers then publish nothing"
        yield TopicDrift(Drift.MIN_IN_SYNC, text, CREATE, {name: wanted[name]})
    name = "unclean.leader.election.enable"
    if existing.settings.get(name) == "true":
        text = f"{name} is true: a broker that lacks messages may lead, and they are lost"
        yield TopicDrift(Drift.UNCLEAN, text, CREATE, {name: wanted[name]})


def _size(kept: Mapping[str, str], message_bytes: int) -> Iterator[TopicDrift]:
    needed = message_bytes + MESSAGE_OVERHEAD_BYTES
    found = kept.get(SIZE, "")
    if found.isdecimal() and int(found) < needed:
        text = f"{SIZE} is {found}, expected at least {needed} (kafka.max_message_bytes): larger messages are refused"
        yield TopicDrift(Drift.SIZE, text, CREATE, {SIZE: str(needed)})
