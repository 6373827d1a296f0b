"""Hotlists go to the members of agreements: whole when they begin and once in a while, changed in between."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from datetime import UTC, datetime

from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Shares
from schemas.errors import PlatewatchError
from sharing.book import AgreementBook
from sharing.lists.desk import ListDesk, next_number
from sharing.lists.parts import PART_CHARACTERS, Edition, PartContent, list_part
from sharing.lists.scope import why_not
from storage.alerts.wakeups import wake
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.sharing.list_offers import GivenList, ListOffers

log = logging.getLogger(__name__)

MOST_WAITING = 20
"""Most parts in the outbox: an alert behind them waits for a fraction of a second, and memory is bounded."""
AGAIN_SECONDS = 5.0
"""How often it looks without anything having changed: days end, and the source confirms a list that stays as it is."""


class ListDelivery:
    """Gives hotlists to agreements, as far as each shares them. Doing it again changes nothing.

    Args:
        database: An open database.
        book: The agreements.
        most_characters: Largest part, as JSON.
    """

    def __init__(self, database: Database, book: AgreementBook, most_characters: int = PART_CHARACTERS) -> None:
        self._database = database
        self._book = book
        self._store = HotlistStore(database)
        self._most_characters = most_characters
        self._seen: tuple[str | None, int] | None = None
        self._again_at = 0.0
        self._is_more = False

    def advance(self) -> bool:
        """Give what is next.

        Returns:
            Whether there may be more at once.

        Raises:
            DatabaseUnavailable: The server is down; do it again.
        """
        gates = self._book.gates()
        seen = (self._book.state, self._store.revision())
        if not self._is_more and seen == self._seen and time.monotonic() < self._again_at:
            return False
        parts = 0
        now = datetime.now(UTC)
        with ListOffers.begin(self._database) as offers:
            states = offers.states()
            if offers.withhold_stale("the agreement does not stand as it did"):
                states = offers.states()
            room = MOST_WAITING - offers.waiting()
            self._is_more = False
            for gate in gates:
                for hotlist_id in _lists_of(gate, states):
                    sent = self._give(offers, gate, hotlist_id, states, room, now)
                    room -= sent
                    parts += sent
        self._seen, self._again_at = seen, time.monotonic() + AGAIN_SECONDS
        if parts:
            with contextlib.suppress(PlatewatchError):
                wake(self._database)
        return self._is_more and room > 0

    def _give(
        self,
        offers: ListOffers,
        gate: AgreementGate,
        hotlist_id: str,
        states: dict[tuple[str, str], GivenList],
        room: int,
        now: datetime,
    ) -> int:
        """Give what is next of one list under one agreement; return how many messages that are."""
        state = states.get((gate.standing.agreement.id, hotlist_id))
        source = offers.source(hotlist_id)
        blocked = why_not(gate, hotlist_id, source, now)
        grant = gate.standing.agreement.grant(Shares.HOTLISTS)
        if blocked is not None or source is None or grant is None:
            if state is None or state.ended is not None:
                return 0
            _end(offers, gate, state, blocked or "it is not shared any more", now)
            return 1
        if room <= 0:
            self._is_more = True
            return 0
        desk = ListDesk(offers, gate, grant, hotlist_id, source, now, self._most_characters)
        sent = desk.give(state)
        self._is_more |= desk.is_more
        return sent


def _lists_of(gate: AgreementGate, states: dict[tuple[str, str], GivenList]) -> list[str]:
    """Return the lists that an agreement shares, or shared."""
    agreement = gate.standing.agreement
    grant = agreement.grant(Shares.HOTLISTS)
    given = {hotlist_id for agreement_id, hotlist_id in states if agreement_id == agreement.id}
    return sorted(given.union(() if grant is None else grant.lists))


def _end(offers: ListOffers, gate: AgreementGate, state: GivenList, why: str, now: datetime) -> None:
    """Tell the members that a list is not theirs to use any more."""
    agreement = gate.standing.agreement
    # What was granted last may not be what the agreement says now; an end needs nothing of it.
    grant = agreement.grant(Shares.HOTLISTS) or agreement.grants[0]
    number = next_number(state, now)
    edition = Edition(gate, grant, state.hotlist_id, "", "end", number, now)
    offers.send([list_part(edition, PartContent(reason=why))])
    offers.put(dataclasses.replace(state, edition=number, is_whole=False, ended=why))
    log.info("hotlist %s goes to agreement %s no more: %s", state.hotlist_id, agreement.id, why)
