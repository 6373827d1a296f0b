"""Search in the history of reads: by plate, and by what else a reader says of a vehicle."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from schemas.audit import AuditRecord
from schemas.errors import InvalidInput
from schemas.types import PlateRead
from storage import statements
from storage.audit.writer import write_audit
from storage.database import Connection, Database
from storage.reads.patterns import PlatePattern, parse_pattern
from storage.reads.rows import stored_read
from storage.reads.seen import SeenVehicle
from storage.sql import load_queries
from storage.values import optional

_SQL = load_queries("reads/search")
MOST_PLATES = 5000
"""With more plates than this fitting a pattern, scanning the reads by time finds the newest sooner."""


class ReadSearch:
    """Search for reads.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        pattern: str | None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        camera_id: str | None = None,
        vehicle: SeenVehicle | None = None,
        limit: int = 100,
        audit: AuditRecord | None = None,
    ) -> list[PlateRead]:
        """Find the newest reads that fit, and write down who asked before they are returned.

        Args:
            pattern: A plate; `?` stands for one unknown character, `*` for any number. O and 0 count as equal. None:
                any plate, between two times that are given.
            since: Captured at this time or later, aware.
            until: Captured before this time, aware.
            camera_id: Only this camera.
            vehicle: Only reads that say this.
            limit: Most reads to return.
            audit: Who asks, and why; written down with how many reads were found.

        Returns:
            Reads, newest first.

        Raises:
            InvalidInput: The pattern cannot be searched for, or there is none and a time is missing; nothing is written
                down.
            DatabaseUnavailable: The server is down.
        """
        wanted = None if pattern is None else parse_pattern(pattern)
        if wanted is None and (since is None or until is None):
            raise InvalidInput("a search without a plate needs the time from which and the time until which")
        if limit < 1:
            raise InvalidInput(f"limit {limit} is less than 1")
        values: dict[str, Any] = {
            **(vehicle or SeenVehicle()).values,
            "since": since,
            "until": until,
            "camera_id": optional(camera_id),
            "limit": limit,
        }
        with self._database.transaction() as connection:
            reads = _find(connection, wanted, values) if wanted else _find_between(connection, values)
            write_audit(connection, audit, len(reads))
        return reads


def _find(connection: Connection, pattern: PlatePattern, values: dict[str, Any]) -> list[PlateRead]:
    statement = "reads_of_plates"
    plates = [pattern.text]
    values = values | {"like": pattern.like}
    if not pattern.is_exact:
        plates = statements.scalars(connection, _SQL["plates"], values | {"limit": MOST_PLATES + 1}, kind=str)
        if len(plates) > MOST_PLATES:
            statement = "reads_by_pattern"
    return statements.all(connection, _SQL[statement], values | {"plates": plates}, row=stored_read)


def _find_between(connection: Connection, values: dict[str, Any]) -> list[PlateRead]:
    # Planned for these very times: most partitions are then not looked at.
    return statements.all(connection, _SQL["reads_between"], values, row=stored_read, prepare=False)
