"""The way to a neighbor's counter, where questions are asked and answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alerts.asking.asker import Line
from operations.broker.reaching import reached_broker
from policy.agreements.agreement import answer_topic, query_topic
from schemas.settings import NeighborSettings, Settings


@contextmanager
def line_to(settings: Settings, neighbor: NeighborSettings, servers: tuple[str, ...] = ()) -> Iterator[Line]:
    """Open the way to a neighbor's counter: at its broker where one is configured for it, else at ours.

    Args:
        settings: The configuration.
        neighbor: Who is asked.
        servers: HOST:PORT each, where somebody names the broker.

    Raises:
        ConfigurationError: No broker is configured, or the way there is not ours.
        BrokerUnavailable: It is away.
    """
    member = neighbor.member or settings.agency_id
    topics = query_topic(neighbor.agreement, member), answer_topic(neighbor.agreement, member)
    with (
        reached_broker(settings, servers, neighbor.kafka) as kafka,
        Line(kafka, kafka.bootstrap_servers, *topics) as line,
    ):
        yield line
