"""Which files and pictures were processed to their end, and which could not be used."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.types import SourceItem
from storage import statements
from storage.database import Database
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("item_ledger")


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """A source item that could not be used, and why."""

    camera_id: str
    name: str
    fingerprint: str
    captured_at: datetime
    reason: str
    rejected_at: datetime


class ItemLedger:
    """What is done.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_finished(self, item: SourceItem) -> bool:
        """Return whether this item, with this content, needs no processing any more: finished or rejected.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.scalar(self._database, _SQL["is_finished"], item_values(item), kind=bool) is True

    def is_rejected(self, item: SourceItem) -> bool:
        """Return whether this item, with this content, could not be used.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.scalar(self._database, _SQL["is_rejected"], item_values(item), kind=bool) is True

    def finish(self, item: SourceItem) -> None:
        """Note that everything of an item is kept; with the same content it is not read again.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        values = item_values(item)
        with self._database.transaction() as connection:
            connection.execute(_SQL["finish"], values)
            connection.execute(_SQL["forget_reject"], values)

    def reject(self, item: SourceItem, reason: str) -> None:
        """Note that an item cannot be used; with the same content it is not tried again.

        Args:
            item: The item.
            reason: One line for a person.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        statements.execute(self._database, _SQL["reject"], item_values(item) | {"reason": storable(reason)})

    def rejects(self) -> list[RejectedItem]:
        """Return the rejected items, oldest first.

        Raises:
            DatabaseUnavailable: The server is down.
        """
        return statements.all(self._database, _SQL["rejects"], row=class_row(RejectedItem))


def item_values(item: SourceItem) -> dict[str, Any]:
    """Return a source item as named parameters."""
    name = storable(item.name)
    return {
        "camera_id": item.camera_id,
        "name": name,
        "name_digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest(),
        "fingerprint": storable(item.fingerprint),
        "captured_at": item.captured_at,
    }
