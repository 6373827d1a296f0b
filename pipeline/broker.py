"""Which Kafka a run publishes to: an external one, the local one, or none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings, Settings
from services.kafka import LocalKafka
from services.kafka_client import check_encrypted

log = logging.getLogger(__name__)


@contextmanager
def open_broker(settings: Settings) -> Iterator[KafkaSettings | None]:
    """Give the Kafka settings to publish with, and keep the local broker up meanwhile.

    Args:
        settings: The configuration.

    Yields:
        Settings with the servers to use, or None when there is no broker: alerts then wait in the outbox.

    Raises:
        ConfigurationError: The local broker was asked for and is not installed, or an external one would be reached
            without TLS.
    """
    if settings.kafka.bootstrap_servers:
        check_encrypted(settings.kafka, settings.kafka.bootstrap_servers)
        yield settings.kafka
        return
    if not settings.kafka.local:
        log.warning("no Kafka is configured (kafka.bootstrap_servers or kafka.local): alerts wait in the outbox")
        yield None
        return
    local = LocalKafka(settings.data_dir, settings.kafka)
    try:
        local.start()
    except BrokerUnavailable as error:
        log.warning("%s", error)
        yield None
        return
    try:
        yield local.client_settings
    finally:
        local.stop()
