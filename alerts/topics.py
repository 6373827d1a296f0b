"""Alert topics: how long they keep an alert, making them, and holding those that exist to it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.kafka_client import ConfigResource, ConfigResourceType, kafka_errors

log = logging.getLogger(__name__)

DEFAULT_PARTITIONS = 3
BROKER_DEFAULT = -1
LONGEST_SEGMENT = timedelta(days=1)
LONGEST_LOOK = timedelta(minutes=6)
"""Brokers look for what is too old every five minutes, and the files go after that."""
FILE_DELAY_MS = 1000
"""How long the files of what was deleted stay."""


def topic_settings(retention_days: float) -> dict[str, str]:
    """Return the settings of a topic whose records are gone so many days after their own times, those of capture.

    Kafka deletes whole segments, each once its newest record is older than the retention, so an oldest record lives
    as long as retention and segment together; then until the broker looks for such segments (every five minutes where
    nothing else is set) and lets go of their files.

    Args:
        retention_days: Most days that a record may be kept.

    Returns:
        Kafka's topic settings.

    Source:
        https://kafka.apache.org/43/configuration/topic-configs/
    """
    total = timedelta(days=retention_days)
    segment = min(LONGEST_SEGMENT, total / 4)
    looks = min(LONGEST_LOOK, total / 4)
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(int((total - segment - looks).total_seconds() * 1000)),
        "segment.ms": str(int(segment.total_seconds() * 1000)),
        "message.timestamp.type": "CreateTime",
        "file.delete.delay.ms": str(FILE_DELAY_MS),
    }


def ensure_topic(admin: Any, topic: str, *, retention_days: float, partitions: int = DEFAULT_PARTITIONS) -> bool:
    """Make a topic if it does not exist; one that does, and would keep records for longer, is told not to.

    Args:
        admin: An open KafkaAdminClient.
        topic: The topic's name.
        retention_days: Most days that a record may be kept.
        partitions: How many partitions; replication is the cluster's default.

    Returns:
        Whether it was made now.

    Raises:
        KafkaError: The broker cannot be asked; try again.
    """
    wanted = {
        "num_partitions": partitions,
        "replication_factor": BROKER_DEFAULT,
        "configs": topic_settings(retention_days),
    }
    try:
        admin.create_topics({topic: wanted}, wait_for_metadata=True)
    except kafka_errors.TopicAlreadyExistsError:
        _shorten(admin, topic, retention_days)
        return False
    except kafka_errors.BrokerResponseError as error:
        if error.retriable:
            raise
        # Where we may not make topics, someone else did, or sending says what is wrong with it.
        log.debug("topic was not made", extra={"topic": topic, "cause": type(error).__name__})
        _shorten(admin, topic, retention_days)
        return False
    log.info("topic made", extra={"topic": topic, "partitions": partitions, "retention_days": retention_days})
    return True


def changes(kept: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return which of an existing topic's settings have to change so that its records end in time.

    What ends them sooner stays: somebody may want that.

    Args:
        kept: The topic's settings, defaults included.
        wanted: Those of `topic_settings`.
    """
    return {name: value for name, value in wanted.items() if name in kept and _is_longer(kept[name], value)}


def _is_longer(kept: str, wanted: str) -> bool:
    if not wanted.isdecimal():
        return kept != wanted
    try:
        return not 0 <= int(kept) <= int(wanted)  # -1 means for ever
    except ValueError:
        return True


def _shorten(admin: Any, topic: str, retention_days: float) -> None:
    """Tell an existing topic how long records may be kept; a broker that refuses is said, and no error."""
    try:
        kept = _settings_of(admin, topic)
        if not kept:
            _say_refused(topic, retention_days, "it does not tell them")
            return
        new = changes(kept, topic_settings(retention_days))
        if new:
            answer = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=new)])
            refusals = [text for topics in answer.values() for text in topics.values() if text != "OK"]
            if refusals:
                _say_refused(topic, retention_days, " ".join(str(refusals[0]).split()))
                return
            told = ", ".join(f"{name} {kept[name]} -> {value}" for name, value in sorted(new.items()))
            log.info("topic %s keeps records for %g days now (%s)", topic, retention_days, told)
    except kafka_errors.BrokerResponseError as error:
        if error.retriable:
            raise
        _say_refused(topic, retention_days, type(error).__name__)
    except ValueError as error:  # kafka-python knows no such setting of this broker
        _say_refused(topic, retention_days, str(error))


def _settings_of(admin: Any, topic: str) -> dict[str, str]:
    """Return a topic's settings, defaults included; none where the broker does not tell them."""
    answer = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)], config_filter="all")
    return {
        name: str(data["value"])
        for topics in answer.values()
        for name, data in topics.get(topic, {}).items()
        if isinstance(data, Mapping) and data.get("value") is not None
    }


def _say_refused(topic: str, retention_days: float, reason: str) -> None:
    log.warning(
        "topic %s: kafka does not let us look at its settings or change them (%s); see yourself that it keeps no "
        "record for longer than %g days: %s",
        topic,
        reason,
        retention_days,
        ", ".join(f"{name}={value}" for name, value in topic_settings(retention_days).items()),
    )
