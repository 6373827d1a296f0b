"""Which Kafka a command talks to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from operations.broker.reaching import reached_broker
from schemas.settings import KafkaSettings, Settings


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
    with reached_broker(settings, servers_of(bootstrap), theirs) as kafka:
        yield kafka


def servers_of(bootstrap: str | None) -> tuple[str, ...]:
    """Return the servers that `--bootstrap` names; none where it is not given."""
    return tuple(one for part in (bootstrap or "").split(",") if (one := part.strip()))


@contextmanager
def administered_broker(settings: Settings) -> Iterator[KafkaSettings]:
    """Yield how to connect as who makes topics and gives rights; see `command_broker`."""
    with command_broker(settings) as kafka:
        # The local broker has one user, who may do everything.
        yield kafka if not settings.kafka.bootstrap_servers else kafka.as_administrator
