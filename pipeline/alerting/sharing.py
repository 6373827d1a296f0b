"""The stage that offers alerts, hotlists and reads to agreements with other agencies."""

from __future__ import annotations

import threading

from operations.sharing.zones import agency_zone
from pipeline.stages.stage import SteppedStage
from policy.decisions import open_policy
from schemas.settings import Settings
from sharing.book import AgreementBook
from sharing.delivering import AlertDelivery
from sharing.lists.delivering import ListDelivery
from sharing.lists.parts import PART_CHARACTERS
from sharing.read_delivering import ReadDelivery
from storage.alerts.wakeups import Wakeups
from storage.database import Database
from storage.leadership import Leadership

POLL_SECONDS = 0.25
"""How often it looks by itself, and how soon it withholds what an agreement does not cover any more."""


class SharingStage(SteppedStage):
    """Puts into the outbox what agreements let through, in the order in which alerts become visible.

    Args:
        database: An open database.
        settings: The configuration.
        leadership: Only one process of several does this.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    name = "sharing"
    trouble = "alerts are not shared with other agencies"
    recovery = "alerts are shared with other agencies again"

    def __init__(self, database: Database, settings: Settings, leadership: Leadership) -> None:
        super().__init__(leadership)
        policy = open_policy(settings)
        book = AgreementBook(database, policy, agency_zone(settings))
        self._delivery = AlertDelivery(database, book, policy)
        self._reads = ReadDelivery(database, book, policy)
        part = min(PART_CHARACTERS, settings.kafka.max_message_bytes // 2)
        self._lists = ListDelivery(database, book, part)
        self._wakeups = Wakeups(database)

    def step(self, stop: threading.Event) -> float:
        """Offer what is new, then wait for more."""
        # Alerts first, then what must not match any more; all may have more.
        if not any([self._delivery.advance(), self._lists.advance(), self._reads.advance()]):
            self._wakeups.wait(POLL_SECONDS)
        return 0.0

    def end(self) -> None:
        """Close the connection that waits."""
        self._wakeups.close()
