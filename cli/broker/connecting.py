"""Which Kafka a command talks to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.errors import ConfigurationError
from schemas.settings import KafkaSettings, Settings
from services.kafka.local import LocalKafka


@contextmanager
def command_broker(
    settings: Settings, bootstrap: str | None = None, theirs: KafkaSettings | None = None
) -> Iterator[KafkaSettings]:
    """Yield how to connect; the data directory's own broker runs meanwhile where it is the one.

    Args:
        settings: The configuration.
        bootstrap: `--bootstrap`, HOST:PORT[,HOST:PORT]; wins over the configuration.
        theirs: Another agency's broker, where it is asked and one is configured.

    Raises:
        ConfigurationError: No broker is configured.
        BrokerUnavailable: The local broker does not come up.
    """
    if bootstrap is not None:
        servers = tuple(part.strip() for part in bootstrap.split(",") if part.strip())
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
            "no Kafka is configured; give --bootstrap HOST:PORT, or set kafka.bootstrap_servers or kafka.local = true"
        )


@contextmanager
def administered_broker(settings: Settings) -> Iterator[KafkaSettings]:
    """Yield how to connect as who makes topics and gives rights; see `command_broker`."""
    with command_broker(settings) as kafka:
        # The local broker has one user, who may do everything.
        yield kafka if not settings.kafka.bootstrap_servers else kafka.as_administrator
