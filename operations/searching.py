"""Searching the history of reads."""

from __future__ import annotations

from datetime import datetime

from operations.reasons import asked_for
from schemas.actor import Actor
from schemas.audit import Action
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.database import Database
from storage.reads.patterns import parse_pattern
from storage.reads.search import ReadSearch


def search_reads(
    actor: Actor,
    database: Database,
    settings: Settings,
    pattern: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    camera_id: str | None = None,
    limit: int = 100,
    purpose: str | None = None,
    case_number: str | None = None,
    warrant: str | None = None,
) -> list[PlateRead]:
    """Find the newest reads of the plates that fit a pattern; the search stands in the audit before they are returned.

    Args:
        actor: Who searches.
        database: An open database.
        settings: The configuration.
        pattern: A plate; `?` stands for one unknown character, `*` for any number. O and 0 count as equal.
        since: Captured at this time or later, aware.
        until: Captured before this time, aware.
        camera_id: Only this camera.
        limit: Most reads to return.
        purpose: Why; required, as the case number is, unless the law profile says otherwise.
        case_number: The case or call it belongs to.
        warrant: The warrant's number, where the law asks for one.

    Returns:
        Reads, newest first.

    Raises:
        InvalidInput: The pattern cannot be searched for, and nothing is written down; or purpose or case number say
            nothing, or the law does not permit the purpose, and that is.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    details = {"pattern": parse_pattern(pattern).text, "since": since, "until": until, "camera": camera_id}
    record = asked_for(
        actor, database, settings, Action.SEARCH, purpose, case_number, back_to=since, warrant=warrant, **details
    )
    return ReadSearch(database).find(pattern, since=since, until=until, camera_id=camera_id, limit=limit, audit=record)
