"""One for a server: it listens for what changes, and brings it to everybody who has a board open."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

from operations.board.followers import Follower, ShownCard
from operations.board.making import CardMaker
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import PlatewatchError
from schemas.permissions import check_permitted
from schemas.settings import Settings
from storage.alerts.changes import changed_between, last_change_after, newest_change
from storage.alerts.numbering import number_alerts
from storage.alerts.wakeups import Wakeups
from storage.audit.writer import write_audits
from storage.database import Connection, Database

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 1.0
"""How often it looks by itself; usually whoever writes wakes it."""


class BoardHub:
    """Follows the changes of alerts once for all boards of a server.

    What is brought to a person stands in the audit before it is: who was shown which alerts. Nobody gets what another
    agency's are.

    Args:
        database: An open database.
        settings: The configuration.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self.cards = CardMaker(settings, database)
        self._wakeups = Wakeups(database)
        self._lock = threading.Lock()
        self._followers: set[Follower] = set()
        self._cursor: int | None = None
        self._is_stale = False

    def run(self, stop: threading.Event) -> None:
        """Bring what comes until told to stop; what fails is tried again, and said on the boards meanwhile."""
        try:
            while not stop.is_set():
                try:
                    self.step()
                except PlatewatchError as error:
                    self._note_stale(error)
                    stop.wait(POLL_SECONDS)
                else:
                    self._note_stale(None)
                    self._wakeups.wait(POLL_SECONDS)
        finally:
            self._wakeups.close()

    def step(self) -> None:
        """Bring all that has come to whoever follows.

        Raises:
            DatabaseUnavailable: The server is down; what was not brought comes at the next step.
        """
        number_alerts(self._database)
        if self._cursor is None:
            self._cursor = newest_change(self._database)
        while (until := last_change_after(self._database, self._cursor)) is not None:
            self._bring(self._cursor, until)
            self._cursor = until

    def newest(self) -> int:
        """Return the number of the newest change: ask before an alert is read, and follow its page from there.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return newest_change(self._database)

    @staticmethod
    def admit(actor: Actor) -> None:
        """Make sure that somebody may follow, before anything of a stream is sent.

        Raises:
            NotPermitted: They may not look at alerts.
        """
        check_permitted(actor, Action.VIEW_ALERTS)

    @contextlib.contextmanager
    def follow(
        self, actor: Actor, after: int, wake: Callable[[], None], only: UUID | None = None
    ) -> Iterator[Follower]:
        """Follow what comes after a change, for the time of the block. Begin with `catch_up`.

        Args:
            actor: Who looks.
            after: The last change that they have.
            wake: Called from another thread when there is something to take.
            only: The one alert that they look at; None: all of their agency.

        Raises:
            NotPermitted: They may not look at alerts. What comes is written down for all who follow at once, so that
                one who may not would hold it up for everybody.
        """
        self.admit(actor)
        follower = Follower(actor, after, wake, only)
        with self._lock:
            self._followers.add(follower)
            follower.note_stale(self._is_stale)
        try:
            yield follower
        finally:
            with self._lock:
                self._followers.discard(follower)

    def catch_up(self, follower: Follower) -> list[ShownCard]:
        """Return what a follower missed, in its order, and take it as had; the look stands in the audit.

        What comes meanwhile waits for them. Ask again until nothing is returned.

        Args:
            follower: Who follows.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        follower.start_catching_up()
        number_alerts(self._database)
        cursor = follower.cursor
        with self._database.transaction() as connection:
            found: list[ShownCard] = []
            # Until there is something to show: what is none of theirs is passed over.
            while not found and (until := last_change_after(connection, cursor)) is not None:
                found = follower.of(self._shown(connection, follower.actor.agency_id, cursor, until))
                cursor = until
            if found:
                write_audits(connection, [_look(follower.actor, found)])
        follower.cursor = cursor
        return found

    def _bring(self, after: int, until: int) -> None:
        # After `until` was read: who comes later finds all of it in the database.
        with self._lock:
            followers = tuple(self._followers)
        by_agency: dict[str, list[Follower]] = defaultdict(list)
        for follower in followers:
            by_agency[follower.actor.agency_id].append(follower)
        for agency_id, some in by_agency.items():
            with self._database.transaction() as connection:
                found = self._shown(connection, agency_id, after, until)
                if not found:
                    continue
                write_audits(connection, _looks(some, found))
            for follower in some:
                if theirs := follower.of(found):
                    follower.bring(theirs)

    def _shown(self, connection: Connection, agency_id: str, after: int, until: int) -> list[ShownCard]:
        changed = changed_between(connection, agency_id, after, until)
        return [ShownCard(number, card) for number, card in self.cards.of_changed(changed)]

    def _note_stale(self, error: PlatewatchError | None) -> None:
        with self._lock:
            was_stale, self._is_stale = self._is_stale, error is not None
            followers = tuple(self._followers)
        if error is not None and not was_stale:
            log.warning("the boards are not up to date: %s", error)
        elif error is None and was_stale:
            log.warning("the boards are up to date again")
        for follower in followers:
            follower.note_stale(error is not None)


def _looks(followers: list[Follower], found: list[ShownCard]) -> list[tuple[AuditRecord, int]]:
    """Return who is shown what: one row for a person, however many tabs of one kind they have."""
    boards = Counter((follower.actor, follower.only) for follower in followers)
    kinds = {(follower.actor, follower.only): follower for follower in followers}
    shown = {kind: theirs for kind, follower in kinds.items() if (theirs := follower.of(found))}
    return [_look(kind[0], theirs, boards=boards[kind]) for kind, theirs in shown.items()]


def _look(actor: Actor, shown: list[ShownCard], boards: int = 1) -> tuple[AuditRecord, int]:
    """Return that somebody was shown alerts, for the audit."""
    numbers = sorted({one.card.number for one in shown})
    details = {"board": "live", "alerts": numbers, "boards": boards}
    return AuditRecord(actor, Action.VIEW_ALERTS, details), len(numbers)
