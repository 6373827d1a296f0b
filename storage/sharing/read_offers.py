"""Reads on their way to other agencies: noted with each read that is stored, and taken in their order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from schemas.events import utc
from schemas.messages import Message
from schemas.types import PlateRead
from storage import statements
from storage.database import Connection, Database
from storage.reads.rows import stored_read
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("sharing/standing", "sharing/read_offers")


@dataclass(frozen=True, slots=True)
class SharedRead:
    """A read that goes to the members of an agreement. `release` are its terms, as JSON."""

    message: Message
    topic: str
    agreement_id: str
    release: dict[str, Any]
    read_id: UUID
    revision: int
    captured_at: datetime


class ReadOffers:
    """One transaction over reads that are offered.

    Args:
        connection: A connection with an open transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def begin(cls, database: Database) -> Iterator[ReadOffers]:
        """Open the transaction, which is committed at the end of the block: all of it, or nothing.

        Raises:
            DatabaseUnavailable: Nothing was written, or the answer was lost; do the same again.
        """
        with database.transaction() as connection:
            yield cls(connection)

    def forget(self) -> int:
        """Forget what was offered: nobody receives reads any more. Return how many there were."""
        return statements.execute(self._connection, _SQL["forget"])

    def waiting(self) -> int:
        """Return how many reads stand in the outbox."""
        return statements.scalar(self._connection, _SQL["waiting"], kind=int) or 0

    def take(self, limit: int) -> list[PlateRead]:
        """Return the next reads; those that ended or were revised meanwhile are left out, and none is offered again."""
        return statements.all(self._connection, _SQL["take"], {"limit": limit}, row=stored_read)

    def send(self, reads: Sequence[SharedRead]) -> None:
        """Put reads into the outbox, in their order; a revision that was given before is not given again."""
        rows = [
            {
                "message_id": one.message.message_id,
                "topic": one.topic,
                "key": storable(one.message.key),
                "headers": jsonb([list(header) for header in one.message.headers]),
                "payload": one.message.payload,
                "agreement_id": one.agreement_id,
                "release": jsonb(
                    one.release
                    | {"read_id": str(one.read_id), "revision": one.revision, "captured_at": utc(one.captured_at)}
                ),
                "read_id": one.read_id,
                "revision": one.revision,
            }
            for one in reads
        ]
        if rows:
            with self._connection.cursor() as cursor:
                cursor.executemany(_SQL["insert_message"], rows)

    def offer_again(self) -> int:
        """Take back from the outbox what waits under terms that changed, to be decided anew; return how many."""
        return statements.execute(self._connection, _SQL["offer_again"])
