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
_MESSAGES = ("quarantined_after", "refused_after", "returned_after")


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
    """Return plates that stand in messages that end, quarantined, refused or returned; see `expiring_texts`."""
    bodies = statements.scalars(database, _SQL["expiring_messages"], {"cutoff": cutoff, "limit": limit}, kind=bytes)
    return {plate for body in bodies for plate in plates_in(bytes(body))}


def held_texts(database: Database, texts: Collection[str], waiting: Iterable[bytes] = ()) -> set[str]:
    """Return those of some plates that are kept for another reason: reads, a list, a search in the audit, a message.

    Args:
        database: An open database.
        texts: The plates.
        waiting: Bodies of messages that wait to be processed; those that are stored are asked for.
    """
    held = set(statements.scalars(database, _SQL["held_texts"], {"texts": list(texts)}, kind=str))
    stored = [_messages(database, kind) for kind in _MESSAGES] if texts else []
    for bodies in (waiting, *stored):
        for body in bodies:
            held |= texts_in(body, texts)
    return held


def _messages(database: Database, kind: str) -> Iterator[bytes]:
    after = 0
    while True:
        values = {"after": after, "limit": _MESSAGES_AT_ONCE}
        rows = statements.all(database, _SQL[kind], values)
        for number, body in rows:
            after = number
            yield bytes(body)
        if len(rows) < _MESSAGES_AT_ONCE:
            return
