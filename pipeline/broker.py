"""Which Kafka a run publishes to: an external one, the local one, or none."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from schemas.errors import BrokerUnavailable
from schemas.settings import KafkaSettings, Settings
from services.kafka.client import check_encrypted
from services.kafka.local import LocalKafka

log = logging.getLogger(__name__)

BrokerAddress: TypeAlias = Callable[[], KafkaSettings]
"""Gives the settings to publish with: asked anew after an outage, for a local broker may be elsewhere then. Raises
BrokerUnavailable while there is none yet."""


@contextmanager
def open_broker(settings: Settings) -> Iterator[BrokerAddress | None]:
    """Give the Kafka settings to publish with, and keep the local broker up meanwhile.

    A local broker that does not come up is tried again in the background: the run goes on without it until then.

    Args:
        settings: The configuration.

    Yields:
        What gives the settings, or None when no broker is configured: alerts then wait in the outbox.

    Raises:
        ConfigurationError: The local broker was asked for and is not installed, or an external one would be reached
            without TLS.
    """
    if settings.kafka.bootstrap_servers:
        check_encrypted(settings.kafka, settings.kafka.bootstrap_servers)
        yield lambda: settings.kafka
        return
    if not settings.kafka.local:
        log.warning("no Kafka is configured (kafka.bootstrap_servers or kafka.local): alerts wait in the outbox")
        yield None
        return
    local = LocalKafka(settings.data_dir, settings.kafka)
    try:
        local.start()
    except BrokerUnavailable as error:
        log.warning("%s; it is tried again, and alerts wait in the outbox meanwhile", error)
        local.keep_trying()
    try:
        yield lambda: local.client_settings
    finally:
        local.stop()
