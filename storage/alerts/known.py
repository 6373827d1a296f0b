"""What hits are compared with as they are settled: stored hits, open alerts, reads of the same number elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import kwargs_row

from schemas.events import NOT_CONFIRMED, ConfirmationEvent
from schemas.plates import canonical_plate
from schemas.settling import OpenAlert, Outcome, RaisedHit, Sighting
from schemas.types import Location, PlateRead, Tier
from storage import statements
from storage.database import Connection
from storage.sql import load_queries
from storage.values import storable

_SQL = load_queries("alerts/known")

NEAREST = 50
"""So many sightings before and after a read are looked at."""


def settled_hits(connection: Connection, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
    """Return what became of the hits that are stored; None where that was never decided.

    Args:
        connection: With the caller's transaction.
        hit_ids: Hits, stored or not.
    """
    rows = statements.all(connection, _SQL["stored_hits"], {"hit_ids": list(hit_ids)}, prepare=False)
    return {hit_id: _outcome(outcome, has_alert) for hit_id, outcome, has_alert in rows}


def open_alerts(
    connection: Connection, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta
) -> list[OpenAlert]:
    """Return entries' open alerts around moments, by the times of capture, oldest first; some may be there twice.

    Args:
        connection: With the caller's transaction.
        entry_ids: Hotlist entries.
        moments: One for each, aware.
        within: How far from it.
    """
    values = {
        "entry_ids": list(entry_ids),
        "since": [moment - within for moment in moments],
        "until": [moment + within for moment in moments],
    }
    return statements.all(connection, _SQL["open_alerts"], values, row=kwargs_row(_open_alert))


def open_chains(connection: Connection, alert_ids: Sequence[UUID]) -> list[OpenAlert]:
    """Return those of some first alerts that are open.

    Args:
        connection: With the caller's transaction.
        alert_ids: The alerts.
    """
    return statements.all(connection, _SQL["open_chains"], {"alert_ids": list(alert_ids)}, row=kwargs_row(_open_alert))


def raised_hits(connection: Connection, read_ids: Sequence[UUID]) -> list[RaisedHit]:
    """Return the stored hits of reads with what became of them.

    Args:
        connection: With the caller's transaction.
        read_ids: The reads.
    """
    rows = statements.all(connection, _SQL["raised_hits"], {"read_ids": list(read_ids)})
    return [
        RaisedHit(hit, read, Outcome(outcome), alert_id, payload, frozenset(others))
        for hit, read, outcome, alert_id, payload, others in rows
    ]


def sightings(
    connection: Connection, reads: Sequence[PlateRead], within: timedelta, together: Collection[UUID]
) -> dict[UUID, list[Sighting]]:
    """Return, by read id, the reads of a read's canonical text at other cameras with coordinates, the nearest in time.

    Args:
        connection: With the caller's transaction.
        reads: The reads.
        within: How far from their captures.
        together: Reads that do not count if this transaction has stored them.
    """
    values = {
        "read_ids": [read.read_id for read in reads],
        "canonicals": [storable(canonical_plate(read.plate)) for read in reads],
        "moments": [read.captured_at for read in reads],
        "cameras": [storable(read.camera_id) for read in reads],
        "within": within,
        "together": list(together),
        "limit": NEAREST,
    }
    found: dict[UUID, list[Sighting]] = {}
    for read_id, camera, latitude, longitude, moment, confidence, state in statements.all(
        connection, _SQL["sightings"], values
    ):
        seen = Sighting(camera, Location(latitude, longitude), moment, confidence, state)
        found.setdefault(read_id, []).append(seen)
    return found


def newest_messages(connection: Connection, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the newest message about each vehicle as a JSON object, by its first alert, unless gone.

    Args:
        connection: With the caller's transaction.
        alert_ids: The first alerts.
    """
    return dict(statements.all(connection, _SQL["newest"], {"alert_ids": list(alert_ids)}))


def _outcome(outcome: str | None, has_alert: bool) -> Outcome | None:
    if outcome is None:
        return Outcome.ALERTED if has_alert else None
    return Outcome(outcome)


def _open_alert(
    *,
    latitude: float | None,
    longitude: float | None,
    tier: str,
    plates: list[str],
    suspected_cameras: list[str],
    confirmation: dict[str, Any] | None,
    **others: Any,
) -> OpenAlert:
    return OpenAlert(
        confirmation=NOT_CONFIRMED if confirmation is None else ConfirmationEvent.model_validate(confirmation),
        location=None if latitude is None or longitude is None else Location(latitude, longitude),
        tier=Tier(tier),
        plates=tuple(plates),
        suspected_cameras=tuple(suspected_cameras),
        **others,
    )
