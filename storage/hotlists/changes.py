"""What changed on the active hotlists since a version, for whoever keeps them in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from schemas.errors import TransientError
from schemas.list_changes import ListChange
from schemas.types import Category, HotlistEntry, VehicleDescription
from storage import statements
from storage.database import Connection, Database
from storage.hotlists.lists import HotlistStore
from storage.sql import load_queries

_SQL = load_queries("hotlists/changes", "hotlists/entries")
FETCH_ROWS = 500
"""Rows are decoded so many at a time, during which nothing else runs: some milliseconds, for a read may wait."""
_CATEGORIES = {category.value: category for category in Category}


T = TypeVar("T")


class HotlistChanges:
    """The active versions, and the way from one to the next: a `pipeline.lists.source.ListSource`.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def active_versions(self) -> dict[str, int]:
        """Return the active version of every active list; cheap to ask for.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return dict(statements.all(self._database, _SQL["active_versions"]))

    def marks(self, versions: Sequence[int]) -> list[str]:
        """Return what tells versions of this database from those of another one that have the same numbers.

        Args:
            versions: Their numbers.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.scalars(self._database, _SQL["marks"], {"versions": list(versions)}, kind=str)

    def entries(self, versions: Sequence[int]) -> int:
        """Return how many entries versions have together; those that were withdrawn since are counted.

        Args:
            versions: Their numbers, of one version per list.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.scalar(self._database, _SQL["entries"], {"versions": list(versions)}, kind=int) or 0

    def extent(self, hotlist_id: str, version: int) -> int:
        """Return about how many entries `since` would give, without looking at them; at least as many.

        Args:
            hotlist_id: The list.
            version: A version of it; 0: before all.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"hotlist_id": hotlist_id, "version": version}
        return statements.scalar(self._database, _SQL["extent"], values, kind=int) or 0

    def since(
        self,
        hotlist_id: str,
        version: int,
        take: Callable[[Iterator[HotlistEntry]], T],
        *,
        stop: threading.Event | None = None,
    ) -> ListChange[T]:
        """Return how a list differs from a version of it, as one snapshot.

        A national list has millions of entries, so they come one after the other, with what matching needs of them:
        id, list, plate, category, state, make, color and year of the vehicle, and the times of their validity.

        Args:
            hotlist_id: The list.
            version: A version of it; 0: before all.
            take: Makes of the entries what is wanted; has to read them to their end.
            stop: Set it to end a long reading.

        Raises:
            DatabaseUnavailable: The server is down.
            TransientError: `stop` was set.
        """
        values = {"hotlist_id": hotlist_id, "version": version}
        with self._database.transaction() as connection:
            statements.execute(connection, _SQL["one_snapshot"])
            active = statements.one(connection, _SQL["active_version"], values)
            removed = _ids(connection, "removed", values)
            if active is None:
                return ListChange(None, None, take(iter(())), removed)
            version_id, as_of = active
            return ListChange(version_id, as_of, take(_entries(connection, values, stop)), removed)

    def gone(self, hotlist_id: str, version: int) -> tuple[UUID, ...]:
        """Return the ids of entries that went since a version and are not active in another form.

        It says what must not match any more, faster than `since` says what else there is.

        Args:
            hotlist_id: The list.
            version: A version of it.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.connection() as connection:
            return _ids(connection, "gone", {"hotlist_id": hotlist_id, "version": version})

    def withdrawn(self, number: int) -> tuple[int, tuple[UUID, ...]]:
        """Return what was withdrawn after a withdrawal: its version may have to wait, but it must not match any more.

        Args:
            number: The last one seen; 0: from the beginning.

        Returns:
            The last withdrawal's number, and the entries' ids.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        rows = statements.all(self._database, _SQL["withdrawn"], {"number": number})
        return (rows[-1][0] if rows else number), tuple(entry_id for _, entry_id in rows)

    def active_entries(self, entry_ids: Collection[UUID]) -> dict[UUID, HotlistEntry]:
        """Return those of some entries that are active, by id, with all that alerts say of them.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return HotlistStore(self._database).active_entries(entry_ids)


def _ids(connection: Connection, statement: str, values: dict[str, Any]) -> tuple[UUID, ...]:
    # Planned for these values: a plan for any version would read the whole table.
    with connection.cursor(binary=True) as cursor:
        return tuple(entry_id for (entry_id,) in cursor.execute(_SQL[statement], values, prepare=False))


def _entries(connection: Connection, values: dict[str, Any], stop: threading.Event | None) -> Iterator[HotlistEntry]:
    hotlist_id = values["hotlist_id"]
    with connection.cursor("added_entries") as cursor:
        # In binary, ids and times need not be read as text.
        cursor.execute(_SQL["added"], values, binary=True)
        while rows := cursor.fetchmany(FETCH_ROWS):
            if stop is not None and stop.is_set():
                raise TransientError("the reading of a hotlist was stopped")
            for entry_id, plate, category, jurisdiction, year, make, color, valid_from, valid_until in rows:
                vehicle = VehicleDescription(year, make, None, None, color)
                yield HotlistEntry(
                    entry_id,
                    hotlist_id,
                    plate,
                    _CATEGORIES[category],
                    jurisdiction,
                    vehicle=vehicle if any(vehicle) else None,
                    valid_from=valid_from,
                    valid_until=valid_until,
                )
