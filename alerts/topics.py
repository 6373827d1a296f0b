"""Alert topics: how long they keep an alert, and making them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from services.kafka_client import kafka_errors

log = logging.getLogger(__name__)

DEFAULT_PARTITIONS = 3
BROKER_DEFAULT = -1
LONGEST_SEGMENT = timedelta(days=1)


def topic_settings(retention_days: float) -> dict[str, str]:
    """Return the settings of a topic whose records are gone after so many days.

    Kafka deletes whole segments, each once its newest record is older than the retention, so an oldest record lives
    as long as retention and segment together.

    Args:
        retention_days: Most days that a record may be kept.

    Returns:
        Kafka's topic settings.

    Source:
        https://kafka.apache.org/43/configuration/topic-configs/
    """
    total = timedelta(days=retention_days)
    segment = min(LONGEST_SEGMENT, total / 4)
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(int((total - segment).total_seconds() * 1000)),
        "segment.ms": str(int(segment.total_seconds() * 1000)),
    }


def ensure_topic(admin: Any, topic: str, *, retention_days: float, partitions: int = DEFAULT_PARTITIONS) -> bool:
    """Make a topic if it does not exist; an existing one stays as it is.

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
        return False
    except kafka_errors.BrokerResponseError as error:
        if error.retriable:
            raise
        # Where we may not make topics, someone else did, or sending says what is wrong with it.
        log.debug("topic was not made", extra={"topic": topic, "cause": type(error).__name__})
        return False
    log.info("topic made", extra={"topic": topic, "partitions": partitions, "retention_days": retention_days})
    return True
