"""Search in the history of reads. Every search is written down: who, what, why, when and how much was found."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from schemas.errors import InvalidInput
from schemas.types import PlateRead
from storage import statements
from storage.database import Connection, Database
from storage.reads.patterns import PlatePattern, parse_pattern
from storage.reads.rows import stored_read
from storage.sql import load_queries
from storage.values import optional, storable

_SQL = load_queries("reads/search")
MOST_PLATES = 5000
"""With more plates than this fitting a pattern, scanning the reads by time finds the newest sooner."""


@dataclass(frozen=True, slots=True)
class SearchAudit:
    """One search that was made."""

    searched_at: datetime
    searched_by: str
    pattern: str
    since: datetime | None
    until: datetime | None
    camera_id: str | None
    purpose: str | None
    case_number: str | None
    results: int


class ReadSearch:
    """Search for reads by plate.

    Args:
        database: An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self,
        pattern: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        camera_id: str | None = None,
        limit: int = 100,
        purpose: str | None = None,
        case_number: str | None = None,
        searched_by: str | None = None,
    ) -> list[PlateRead]:
        """Find the newest reads of the plates that fit a pattern, and write the search down.

        Args:
            pattern: A plate; `?` stands for one unknown character, `*` for any number. O and 0 count as equal.
            since: Captured at this time or later, aware.
            until: Captured before this time, aware.
            camera_id: Only this camera.
            limit: Most reads to return.
            purpose: Why, for the audit.
            case_number: The case it belongs to, for the audit.
            searched_by: Who asks; None: the system's user.

        Returns:
            Reads, newest first.

        Raises:
            InvalidInput: The pattern cannot be searched for; nothing is written down.
            DatabaseUnavailable: The server is down.
        """
        wanted = parse_pattern(pattern)
        if limit < 1:
            raise InvalidInput(f"limit {limit} is less than 1")
        values: dict[str, Any] = {
            "like": wanted.like,
            "since": since,
            "until": until,
            "camera_id": optional(camera_id),
            "limit": limit,
        }
        with self._database.transaction() as connection:
            reads = _find(connection, wanted, values)
            audit = {
                "searched_by": storable(searched_by or system_user()),
                "pattern": wanted.text,
                "purpose": optional(purpose),
                "case_number": optional(case_number),
                "results": len(reads),
            }
            statements.execute(connection, _SQL["audit"], values | audit)
        return reads

    def audit(self, limit: int = 100) -> list[SearchAudit]:
        """Return the searches that were made, newest first."""
        return statements.all(self._database, _SQL["audit_rows"], {"limit": limit}, row=class_row(SearchAudit))


def _find(connection: Connection, pattern: PlatePattern, values: dict[str, Any]) -> list[PlateRead]:
    statement = "reads_of_plates"
    plates = [pattern.text]
    if not pattern.is_exact:
        plates = statements.scalars(connection, _SQL["plates"], values | {"limit": MOST_PLATES + 1}, kind=str)
        if len(plates) > MOST_PLATES:
            statement = "reads_by_pattern"
    return statements.all(connection, _SQL[statement], values | {"plates": plates}, row=stored_read)


def system_user() -> str:
    """Return the name of the system's user, or its number where it has no name (as in many containers).

    Asked from the kernel: an environment variable would let anybody search under another's name.
    """
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"
