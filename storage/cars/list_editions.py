"""What patrol cars were told of the lists, and the rows of what they are told next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import jsonb

_SQL = load_queries("cars/list_editions")


class ListAt(NamedTuple):
    """Which version of a list, and what of it the law lets go to a car."""

    version: int
    scope: str


@dataclass(frozen=True, slots=True)
class ListInForce:
    """An active list."""

    hotlist_id: str
    version: int
    layout: str
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Edition:
    """What a car was told: `standing` by list; made of edition `base`, 0: of nothing.

    `withdrawn_number` is the last withdrawal that it was told of.
    """

    edition: int
    base: int
    standing: Mapping[str, ListAt]
    made_at: datetime
    withdrawn_number: int = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """Which rows of a list: those of `version` that `base` has not (0: all), in the order of their ids.

    `categories` are those that go to cars.
    """

    hotlist_id: str
    base: int
    version: int
    categories: Sequence[str]

    def values(self, after: UUID | None, limit: int) -> dict[str, Any]:
        """Return a statement's parameters."""
        return {
            "hotlist_id": self.hotlist_id,
            "base": self.base,
            "version": self.version,
            "categories": list(self.categories),
            "after": after,
            "limit": limit,
        }


class ListTelling:
    """One transaction over what a car is told.

    Args:
        connection: A connection with an open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def telling(cls, database: Database, car_id: str) -> Iterator[ListTelling]:
        """Open a transaction in which nobody else tells this car something.

        Raises:
            DatabaseUnavailable: The server is down; nothing was written.
        """
        with database.transaction() as connection:
            statements.execute(connection, _SQL["lock_car"], {"car_id": car_id})
            yield cls(connection)

    @classmethod
    @contextlib.contextmanager
    def reading(cls, database: Database) -> Iterator[ListTelling]:
        """Open a transaction that sees one snapshot of everything.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with database.transaction() as connection:
            statements.execute(connection, _SQL["one_snapshot"])
            yield cls(connection)

    def lists(self) -> list[ListInForce]:
        """Return the active lists by name."""
        return statements.all(self._connection, _SQL["lists"], row=class_row(ListInForce))

    def editions(self, car_id: str) -> dict[int, Edition]:
        """Return what a car was told last, by edition."""
        rows = statements.all(self._connection, _SQL["editions"], {"car_id": car_id})
        return {
            edition: Edition(edition, base, {name: ListAt(*said) for name, said in standing.items()}, *more)
            for edition, base, standing, *more in rows
        }

    def put(self, car_id: str, made: Edition, kept: Sequence[int]) -> None:
        """Note what a car is told now.

        Args:
            car_id: The car.
            made: The edition.
            kept: Those before that it may still come back to; the others are forgotten.
        """
        values = {
            "car_id": car_id,
            "edition": made.edition,
            "base": made.base,
            "standing": jsonb({name: list(said) for name, said in made.standing.items()}),
            "made_at": made.made_at,
        }
        self.keep(car_id, kept)
        statements.execute(self._connection, _SQL["make_edition"], values)

    def keep(self, car_id: str, kept: Sequence[int]) -> None:
        """Forget all editions of a car but some."""
        statements.execute(self._connection, _SQL["forget_editions"], {"car_id": car_id, "kept": list(kept)})

    def last_withdrawal(self) -> int:
        """Return the number of the newest withdrawal that stands."""
        return statements.scalar(self._connection, _SQL["last_withdrawal"], kind=int) or 0

    def standing_withdrawals(self) -> int:
        """Return how many withdrawals stand: with the newest one's number it tells whether any came or was lifted."""
        return statements.scalar(self._connection, _SQL["standing_withdrawals"], kind=int) or 0

    def told_withdrawals(self, car_id: str, number: int) -> None:
        """Note up to which withdrawal a car is told."""
        statements.execute(self._connection, _SQL["told_withdrawals"], {"car_id": car_id, "number": number})

    def withdrawn(self, number: int, categories: Sequence[str], limit: int) -> list[tuple[int, UUID]]:
        """Return entries of some categories that people took out of force after a number: number and id, in order."""
        values = {"number": number, "categories": list(categories), "limit": limit}
        return statements.all(self._connection, _SQL["withdrawn"], values, prepare=False)

    def removed(self, rows: Slice, after: UUID | None, limit: int) -> bytes:
        """Return the ids of what a list's base had and its version has not, or has in another form: 16 bytes each."""
        found = statements.scalars(
            self._connection, _SQL["removed"], rows.values(after, limit), kind=bytes, prepare=False
        )
        return b"".join(found)

    def added(self, rows: Slice, after: UUID | None, limit: int) -> bytes:
        """Return what is new or changed in a list, as the lines that schemas.convert.car_entries makes blocks of."""
        with (
            self._connection.cursor() as cursor,
            cursor.copy(_SQL["added"], rows.values(after, limit)) as copy,
        ):
            return b"".join(bytes(piece) for piece in copy)

    def count(self, rows: Slice) -> int:
        """Return how many entries a version has that go to cars."""
        return statements.scalar(self._connection, _SQL["count"], rows.values(None, 0), kind=int, prepare=False) or 0
