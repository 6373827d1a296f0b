"""The stage that takes in what other agencies say of alerts on entries that they were given."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from alerts.returning.owner import Letterbox
from operations.sharing.hearing import take_dispositions
from operations.sharing.said import ask_to_withdraw
from operations.sharing.zones import agency_zone
from pipeline.broker import BrokerAddress
from pipeline.stages.stage import SteppedStage
from policy.agreements.agreement import disposition_topic
from policy.decisions import open_policy
from schemas.errors import ConfigurationError, PlatewatchError, TransientError
from schemas.settings import Settings
from sharing.book import AgreementBook
from sharing.heard import HearingDesk, hearing_desks
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.leadership import Leadership
from storage.sharing.foreign import offsets

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
IDLE_SECONDS = 0.5
"""How often it looks whether an agreement shares hotlists by now."""
AGAIN_SECONDS = 60.0
"""How often it looks which entries should be withdrawn where neither a list changed nor somebody said something."""


class HearingStage(SteppedStage):
    """Takes in each disposition once. Without an agreement that shares hotlists it has neither topics nor a connection.

    Args:
        database: An open database.
        settings: The configuration.
        kafka: Gives where they come; asked anew after every outage.
        leadership: Only one process of several does this.

    Raises:
        ConfigurationError: The law profile cannot be used.
    """

    name = "hearing"
    trouble = "what other agencies say of alerts on our entries is not taken in"
    recovery = "what other agencies say of alerts on our entries is taken in again"

    def __init__(self, database: Database, settings: Settings, kafka: BrokerAddress, leadership: Leadership) -> None:
        super().__init__(leadership)
        self._database = database
        self._settings = settings
        self._kafka = kafka
        self._policy = open_policy(settings)
        self._book = AgreementBook(database, self._policy, agency_zone(settings))
        self._box: Letterbox | None = None
        self._lists = HotlistStore(database)
        self._revision: int | None = None
        self._again_at = 0.0

    def step(self, stop: threading.Event) -> float:
        """Take in what came, or wait for it.

        Raises:
            TransientError: No broker answers, or none lets us read; it is read later where it was left off.
            DatabaseUnavailable: Likewise.
        """
        self._see_what_to_withdraw()
        desks = self._desks()
        try:
            if desks and self._take(desks):
                self._again_at = 0.0
            elif not desks:
                self._close()
        except PlatewatchError as error:
            self._close()
            if isinstance(error, ConfigurationError):
                # A right at the broker that is not given yet is no reason to end a run.
                raise TransientError(str(error)) from error
            raise
        return 0.0 if desks else IDLE_SECONDS

    def _see_what_to_withdraw(self) -> None:
        """Raise and clear the alarms about entries; no broker is needed for that."""
        revision = self._lists.revision()
        if revision != self._revision or time.monotonic() >= self._again_at:
            ask_to_withdraw(self._database, self._settings, datetime.now(UTC))
            self._revision, self._again_at = revision, time.monotonic() + AGAIN_SECONDS

    def end(self) -> None:
        """Close the connection to the broker."""
        self._close()

    def _take(self, desks: dict[str, HearingDesk]) -> int:
        posted = self._opened(desks).poll(POLL_SECONDS)
        # What somebody decided meanwhile counts.
        desks = self._desks() if posted else desks
        taken = 0
        for topic in dict.fromkeys(one.topic for one in posted):
            if topic in desks:
                those = [one for one in posted if one.topic == topic]
                now = datetime.now(UTC)
                taken += take_dispositions(self._database, self._policy, desks[topic], topic, those, now)
        return taken

    def _desks(self) -> dict[str, HearingDesk]:
        gates = self._book.heard_gates(datetime.now(UTC))
        return {
            disposition_topic(desk.agreement_id, desk.member.id): desk for gate in gates for desk in hearing_desks(gate)
        }

    def _opened(self, desks: dict[str, HearingDesk]) -> Letterbox:
        days = {topic: desk.keep(self._policy) / timedelta(days=1) for topic, desk in desks.items()}
        if self._box is not None and self._box.topics != days:
            self._close()
        if self._box is None:
            kafka = self._kafka()
            left_off = offsets(self._database, days.keys())
            self._box = Letterbox(kafka, kafka.bootstrap_servers, days, left_off)
            log.info("other agencies may say what became of alerts on our entries: %s", ", ".join(sorted(days)))
        return self._box

    def _close(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.close()
