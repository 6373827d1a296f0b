"""Which Kafka somebody talks to who asks: the one that is named, a neighbor's, ours, or the data directory's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings, Settings
from services.kafka.local import LocalKafka


@contextmanager
def reached_broker(
    settings: Settings, servers: tuple[str, ...] = (), theirs: KafkaSettings | None = None
) -> Iterator[KafkaSettings]:
    """Yield how to connect; the data directory's own broker runs meanwhile where it is the one.

    Args:
        settings: The configuration.
        servers: HOST:PORT each, where somebody names them; they win over the configuration.
        theirs: Another agency's broker, where it is asked and one is configured.

    Raises:
        ConfigurationError: No broker is configured.
        BrokerUnavailable: The local broker does not come up.
    """
    if servers:
        yield (theirs or settings.kafka).model_copy(update={"bootstrap_servers": servers})
    elif theirs is not None and theirs.bootstrap_servers:
        yield theirs
    elif settings.kafka.bootstrap_servers:
        yield settings.kafka
    elif settings.kafka.local:
        broker = LocalKafka(settings.data_dir, settings.kafka)
        try:
            broker.start()
            yield broker.client_settings
        finally:
            broker.stop()
    else:
        raise ConfigurationError(
            "no Kafka is configured; set kafka.bootstrap_servers or kafka.local = true (or --bootstrap HOST:PORT)"
        )
