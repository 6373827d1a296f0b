"""What a reader of another vendor reported last: its next message may be about the same vehicle."""

from __future__ import annotations

from datetime import datetime

from schemas.types import PlateRead
from storage import statements
from storage.database import Database
from storage.reads.rows import stored_read
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("reads/recent")

MOST_READS = 200


def reported_lately(database: Database, vendor: str, camera_id: str, since: datetime) -> list[PlateRead]:
    """Return the newest reads that a vendor's reader reported, oldest first.

    Args:
        database: The open database.
        vendor: The vendor's adapter.
        camera_id: The reader, as reads name it.
        since: Captured at this time or later, aware.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    values = {"vendor": storable(vendor), "camera_id": storable(camera_id), "since": since, "limit": MOST_READS}
    return statements.all(database, _SQL["reported_lately"], values, row=stored_read)[::-1]
