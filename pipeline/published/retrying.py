"""Quarantined messages of the reads topic that a person wants tried again, as after an update of this machine."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.topics.reads import published_read
from pipeline.published.arriving import arrival_of
from schemas.arrivals import Arrival, HandedOver
from schemas.errors import InvalidInput
from schemas.settings import Settings
from storage.database import Database
from storage.quarantine.quarantine import Quarantine, QuarantinedMessage

LOOK_SECONDS = 5.0
MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class _RetryReceipt:
    """The receipt of a quarantined message that can be used now."""

    number: int
    quarantine: Quarantine

    def acknowledge(self, rejection: str | None) -> None:
        """Delete the message; see `Receipt`."""
        self.quarantine.remove(self.number)


class Retries:
    """Looks now and then for messages that are to be tried again.

    Args:
        settings: The configuration.
        database: Where they are.
    """

    def __init__(self, settings: Settings, database: Database) -> None:
        self._quarantine = Quarantine(database)
        self._topic = settings.kafka.reads_topic
        self._agency_id = settings.agency_id
        self._most = settings.kafka.max_message_bytes
        self._look_at = 0.0
        self._under_way: set[int] = set()

    def due(self) -> Iterator[Arrival | HandedOver]:
        """Yield what can be used of the messages that a person asked for; the others get their reason anew.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + LOOK_SECONDS
        asked = self._asked()
        # One that is being stored stands there until it is.
        self._under_way &= {one.message_number for one in asked}
        for one in asked:
            if one.message_number in self._under_way:
                continue
            receipt = _RetryReceipt(one.message_number, self._quarantine)
            understood = functools.partial(
                published_read,
                bytes(one.body),
                agency_id=self._agency_id,
                max_bytes=self._most,
                now=datetime.now(UTC),
            )
            try:
                arrival = arrival_of(understood, receipt)
            except InvalidInput as error:
                self._quarantine.failed_again(one.message_number, str(error))
                continue
            self._under_way.add(one.message_number)
            yield arrival
            yield HandedOver(receipt)

    def _asked(self) -> list[QuarantinedMessage]:
        """Return the topic's; however many of other sources, which nobody here takes, stand before them."""
        found: list[QuarantinedMessage] = []
        after = 0
        while len(found) < MOST_AT_ONCE:
            several = self._quarantine.to_retry(after, MOST_AT_ONCE)
            found += [one for one in several if one.source_id == self._topic]
            if len(several) < MOST_AT_ONCE:
                break
            after = several[-1].message_number
        return found[:MOST_AT_ONCE]
