"""Making topics, and holding those that exist to how long they may keep a record."""

from __future__ import annotations

import logging
from typing import Any

from alerts.topics.existing import alter, brokers_of, settings_of
from alerts.topics.planned import Copies, partitions_of, size_settings
from alerts.topics.retention import changes, topic_settings
from schemas.settings import KafkaSettings
from services.kafka.client import kafka_errors

log = logging.getLogger(__name__)


def ensure_topic(
    admin: Any,
    topic: str,
    *,
    retention_days: float,
    partitions: int | None = None,
    settings: KafkaSettings | None = None,
) -> bool:
    """Make a topic if it does not exist; one that does, and would keep records for longer, is told not to.

    Args:
        admin: An open KafkaAdminClient.
        topic: The topic's name.
        retention_days: Most days that a record may be kept.
        partitions: How many partitions; None: as the settings say.
        settings: The section `kafka` of the configuration: partitions and copies; None: its defaults.

    Returns:
        Whether it was made now.

    Raises:
        KafkaError: The broker cannot be asked; try again.
    """
    settings = settings or KafkaSettings()
    partitions = partitions or partitions_of(settings, topic)
    copies = Copies.of(settings, brokers_of(admin))
    wanted = {
        "num_partitions": partitions,
        "replication_factor": copies.replicas,
        "configs": topic_settings(retention_days) | copies.topic_settings | size_settings(settings),
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


def _shorten(admin: Any, topic: str, retention_days: float) -> None:
    """Tell an existing topic how long records may be kept; a broker that refuses is said, and no error."""
    try:
        kept = settings_of(admin, [topic]).get(topic, {})
        if not kept:
            _say_refused(topic, retention_days, "it does not tell them")
            return
        new = changes(kept, topic_settings(retention_days))
        if new:
            refusal = alter(admin, topic, new)
            if refusal is not None:
                _say_refused(topic, retention_days, refusal)
                return
            told = ", ".join(f"{name} {kept[name]} -> {value}" for name, value in new.items())
            log.info("topic %s keeps records for %g days now (%s)", topic, retention_days, told)
    except kafka_errors.BrokerResponseError as error:
        if error.retriable:
            raise
        _say_refused(topic, retention_days, type(error).__name__)
    except ValueError as error:  # kafka-python knows no such setting of this broker
        _say_refused(topic, retention_days, str(error))


def _say_refused(topic: str, retention_days: float, reason: str) -> None:
    log.warning(
        "topic %s: kafka does not let us look at its settings or change them (%s); see yourself that it keeps no "
        "record for longer than %g days: %s",
        topic,
        reason,
        retention_days,
        ", ".join(f"{name}={value}" for name, value in topic_settings(retention_days).items()),
    )
