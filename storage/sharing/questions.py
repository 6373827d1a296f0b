"""Questions between agencies: those of others that were answered here, and those that people here asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from storage import statements
from storage.database import Connection, Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("sharing/questions")

FORGET_AFTER = timedelta(days=1)
"""How long after its end a question is remembered here; the audit keeps it."""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that a person here asked a neighbor; it is answered until `expires_at`."""

    query_id: UUID
    neighbor: str
    person: str
    asked_at: datetime
    expires_at: datetime
    purpose: str
    case_number: str


def is_known(connection: Connection, query_id: UUID) -> bool:
    """Return whether a question of another agency was answered or refused before; until commit nobody else does it."""
    statements.execute(connection, _SQL["lock"], {"query_id": query_id})
    return bool(statements.scalar(connection, _SQL["is_known"], {"query_id": query_id}, kind=bool))


def asked_lately(connection: Connection, member_id: str, since: datetime) -> int:
    """Return how many questions of another agency were written down since a time.

    Args:
        connection: A connection with an open transaction.
        member_id: The agency's short name.
        since: Aware.
    """
    values = {"member_id": member_id, "since": since}
    return statements.scalar(connection, _SQL["asked_lately"], values, kind=int) or 0


def note_asked(connection: Connection, asked: AskedQuestion) -> None:
    """Remember a question that a person here asks, on the transaction of its audit row; old ones are forgotten."""
    statements.execute(connection, _SQL["forget_asked"], {"before": asked.asked_at - FORGET_AFTER})
    texts = {name: storable(value) for name, value in asdict(asked).items() if isinstance(value, str)}
    statements.execute(connection, _SQL["note_asked"], asdict(asked) | texts)


def find_asked(on: Database | Connection, query_id: UUID) -> AskedQuestion | None:
    """Return a question that a person here asked, or None.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    return statements.one(on, _SQL["asked"], {"query_id": query_id}, row=class_row(AskedQuestion))
