"""Messages of other vendors' readers that could not be understood: kept with the reason until a person has looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from schemas.audit import AuditRecord
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Database
from storage.spool.messages import Message
from storage.sql import load_queries
from storage.values import jsonb, storable

_SQL = load_queries("quarantine/quarantine")


@dataclass(frozen=True, slots=True)
class QuarantinedMessage:
    """A message with why it could not be understood; `retry_asked_at` is there where it is to be tried again."""

    message_number: int
    source_id: str
    vendor: str
    received_at: datetime
    quarantined_at: datetime
    reason: str
    content_type: str
    headers: Mapping[str, str]
    path: str
    body: bytes
    retry_asked_at: datetime | None

    @property
    def message(self) -> Message:
        """The message as it was stored."""
        return Message(
            self.source_id, self.received_at, bytes(self.body), self.content_type, dict(self.headers), self.path
        )


class Quarantine:
    """The quarantined messages.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: Message, vendor: str, reason: str) -> None:
        """Keep a message; one that is there gets the new reason.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {
            "source_id": message.source,
            "vendor": vendor,
            "received_at": message.received_at,
            "reason": storable(reason),
            "content_type": storable(message.content_type),
            "headers": jsonb({name: storable(value) for name, value in message.headers.items()}),
            "path": storable(message.path),
            "body": message.body,
        }
        statements.execute(self._database, _SQL["add"], values)

    def newest(
        self, limit: int, source_id: str | None = None, *, audit: AuditRecord | None = None
    ) -> list[QuarantinedMessage]:
        """Return the newest messages, of one source or of all; the look is written down.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.transaction() as connection:
            values = {"limit": limit, "source_id": source_id}
            found = statements.all(connection, _SQL["newest"], values, row=class_row(QuarantinedMessage))
            write_audit(connection, audit, len(found))
        return found

    def get(self, number: int, *, audit: AuditRecord | None = None) -> QuarantinedMessage | None:
        """Return one message, or None; the look is written down.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        with self._database.transaction() as connection:
            found = statements.one(connection, _SQL["one"], {"number": number}, row=class_row(QuarantinedMessage))
            write_audit(connection, audit, int(found is not None))
        return found

    def ask_retry(self, number: int | None, *, audit: AuditRecord | None = None) -> int:
        """Have a message, or with None all, tried again by whatever processes messages; return how many.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return self._changed("ask_retry", number, audit)

    def remove(self, number: int, *, audit: AuditRecord | None = None) -> bool:
        """Delete a message; return whether it was there.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return self._changed("remove", number, audit) == 1

    def _changed(self, statement: str, number: int | None, audit: AuditRecord | None) -> int:
        with self._database.transaction() as connection:
            count = statements.execute(connection, _SQL[statement], {"number": number})
            if count:
                write_audit(connection, audit, count)
        return count

    def to_retry(self, after: int, limit: int) -> list[QuarantinedMessage]:
        """Return messages that are to be tried again, oldest first.

        Args:
            after: The number of the last one that was taken.
            limit: Most messages.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = {"after": after, "limit": limit}
        return statements.all(self._database, _SQL["to_retry"], values, row=class_row(QuarantinedMessage))

    def failed_again(self, number: int, reason: str) -> None:
        """Note why a message could not be understood this time either.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        statements.execute(self._database, _SQL["failed_again"], {"number": number, "reason": storable(reason)})

    def count(self) -> int:
        """Return how many there are.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.scalar(self._database, _SQL["count"], kind=int) or 0
