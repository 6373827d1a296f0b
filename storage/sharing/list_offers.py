"""Hotlists on their way to other agencies: how far each was given under each agreement, and what comes next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from schemas.messages import Message
from schemas.types import HotlistEntry
from storage import statements
from storage.database import Connection, Database
from storage.hotlists.entry_rows import entry_row
from storage.sharing.deliveries import withhold
from storage.sql import load_queries
from storage.values import jsonb, optional, storable

_SQL = load_queries("sharing/standing", "sharing/list_offers")


@dataclass(frozen=True, slots=True)
class GivenList:
    """How far a list was given.

    `edition` is what the members were told last, made of the list's version `version_id`; `is_whole` says whether they
    were told all of it, else `after_entry` is the last entry that was looked at, `parts` and `given` how many parts and
    entries there were. `scope` tells what law and agreement let through, `withdrawal_number` the last withdrawal that
    was told. `begun_at` is when the last snapshot began. `ended` says why nothing is given any more.
    """

    agreement_id: str
    hotlist_id: str
    agreement_version: int
    scope: str
    edition: int
    version_id: int
    withdrawal_number: int
    as_of: datetime | None
    begun_at: datetime
    is_whole: bool = False
    after_entry: UUID | None = None
    parts: int = 0
    given: int = 0
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class ListSource:
    """An active list: its version, layout, the date of its content, and the number of its newest withdrawal."""

    version_id: int
    layout: str
    as_of: datetime | None
    newest_withdrawal: int


@dataclass(frozen=True, slots=True)
class SharedPart:
    """A message about a list. `release` are its terms, as JSON; None: it goes whatever the agreement says by then."""

    message: Message
    topic: str
    agreement_id: str
    release: dict[str, Any] | None


class ListOffers:
    """One transaction over hotlists that are given.

    Args:
        connection: A connection with an open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def begin(cls, database: Database) -> Iterator[ListOffers]:
        """Open the transaction, which is committed at the end of the block: all of it, or nothing.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; do the same again.
        """
        with database.transaction() as connection:
            yield cls(connection)

    def states(self) -> dict[tuple[str, str], GivenList]:
        """Return how far each list was given, by agreement and list; until commit nobody else changes that."""
        found = statements.all(self._connection, _SQL["states"], row=class_row(GivenList))
        return {(one.agreement_id, one.hotlist_id): one for one in found}

    def put(self, state: GivenList) -> None:
        """Note how far a list was given."""
        values = asdict(state) | {"ended": optional(state.ended)}
        statements.execute(self._connection, _SQL["put_state"], values)

    def source(self, hotlist_id: str) -> ListSource | None:
        """Return what a list is now, or None where it is not active."""
        values = {"hotlist_id": hotlist_id}
        return statements.one(self._connection, _SQL["source"], values, row=class_row(ListSource))

    def counts(self, hotlist_id: str, version_id: int) -> list[tuple[str, bool, int]]:
        """Return how many entries of a version there are, by category and whether they have NCIC's number."""
        values = {"hotlist_id": hotlist_id, "version_id": version_id}
        return statements.all(self._connection, _SQL["counts"], values)

    def slice(self, hotlist_id: str, version_id: int, after: UUID | None, limit: int) -> list[HotlistEntry]:
        """Return the next entries of a version, in the order of their ids; those that were withdrawn are left out."""
        values = {"hotlist_id": hotlist_id, "version_id": version_id, "after_entry": after, "limit": limit}
        return self._entries("slice", values)

    def extent(self, hotlist_id: str, before: int, version_id: int) -> int:
        """Return about how many entries differ between two versions, without looking at them; at least as many."""
        values = {"hotlist_id": hotlist_id, "before": before, "version_id": version_id}
        return statements.scalar(self._connection, _SQL["extent"], values, kind=int) or 0

    def changes(self, hotlist_id: str, before: int, version_id: int) -> tuple[list[HotlistEntry], list[HotlistEntry]]:
        """Return what a version has that is new or changed, and what one before it had that is gone or changed."""
        values = {"hotlist_id": hotlist_id, "before": before, "version_id": version_id}
        return self._entries("added", values), self._entries("removed", values)

    def withdrawn(self, hotlist_id: str, number: int) -> list[HotlistEntry]:
        """Return the entries that were withdrawn after a withdrawal, as they were last."""
        return self._entries("withdrawn", {"hotlist_id": hotlist_id, "number": number})

    def _entries(self, statement: str, values: dict[str, Any]) -> list[HotlistEntry]:
        # Planned for these values: a plan for any version would read the whole table.
        return statements.all(self._connection, _SQL[statement], values, row=entry_row, prepare=False)

    def waiting(self) -> int:
        """Return how many parts of lists stand in the outbox."""
        return statements.scalar(self._connection, _SQL["waiting_lists"], kind=int) or 0

    def send(self, parts: Sequence[SharedPart]) -> None:
        """Put parts into the outbox, in their order."""
        rows = [
            {
                "message_id": one.message.message_id,
                "topic": one.topic,
                "key": storable(one.message.key),
                "headers": jsonb([list(header) for header in one.message.headers]),
                "payload": one.message.payload,
                "agreement_id": None if one.release is None else one.agreement_id,
                "release": None if one.release is None else jsonb(one.release),
            }
            for one in parts
        ]
        if rows:
            with self._connection.cursor() as cursor:
                cursor.executemany(_SQL["insert_part"], rows)

    def withhold_stale(self, why: str) -> int:
        """Close what waits under terms that do not stand any more, write that down, and have its lists begun anew."""
        found = statements.all(self._connection, _SQL["stale_lists"])
        if found:
            withhold(self._connection, [outbox_id for outbox_id, _ in found], why)
            values = {"agreement_ids": sorted({agreement_id for _, agreement_id in found})}
            statements.execute(self._connection, _SQL["begin_anew"], values)
        return len(found)
