"""One run of a feed that another agency gives under an agreement: the import is the one of every other list."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from hotlists.importing.importer import ImportOptions
from operations.actors import service_actor
from operations.feeds.feed import ACTOR, HotlistFeed
from operations.feeds.given import GivenList
from operations.feeds.outcome import FeedOutcome, FeedResult
from operations.hotlists.lists import remove_list
from operations.hotlists.withdrawing import WantedEntries, restore_entries, withdraw_entries
from schemas.ids import entry_id
from schemas.settings import AgreementFeed, NeighborSettings, Settings
from storage.database import Database
from storage.hotlists.edits import HotlistEdits
from storage.hotlists.feeds import FeedState


class GivenListFeed(HotlistFeed):
    """A feed of kind agreement. Arguments as `HotlistFeed`, and:

    Args:
        given: What the other agency gives.
        neighbor: That agency.
    """

    def __init__(
        self,
        feed: AgreementFeed,
        settings: Settings,
        database: Database,
        *,
        given: GivenList,
        neighbor: NeighborSettings,
        stop: threading.Event | None = None,
        wait: Callable[[float], object] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(feed, settings, database, stop=stop, wait=wait, now=now, fetch=given.file)
        self._given, self._neighbor = given, neighbor
        self._settings, self._database = settings, database
        self._terms_changed = False

    def close(self) -> None:
        """Let go of the broker and of the list's memory."""
        self._given.close()

    def options(self) -> ImportOptions:
        """See `HotlistFeed`. Where the agreement gives otherwise than before, nobody need look at how much that is."""
        options = super().options()
        if not self._terms_changed:
            return options
        version = self._given.received.standing().agreement_version
        reason = f"agreement {self._neighbor.agreement}, version {version}, gives other entries than the one before"
        return dataclasses.replace(options, force=reason)

    def _run(self, state: FeedState, anyhow: bool) -> tuple[FeedResult, FeedState]:
        is_read = self._given.look(self._stop.is_set)
        while anyhow and not is_read and not self._stop.is_set():
            is_read = self._given.look(self._stop.is_set)
        standing = self._given.received.standing()
        if standing.ended is not None:
            return self._ended(standing.ended), dataclasses.replace(state, remote={})
        if not is_read or standing.edition is None:
            # Not before all is read: what was withdrawn may have come back since.
            return self._nothing_new(state), state
        self._take_out()
        self._bring_back()
        before = state.remote.get("agreement_version")
        self._terms_changed = before is not None and before != str(standing.agreement_version)
        result, known = super()._run(state, anyhow)
        if result.outcome is FeedOutcome.REJECTED:
            # It is the same until something comes; trying again at once would not make it better.
            known = dataclasses.replace(known, remote=self._given.remote(standing))
        return result, known

    def _nothing_new(self, state: FeedState) -> FeedResult:
        return FeedResult(self.feed.name, FeedOutcome.NOTHING, f"nothing new from {self._neighbor.name}")

    def _local(self, entry: str) -> UUID:
        return entry_id(self.feed.name, "shared", entry)

    def _take_out(self) -> None:
        """Take what the owner withdrew out of force at once, whatever becomes of the list's next version."""
        withdrawn = self._given.received.withdrawn()
        if not withdrawn:
            return
        withdraw_entries(
            service_actor(ACTOR, self._settings),
            self._database,
            self._settings,
            WantedEntries(hotlist_id=self.feed.name),
            [self._local(entry) for entry in withdrawn],
            f"withdrawn by {self._neighbor.name}, agreement {self._neighbor.agreement}",
        )
        self._given.received.deal_with_withdrawn()

    def _bring_back(self) -> None:
        """Let entries in again that the owner withdrew and gives anew; what a person here withdrew stays so."""
        taken_out = set(HotlistEdits(self._database).withdrawn_by(self.feed.name, ACTOR))
        if not taken_out:
            return
        again = [local for entry, _ in self._given.received.entries() if (local := self._local(entry)) in taken_out]
        if again:
            restore_entries(
                service_actor(ACTOR, self._settings),
                self._database,
                WantedEntries(hotlist_id=self.feed.name, withdrawn=True),
                again,
                f"given anew by {self._neighbor.name}, agreement {self._neighbor.agreement}",
            )

    def _ended(self, why: str) -> FeedResult:
        """Take the list out of force, where it is not yet."""
        said = f"{self._neighbor.name} gives it no more under agreement {self._neighbor.agreement}: {why}"
        if self._notes.active_digest() is None:
            return FeedResult(self.feed.name, FeedOutcome.NOTHING, said)
        remove_list(service_actor(ACTOR, self._settings), self._database, self._settings, self.feed.name, said)
        return FeedResult(self.feed.name, FeedOutcome.ENDED, f"out of force: {said}")
