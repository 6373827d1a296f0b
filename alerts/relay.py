"""The relay: publishes the outbox to Kafka and marks what the broker acknowledged."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.producer import AlertProducer, Delivery, Fate
from schemas.errors import BrokerUnavailable, DatabaseUnavailable
from schemas.settings import KafkaSettings
from storage.alerts.outbox import Outbox, OutboxRow

logger = logging.getLogger(__name__)

BATCH = 200
POLL_SECONDS = 0.5
FOLLOWER_SECONDS = 1.0
FIRST_BACKOFF_SECONDS = 0.25
LONGEST_BACKOFF_SECONDS = 10.0


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
    """Publishes the outbox in order; one relay at a time leads, the others wait to take over.

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
        self._where = ", ".join(servers)
        self._producer = AlertProducer(settings, servers, retention_days=retention_days)
        self._topics = tuple(topics)
        self._prepared = False
        self._backoff = _Backoff()
        self._outage: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Publish until `stop` is set. Outages of the broker and of the database are waited out.

        Args:
            stop: Ends the run, within seconds.

        Raises:
            ConfigurationError: An option does not fit.
        """
        try:
            while not stop.is_set():
                self._turn(stop)
        finally:
            self._producer.close()

    def _turn(self, stop: threading.Event) -> None:
        try:
            if not self._outbox.lead():
                stop.wait(FOLLOWER_SECONDS)
                return
            if not self._prepared:
                self._producer.prepare(self._topics)
                self._prepared = True
                self._recovered()
            self._work(stop)
        except BrokerUnavailable as error:
            self._producer.close()
            self._broker_outage(str(error))
        except DatabaseUnavailable as error:
            self._database_outage(error)
        if self._outage is not None:
            stop.wait(self._backoff.next())

    def _work(self, stop: threading.Event) -> None:
        progress = self.publish_batch(stop)
        if progress.waiting:
            self._broker_outage(f"kafka at {self._where} did not acknowledge ({progress.reason})")
        elif progress.settled or self._outage == "database":
            self._recovered()
        else:
            self._outbox.wait(POLL_SECONDS)

    def publish_batch(self, stop: threading.Event) -> Progress:
        """Publish what the outbox holds, at most `BATCH` messages, and settle each.

        Args:
            stop: When set, what is not acknowledged soon has to wait.

        Returns:
            What became of them.

        Raises:
            BrokerUnavailable: No broker answers.
            DatabaseUnavailable: The outbox cannot be read or marked; published messages may be published again.
            ConfigurationError: An option does not fit.
        """
        rows = self._outbox.take(BATCH)
        held: set[tuple[str, str]] = set()
        total = Progress()
        for wave in waves(rows):
            ready = [row for row in wave if (row.topic, row.key) not in held]
            deliveries = self._producer.publish(ready, stop) if ready else []
            self._settle(deliveries)
            waiting = [delivery for delivery in deliveries if delivery.fate is Fate.WAITING]
            held.update((delivery.message.topic, delivery.message.key) for delivery in waiting)
            total = Progress(
                published=total.published + sum(delivery.fate is Fate.PUBLISHED for delivery in deliveries),
                refused=total.refused + sum(delivery.fate is Fate.REFUSED for delivery in deliveries),
                waiting=total.waiting + len(waiting) + len(wave) - len(ready),
                reason=total.reason or next((delivery.reason for delivery in waiting), ""),
            )
        return total

    def _settle(self, deliveries: Sequence[Delivery]) -> None:
        published = [delivery.message.outbox_id for delivery in deliveries if delivery.fate is Fate.PUBLISHED]
        if published:
            self._outbox.mark_sent(published)
        for delivery in deliveries:
            if delivery.fate is Fate.REFUSED:
                self._outbox.dead_letter(delivery.message.outbox_id, delivery.reason)
                logger.warning(
                    "alert %s is not published and kept as a dead letter: %s",
                    delivery.message.alert_id,
                    delivery.reason,
                )

    def _broker_outage(self, reason: str) -> None:
        """Say once that alerts wait, until that changes."""
        if self._outage == "broker":
            logger.debug("kafka is still not reachable", extra={"cause": reason})
            return
        self._outage = "broker"
        try:
            pending = self._outbox.pending()
            logger.warning("%s; %d %s in the outbox", reason, pending, "alert waits" if pending == 1 else "alerts wait")
        except DatabaseUnavailable as error:
            self._database_outage(error)

    def _database_outage(self, error: DatabaseUnavailable) -> None:
        if self._outage != "database":
            logger.warning("the outbox cannot be read; alerts wait in it (%s)", error)
        self._outage = "database"

    def _recovered(self) -> None:
        if self._outage is not None:
            logger.info("alerts are published again to kafka at %s", self._where)
        self._outage = None
        self._backoff.reset()


def waves(rows: Sequence[OutboxRow]) -> Iterator[list[OutboxRow]]:
    """Yield the rows so that no wave holds two of one topic and key: within a wave there is no order to keep.

    Args:
        rows: In the order in which they were written.
    """
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


class _Backoff:
    """Growing pauses with jitter, so that several relays do not come back at the same moment."""

    def __init__(self) -> None:
        self._seconds = FIRST_BACKOFF_SECONDS

    def next(self) -> float:
        seconds = self._seconds
        self._seconds = min(self._seconds * 2, LONGEST_BACKOFF_SECONDS)
        return seconds * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        self._seconds = FIRST_BACKOFF_SECONDS
