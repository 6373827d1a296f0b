"""Searching the history of reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from operations.criteria import VehicleCriteria
from operations.reasons import asked_for
from schemas.actor import Actor
from schemas.audit import Action
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.database import Database
from storage.reads.patterns import parse_pattern
from storage.reads.search import ReadSearch

MOST_DAYS_WITHOUT_PLATE = 7
"""A search without a plate is about everybody who passed: it looks for one event, and not through weeks."""


def search_reads(
    actor: Actor,
    database: Database,
    settings: Settings,
    pattern: str | None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    camera_id: str | None = None,
    vehicle: VehicleCriteria | None = None,
    limit: int = 100,
    purpose: str | None = None,
    case_number: str | None = None,
    warrant: str | None = None,
) -> list[PlateRead]:
    """Find the newest reads that fit; the search stands in the audit before they are returned.

    Args:
        actor: Who searches.
        database: An open database.
        settings: The configuration.
        pattern: A plate; `?` stands for one unknown character, `*` for any number. O and 0 count as equal. None: any
            plate; then `since` is needed, at most seven days before `until`, and a camera or something of the vehicle.
        since: Captured at this time or later, aware.
        until: Captured before this time, aware; without a plate at the latest now.
        camera_id: Only this camera.
        vehicle: Only reads that say this of the vehicle or its way.
        limit: Most reads to return.
        purpose: Why; required, as the case number is, unless the law profile says otherwise.
        case_number: The case or call it belongs to.
        warrant: The warrant's number, where the law asks for one.

    Returns:
        Reads, newest first.

    Raises:
        InvalidInput: What is asked cannot be searched for, and nothing is written down; or purpose or case number say
            nothing, or the law does not permit the purpose, and that is.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    asked = vehicle or VehicleCriteria()
    sought = asked.sought()
    if pattern is None:
        until = _bounded(since, until, camera_id, asked)
    details = {
        "pattern": None if pattern is None else parse_pattern(pattern).text,
        "since": since,
        "until": until,
        "camera": camera_id,
        **asked.details,
    }
    record = asked_for(
        actor, database, settings, Action.SEARCH, purpose, case_number, back_to=since, warrant=warrant, **details
    )
    return ReadSearch(database).find(
        pattern, since=since, until=until, camera_id=camera_id, vehicle=sought, limit=limit, audit=record
    )


def _bounded(
    since: datetime | None, until: datetime | None, camera_id: str | None, vehicle: VehicleCriteria
) -> datetime:
    """Return until when a search without a plate looks; now where that is not said.

    Raises:
        InvalidInput: It is about too much.
    """
    if since is None:
        raise InvalidInput("a search without a plate needs the time from which on it looks (--since)")
    if camera_id is None and not vehicle.details:
        raise InvalidInput(
            "a search without a plate needs a camera (--camera) or something of the vehicle, like --color or --make"
        )
    until = until or datetime.now(UTC)
    if until - since > timedelta(days=MOST_DAYS_WITHOUT_PLATE):
        raise InvalidInput(
            f"a search without a plate may look through {MOST_DAYS_WITHOUT_PLATE} days at most; give --since and "
            "--until that are nearer to each other, or a plate"
        )
    return until
