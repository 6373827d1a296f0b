"""The relay: publishes the outbox to Kafka and marks what the broker acknowledged."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.producer import AlertProducer, Delivery, Fate
from schemas.errors import PlatewatchError
from schemas.settings import KafkaSettings
from storage.alerts.outbox import Outbox, OutboxRow

log = logging.getLogger(__name__)

BATCH = 500

FRESH_SECONDS = 0.25
"""What was taken ahead is taken anew after that: agreements end, and other processes take over."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What one pass over the outbox did, in messages."""

    published: int = 0
    refused: int = 0
    waiting: int = 0
    reason: str = ""

    @property
    def settled(self) -> int:
        """How many messages left the outbox."""
        return self.published + self.refused


class Relay:
    """Publishes the outbox in order, a batch at a time.

    Messages of one topic and key keep their order: while one has to wait, the later ones do. A message may be
    published twice after a crash, so subscribers drop doubles by alert_id. A message that the broker refuses becomes a
    dead letter with the reason.

    Args:
        outbox: The outbox of an open database.
        settings: The section `kafka` of the configuration.
        servers: Bootstrap servers; the local broker's, or `settings.bootstrap_servers`.
        topics: Topics to make before the first message, so that subscribers find them.
        retention_days: How long topics that it makes keep a message.
    """

    def __init__(
        self,
        outbox: Outbox,
        settings: KafkaSettings,
        servers: Sequence[str],
        *,
        topics: Sequence[str] = (),
        retention_days: float = 21,
    ) -> None:
        self._outbox = outbox
        self._producer = AlertProducer(settings, servers, retention_days=retention_days)
        self._topics = tuple(topics)
        self._prepared = False
        self._ahead: list[OutboxRow] = []
        self._ahead_at = 0.0

    def prepare(self) -> None:
        """Make the topics that do not exist, unless that was done before.

        Raises:
            BrokerUnavailable: No broker answers.
            ConfigurationError: An option does not fit.
        """
        if not self._prepared:
            self._producer.prepare(self._topics)
            self._prepared = True

    def close(self) -> None:
        """Close the connection to the broker; a later batch opens it again."""
        self._ahead = []
        self._producer.close()

    def publish_batch(self, stop: threading.Event) -> Progress:
        """Publish what the outbox holds, at most `BATCH` messages, and settle each.

        Where it holds more, the next ones are taken while these are on their way.

        Args:
            stop: When set, what is not acknowledged soon has to wait.

        Returns:
            What became of them.

        Raises:
            BrokerUnavailable: No broker answers.
            DatabaseUnavailable: The outbox cannot be read or marked; published messages may be published again.
            ConfigurationError: An option does not fit.
        """
        rows, self._ahead = self._ahead, []
        if not rows or time.monotonic() > self._ahead_at + FRESH_SECONDS:
            rows = self._outbox.take(BATCH)
        ahead: list[OutboxRow] | None = None if len(rows) == BATCH else []

        def look_ahead() -> None:
            nonlocal ahead
            if ahead is None:
                ahead = self._taken_ahead(rows)

        held: set[tuple[str, str]] = set()
        total = Progress()
        for wave in waves(rows):
            ready = [row for row in wave if (row.topic, row.key) not in held] if held else wave
            deliveries = self._producer.publish(ready, stop, look_ahead)
            self._settle(deliveries)
            waiting = [delivery for delivery in deliveries if delivery.fate is Fate.WAITING]
            held.update((delivery.message.topic, delivery.message.key) for delivery in waiting)
            total = Progress(
                published=total.published + sum(delivery.fate is Fate.PUBLISHED for delivery in deliveries),
                refused=total.refused + sum(delivery.fate is Fate.REFUSED for delivery in deliveries),
                waiting=total.waiting + len(waiting) + len(wave) - len(ready),
                reason=total.reason or next((delivery.reason for delivery in waiting), ""),
            )
        if not total.waiting:
            # Whoever waits has to go before those behind it.
            self._ahead = ahead or []
        return total

    def _taken_ahead(self, rows: Sequence[OutboxRow]) -> list[OutboxRow]:
        """Return what comes after messages that are on their way; nothing where it cannot be asked for now."""
        self._ahead_at = time.monotonic()
        try:
            return self._outbox.take(BATCH, under_way=[row.outbox_id for row in rows])
        except PlatewatchError as error:
            # Those on their way have to be awaited, and the next pass says so.
            log.debug("nothing is taken ahead: %s", error)
            return []

    def _settle(self, deliveries: Sequence[Delivery]) -> None:
        published = [delivery.message.outbox_id for delivery in deliveries if delivery.fate is Fate.PUBLISHED]
        if published:
            self._outbox.mark_sent(published)
        for delivery in deliveries:
            if delivery.fate is Fate.REFUSED:
                self._outbox.dead_letter(delivery.message.outbox_id, delivery.reason)
                log.warning(
                    "alert %s is not published and kept as a dead letter: %s",
                    delivery.message.alert_id,
                    delivery.reason,
                )


def waves(rows: Sequence[OutboxRow]) -> Iterator[list[OutboxRow]]:
    """Yield the rows so that no wave holds two of one topic and key: within a wave there is no order to keep.

    Args:
        rows: In the order in which they were written.
    """
    if rows and len({(row.topic, row.key) for row in rows}) == len(rows):
        yield list(rows)
        return
    remaining = list(rows)
    while remaining:
        seen: set[tuple[str, str]] = set()
        wave: list[OutboxRow] = []
        later: list[OutboxRow] = []
        for row in remaining:
            (later if (row.topic, row.key) in seen else wave).append(row)
            seen.add((row.topic, row.key))
        yield wave
        remaining = later
