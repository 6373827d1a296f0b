"""Every topic that an installation publishes, and what holds for each. Whatever makes or looks at topics asks here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from schemas.generate import DISPOSITION_TOPIC
from schemas.settings import KafkaChannel, KafkaSettings, Settings

MESSAGE_OVERHEAD_BYTES = 65_536
"""Room for what Kafka adds to a message."""
BROKER_DEFAULT_BYTES = 1_048_588
SIZE = "max.message.bytes"

SAFE_COPIES = 3
SAFE_IN_SYNC = 2
"""One broker may be lost without a message lost, and without a pause."""


@dataclass(frozen=True, slots=True)
class PlannedTopic:
    """One topic as it has to be.

    Args:
        name: Its name.
        holds: What its messages are, in words.
        keep_days: Most days that it may keep a message.
        partitions: Fewest partitions.
        is_needed: Whether it has to be there; False where nothing new comes, and what is left has to end in time.
    """

    name: str
    holds: str
    keep_days: float
    partitions: int
    is_needed: bool = True


@dataclass(frozen=True, slots=True)
class Copies:
    """How many brokers keep a message, and how many have to have it before it counts as published."""

    replicas: int
    in_sync: int

    @classmethod
    def of(cls, settings: KafkaSettings, brokers: int) -> Copies:
        """Return what the settings ask for; where they say nothing, what is safe with so many brokers.

        Args:
            settings: The section `kafka` of the configuration.
            brokers: How many there are.
        """
        topics = settings.topics
        replicas = topics.replication_factor or min(SAFE_COPIES, max(brokers, 1))
        return cls(replicas, min(topics.min_insync_replicas or _in_sync(replicas), replicas))

    @property
    def topic_settings(self) -> dict[str, str]:
        """Kafka's settings of a topic with so many copies: what one broker alone has is never all that is left."""
        return {"min.insync.replicas": str(self.in_sync), "unclean.leader.election.enable": "false"}

    def of_topic(self, replicas: int) -> Copies:
        """Return what holds for a topic that has fewer copies: more of them cannot be in sync."""
        return Copies(
            self.replicas, min(self.in_sync, _in_sync(replicas)) if replicas < self.replicas else self.in_sync
        )


def _in_sync(replicas: int) -> int:
    """Return how many copies have to be written so that one broker may be away."""
    return min(SAFE_IN_SYNC, max(replicas - 1, 1))


def partitions_of(settings: KafkaSettings, topic: str) -> int:
    """Return how many partitions a topic gets: reads go to as many matchers as it has.

    Args:
        settings: The section `kafka` of the configuration.
        topic: Its name.
    """
    return settings.topics.reads_partitions if topic == settings.reads_topic else settings.topics.partitions


def size_settings(settings: KafkaSettings) -> dict[str, str]:
    """Return Kafka's settings of a topic that takes the largest message which is published; none where any does."""
    needed = settings.max_message_bytes + MESSAGE_OVERHEAD_BYTES
    return {SIZE: str(needed)} if needed > BROKER_DEFAULT_BYTES else {}


def planned_topics(settings: Settings, keep_days: float, agreed: Iterable[PlannedTopic] = ()) -> list[PlannedTopic]:
    """Return every topic of this installation.

    Args:
        settings: The configuration.
        keep_days: Most days that the law lets a record be kept.
        agreed: The topics of agreements.
    """
    kafka, few = settings.kafka, settings.kafka.topics.partitions
    planned = [
        PlannedTopic(settings.alert_topic, "alerts of this agency", keep_days, few),
        PlannedTopic(settings.alarm_topic, "alarms about the installation", keep_days, few),
        PlannedTopic(DISPOSITION_TOPIC, "what people said of alerts", keep_days, few),
        PlannedTopic(
            kafka.reads_topic, "reads on their way to a matcher", keep_days, partitions_of(kafka, kafka.reads_topic)
        ),
        PlannedTopic(kafka.dead_reads_topic, "reads that no matcher could use", keep_days, few),
        *(
            PlannedTopic(channel.topic, f"alerts by rules, channel {channel.name}", keep_days, few)
            for channel in settings.alerts.channels
            if isinstance(channel, KafkaChannel)
        ),
        *(replace(topic, keep_days=min(topic.keep_days, keep_days)) for topic in agreed),
    ]
    # A channel may send to a topic that is there anyway.
    first = {topic.name: topic for topic in reversed(planned)}
    return [topic for topic in planned if first[topic.name] is topic]
