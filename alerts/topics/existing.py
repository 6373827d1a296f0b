"""Topics as a broker has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.kafka.client import ConfigResource, ConfigResourceType, kafka_errors


@dataclass(frozen=True, slots=True)
class ExistingTopic:
    """One topic.

    Args:
        partitions: How many it has.
        replicas: Fewest copies of one of them.
        behind: Partitions of which a copy is not in sync now.
        leaderless: Partitions that nobody leads: nothing can be written to them.
        settings: Its settings, defaults included; empty where the broker does not tell them.
        is_hidden: Whether this user may not even see it.
    """

    partitions: int = 0
    replicas: int = 0
    behind: int = 0
    leaderless: int = 0
    settings: Mapping[str, str] = field(default_factory=dict)
    is_hidden: bool = False


def brokers_of(admin: Any) -> int:
    """Return how many brokers are there now.

    Args:
        admin: An open KafkaAdminClient.
    """
    return len(admin.describe_cluster()["brokers"])


def existing_topics(admin: Any, names: Sequence[str]) -> dict[str, ExistingTopic]:
    """Return those of these topics that are there.

    Args:
        admin: An open KafkaAdminClient.
        names: The topics.

    Raises:
        KafkaError: The broker cannot be asked.
    """
    answers = {str(topic["name"]): topic for topic in admin.describe_topics(list(names))}
    hidden = {
        name: ExistingTopic(is_hidden=True)
        for name, topic in answers.items()
        if topic.get("error_code") == kafka_errors.TopicAuthorizationFailedError.errno
    }
    described = {
        name: topic["partitions"]
        for name, topic in answers.items()
        if topic.get("error_code", 0) == 0 and topic["partitions"]
    }
    settings = settings_of(admin, sorted(described))
    return hidden | {name: _existing(parts, settings.get(name, {})) for name, parts in described.items()}


def _existing(partitions: Sequence[Mapping[str, Any]], settings: Mapping[str, str]) -> ExistingTopic:
    return ExistingTopic(
        len(partitions),
        min(len(one["replica_nodes"]) for one in partitions),
        sum(len(one["isr_nodes"]) < len(one["replica_nodes"]) for one in partitions),
        sum(one["leader_id"] < 0 for one in partitions),
        settings,
    )


def settings_of(admin: Any, names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return topics' settings, defaults included; none where the broker does not tell them.

    Raises:
        KafkaError: The broker cannot be asked.
    """
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answer = admin.describe_configs(asked, config_filter="all")
    return {
        str(name): {
            str(key): str(data["value"])
            for key, data in told.items()
            if isinstance(data, Mapping) and data.get("value") is not None
        }
        for topics in answer.values()
        for name, told in topics.items()
    }


def alter(admin: Any, topic: str, new: Mapping[str, str]) -> str | None:
    """Change a topic's settings; return why the broker refused, or None.

    Raises:
        KafkaError: The broker cannot be asked now; try again.
    """
    try:
        answer = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=dict(new))])
    except kafka_errors.BrokerResponseError as error:
        if error.retriable:
            raise
        return type(error).__name__
    except ValueError as error:  # kafka-python knows no such setting of this broker
        return str(error)
    refusals = [str(text) for topics in answer.values() for text in topics.values() if text != "OK"]
    return " ".join(refusals[0].split()) if refusals else None
