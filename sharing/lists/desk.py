"""What is next to be given of one hotlist under one agreement: all of it, what changed, or what was withdrawn."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from policy.agreements.deciding import AgreementGate
from policy.agreements.grants import Grant
from schemas.events import MOST_REMOVED
from schemas.types import HotlistEntry
from sharing.lists.parts import Edition, PartContent, in_parts, list_part
from sharing.lists.scope import ListScope
from sharing.lists.terms import snapshot_every
from storage.hotlists.edits import LOCAL
from storage.sharing.list_offers import GivenList, ListOffers, ListSource

log = logging.getLogger(__name__)

SLICE = 2000
"""Entries that are looked at in one transaction."""
MOST_CHANGED = 10_000
"""A version that changes more is given whole."""
CLOCK = timedelta(minutes=5)
"""By so much a clock may be put back without a list being given whole for it."""


def next_number(state: GivenList | None, now: datetime) -> int:
    """Return the number of a list's next edition.

    Args:
        state: How far it was given; None: not yet.
        now: The present, aware.
    """
    # By the clock, so that editions grow also where a database was put back to an earlier state.
    number = int(now.timestamp() * 1_000_000)
    return number if state is None else max(number, state.edition + 1)


class ListDesk:
    """One list under one agreement, within a transaction.

    Args:
        offers: The transaction.
        gate: The agreement's.
        grant: What it shares.
        hotlist_id: The list.
        source: What the list is now.
        now: The present, aware.
        most_characters: Largest part, as JSON.
    """

    def __init__(
        self,
        offers: ListOffers,
        gate: AgreementGate,
        grant: Grant,
        hotlist_id: str,
        source: ListSource,
        now: datetime,
        most_characters: int,
    ) -> None:
        self._offers, self._gate, self._grant = offers, gate, grant
        self._hotlist_id, self._source, self._now = hotlist_id, source, now
        self._most_characters = most_characters
        self._scope = ListScope(gate, hotlist_id, source.layout, now)
        self.is_more = False
        """Whether there is more to give at once."""

    def give(self, state: GivenList | None) -> int:
        """Give what is next; return how many messages that are."""
        if state is None or self._needs_whole(state):
            return self._slice(self._begun(state))
        state, sent = self._withdrawn(state)
        if not state.is_whole:
            return sent + self._slice(state)
        if state.version_id == self._source.version_id and not self._is_renewed(state):
            return sent
        if self._offers.extent(self._hotlist_id, state.version_id, self._source.version_id) > MOST_CHANGED:
            return sent + self._slice(self._begun(state))
        return sent + self._change(state)

    @property
    def _as_of(self) -> datetime | None:
        """The date of the content; a list that people keep by hand is as it is now, to the hour."""
        if self._source.layout == LOCAL:
            return self._now.replace(minute=0, second=0, microsecond=0)
        return self._source.as_of

    def _needs_whole(self, state: GivenList) -> bool:
        since = self._now - state.begun_at
        return (
            state.ended is not None
            or (state.agreement_version, state.scope) != (self._gate.standing.version, self._scope.digest)
            or state.version_id > self._source.version_id
            or not -CLOCK <= since < snapshot_every(self._grant)
        )

    def _is_renewed(self, state: GivenList) -> bool:
        return self._as_of is not None and (state.as_of is None or self._as_of > state.as_of)

    def _begun(self, state: GivenList | None) -> GivenList:
        return GivenList(
            agreement_id=self._gate.standing.agreement.id,
            hotlist_id=self._hotlist_id,
            agreement_version=self._gate.standing.version,
            scope=self._scope.digest,
            edition=next_number(state, self._now),
            version_id=self._source.version_id,
            withdrawal_number=self._source.newest_withdrawal,
            as_of=self._as_of,
            begun_at=self._now,
        )

    def _edition(self, state: GivenList, kind: str, results: int, base: int | None = None) -> Edition:
        return Edition(
            self._gate,
            self._grant,
            self._hotlist_id,
            self._source.layout,
            kind,
            state.edition,
            self._now,
            base,
            state.as_of,
            results,
        )

    def _slice(self, state: GivenList) -> int:
        """Give the next entries of a snapshot; its version is the one that it began with, whatever came since."""
        offers = self._offers
        found = offers.slice(self._hotlist_id, state.version_id, state.after_entry, SLICE + 1)
        is_end = len(found) <= SLICE
        found = found[:SLICE]
        counts = offers.counts(self._hotlist_id, state.version_id) if state.parts == 0 else ()
        edition = self._edition(state, "snapshot", self._scope.count(counts))
        going = in_parts((entry for entry in found if self._scope.lets(entry)), self._most_characters)
        contents: list[PartContent] = []
        given = state.given
        for entries in going:
            given += len(entries)
            contents.append(PartContent(state.parts + len(contents) + 1, entries, is_last=False))
        if is_end:
            last = contents.pop() if contents else PartContent(state.parts + 1)
            contents.append(dataclasses.replace(last, is_last=True, total=given))
        offers.send([list_part(edition, content) for content in contents])
        after = found[-1].entry_id if found else state.after_entry
        parts = state.parts + len(contents)
        offers.put(dataclasses.replace(state, after_entry=after, parts=parts, given=given, is_whole=is_end))
        # A version may have come meanwhile.
        self.is_more = not is_end or state.version_id != self._source.version_id
        if is_end:
            log.info("hotlist %s is given whole: %d entries, agreement %s", self._hotlist_id, given, state.agreement_id)
        return len(contents)

    def _withdrawn(self, state: GivenList) -> tuple[GivenList, int]:
        """Tell of entries that a person took out of force: at once, also while a snapshot is under way."""
        newest = self._source.newest_withdrawal
        if newest <= state.withdrawal_number:
            return state, 0
        found = self._offers.withdrawn(self._hotlist_id, state.withdrawal_number)
        ids = [entry.entry_id for entry in found if self._scope.lets(entry)]
        told = dataclasses.replace(state, withdrawal_number=newest)
        self._offers.put(told)
        if not ids:
            return told, 0
        # It is no edition of its own, but of its time: what comes later may bring an entry back.
        number = next_number(state, self._now)
        edition = dataclasses.replace(self._edition(state, "withdrawal", len(ids)), number=number)
        blocks = [ids[begin : begin + MOST_REMOVED] for begin in range(0, len(ids), MOST_REMOVED)]
        contents = [PartContent(place, removed=block) for place, block in enumerate(blocks, start=1)]
        self._offers.send([list_part(edition, content) for content in contents])
        return told, len(contents)

    def _change(self, state: GivenList) -> int:
        """Tell how the list's version differs from the one that was given."""
        added, removed = (
            self._offers.changes(self._hotlist_id, state.version_id, self._source.version_id)
            if state.version_id != self._source.version_id
            else ([], [])
        )
        going = [entry for entry in added if self._scope.lets(entry)]
        stay = {entry.entry_id for entry in going}
        gone = [entry.entry_id for entry in removed if self._scope.lets(entry) and entry.entry_id not in stay]
        told = dataclasses.replace(
            state, edition=next_number(state, self._now), version_id=self._source.version_id, as_of=self._as_of
        )
        edition = self._edition(told, "change", len(going) + len(gone), base=state.edition)
        contents = list(self._contents(going, gone))
        self._offers.send([list_part(edition, content) for content in contents])
        self._offers.put(told)
        return len(contents)

    def _contents(self, going: Sequence[HotlistEntry], gone: Sequence[UUID]) -> Iterator[PartContent]:
        parts = list(in_parts(going, self._most_characters)) or [[]]
        for number, entries in enumerate(parts, start=1):
            is_last = number == len(parts)
            yield PartContent(
                number, entries, gone if is_last else (), is_last=is_last, total=len(going) if is_last else None
            )
