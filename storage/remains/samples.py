"""What ends at a purge, for whoever looks for it afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from storage import statements
from storage.database import Database
from storage.remains.messages import plates_in, texts_in
from storage.sql import load_queries

_SQL = load_queries("remains/remains")
_MESSAGES_AT_ONCE = 50


def expiring_texts(database: Database, cutoff: datetime, limit: int) -> set[str]:
    """Return plates, as read and canonical, of reads that end.

    Args:
        database: An open database.
        cutoff: Reads captured before it end, aware.
        limit: Most texts.
    """
    return set(statements.scalars(database, _SQL["expiring_texts"], {"cutoff": cutoff, "limit": limit}, kind=str))


def expiring_pictures(database: Database, cutoff: datetime, limit: int) -> list[str]:
    """Return keys of pictures of reads that end; see `expiring_texts`."""
    return statements.scalars(database, _SQL["expiring_pictures"], {"cutoff": cutoff, "limit": limit}, kind=str)


def expiring_message_texts(database: Database, cutoff: datetime, limit: int) -> set[str]:
    """Return plates that stand in quarantined messages that end; see `expiring_texts`."""
    bodies = statements.scalars(database, _SQL["expiring_messages"], {"cutoff": cutoff, "limit": limit}, kind=bytes)
    return {plate for body in bodies for plate in plates_in(bytes(body))}


def held_texts(database: Database, texts: Collection[str], waiting: Iterable[bytes] = ()) -> set[str]:
    """Return those of some plates that are kept for another reason: reads, a list, a search in the audit, a message.

    Args:
        database: An open database.
        texts: The plates.
        waiting: Bodies of messages that wait to be processed; quarantined ones are asked for.
    """
    held = set(statements.scalars(database, _SQL["held_texts"], {"texts": list(texts)}, kind=str))
    for bodies in (waiting, _quarantined(database) if texts else ()):
        for body in bodies:
            held |= texts_in(body, texts)
    return held


def _quarantined(database: Database) -> Iterator[bytes]:
    after = 0
    while True:
        values = {"after": after, "limit": _MESSAGES_AT_ONCE}
        rows = statements.all(database, _SQL["messages_after"], values)
        for number, body in rows:
            after = number
            yield bytes(body)
        if len(rows) < _MESSAGES_AT_ONCE:
            return
