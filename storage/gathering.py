"""A transaction that waits for the server as seldom as it can.

Each wait costs two turns of a processor that others are waiting for, too: with some twenty statements these are most of
what a small transaction takes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg

from storage.database import Connection


class Gathering:
    """A transaction's statements, sent together where nobody asks for what they give.

    Args:
        connection: With the transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pipeline = contextlib.ExitStack()
        self._after: list[bytes] = []

    def begin(self) -> None:
        """Send what comes from here on with the next statement that somebody asks the result of, or with the commit.

        What the server finds wrong with it is raised there. COPY has to come before.
        """
        self._pipeline.enter_context(self._connection.pipeline())

    def afterwards(self, statement: bytes) -> None:
        """Send a statement right behind the commit, where that succeeds; it is a transaction of its own."""
        self._after.append(statement)

    def send(self) -> None:
        """Send what was to come after the commit, which has been sent."""
        for statement in self._after:
            self._connection.execute(statement)

    def end(self) -> None:
        """Wait for everything that was sent."""
        self._pipeline.close()


@contextlib.contextmanager
def gathered(connection: Connection, first: bytes) -> Iterator[Gathering]:
    """Run a transaction: all or nothing.

    Args:
        connection: In autocommit mode, without a transaction.
        first: A statement without parameters to begin with; it is sent with BEGIN.

    Raises:
        psycopg.Error: What the server says, at the latest of the commit.
    """
    gathering = Gathering(connection)
    try:
        with contextlib.ExitStack() as transaction:
            with connection.pipeline():
                transaction.enter_context(psycopg.Transaction(connection))
                connection.execute(first)
            try:
                yield gathering
            except BaseException:
                # A rollback that is sent behind a statement that failed would be passed over with the others.
                with contextlib.suppress(psycopg.Error):
                    gathering.end()
                raise
        gathering.send()
    finally:
        try:
            gathering.end()
        finally:
            if connection.info.transaction_status is psycopg.pq.TransactionStatus.INERROR:
                # One of them failed, and the commit behind it was passed over.
                connection.rollback()
