"""Searching the history of reads by what is asked most."""

from __future__ import annotations

from datetime import datetime

from operations.criteria import VehicleCriteria
from operations.reasons import Why
from operations.searches.finding import find_reads
from operations.searches.query import ReadQuery
from schemas.actor import Actor
from schemas.settings import Settings
from schemas.types import PlateRead
from storage.database import Database


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
    offense: str | None = None,
) -> list[PlateRead]:
    """Find the newest reads that fit; as `operations.searches.finding.find_reads`, without what people corrected.

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
        offense: The type of the offense, by the FBI's code or name, where the purpose does not name it.

    Returns:
        Reads, newest first.

    Raises:
        InvalidInput: What is asked cannot be searched for, and nothing is written down; or purpose or case number say
            nothing, or the law does not permit the purpose, and that is.
        ConfigurationError: The law profile cannot be used.
        DatabaseUnavailable: The server is down.
    """
    cameras = () if camera_id is None else (camera_id,)
    query = ReadQuery(pattern, since, until, cameras, vehicle=vehicle or VehicleCriteria(), limit=limit)
    why = Why(purpose, case_number, warrant, offense)
    return list(find_reads(actor, database, settings, query, why).reads)
