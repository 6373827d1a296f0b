"""What hits are compared with as they are settled, from the car's file; the same as PostgreSQL says."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.plates import canonical_plate
from schemas.settling import OpenAlert, Outcome, RaisedHit, Sighting
from schemas.types import Location, PlateRead, Tier
from storage.car.file import microseconds, moment_of
from storage.spool.sqlite_file import SqliteFile

NEAREST = 50
"""So many sightings before and after a read are looked at."""

_CHAIN = (
    "select chain.alert_id, chain.hit_id, chain.entry_id, chain.camera_id, chain.latitude, chain.longitude, "
    "chain.opened_us, chain.tier, chain.score, chain.confidence, chain.has_picture, chain.has_second_reading, "
    "chain.plates, chain.suspected_cameras "
    "from chains as chain join alerts as alert on alert.alert_id = chain.alert_id where alert.status = 'open' and "
)
_CHAINS_OF_ENTRY = (
    _CHAIN + "chain.entry_id = ? and chain.opened_us between ? and ? order by chain.opened_us, chain.alert_id"
)
_CHAIN_OF_ALERT = _CHAIN + "chain.alert_id = ?"
_RAISED = (
    "select hit.hit_id, hit.entry_id, hit.outcome, hit.alert_id, alert.payload "
    "from hits as hit left join alerts as alert on alert.alert_id = hit.alert_id where hit.read_id = ?"
)
_SHARED = (
    "select hit_id from hits where entry_id = ? and alert_id = ? and read_id <> ? "
    "and outcome in ('alerted', 'updated', 'suppressed')"
)
_SEEN = (
    "select read_id, camera_id, latitude, longitude, captured_us, confidence, jurisdiction from reads "
    "where canonical = ? and camera_id <> ? and latitude is not null and "
)
_SEEN_BEFORE = _SEEN + "captured_us between ? and ? order by captured_us desc"
_SEEN_AFTER = _SEEN + "captured_us > ? and captured_us <= ? order by captured_us"
_NEWEST = "select payload from alerts where alert_id = ? or updates = ? order by number desc limit 1"


def settled_hits(file: SqliteFile, hit_ids: Sequence[UUID]) -> dict[UUID, Outcome | None]:
    """See `storage.alerts.known.settled_hits`."""
    found: dict[UUID, Outcome | None] = {}
    for hit_id in hit_ids:
        row = file.execute("select outcome from hits where hit_id = ?", (hit_id.bytes,)).fetchone()
        if row is not None:
            found[hit_id] = Outcome(row[0])
    return found


def open_alerts(
    file: SqliteFile, entry_ids: Sequence[UUID], moments: Sequence[datetime], within: timedelta
) -> list[OpenAlert]:
    """See `storage.alerts.known.open_alerts`."""
    found: list[OpenAlert] = []
    for entry_id, moment in zip(entry_ids, moments, strict=True):
        span = microseconds(moment - within), microseconds(moment + within)
        found += map(_open_alert, file.execute(_CHAINS_OF_ENTRY, (entry_id.bytes, *span)).fetchall())
    return sorted(found, key=lambda alert: (alert.opened_at, alert.alert_id))


def open_chains(file: SqliteFile, alert_ids: Sequence[UUID]) -> list[OpenAlert]:
    """See `storage.alerts.known.open_chains`."""
    rows = (file.execute(_CHAIN_OF_ALERT, (alert_id.bytes,)).fetchone() for alert_id in alert_ids)
    return [_open_alert(row) for row in rows if row is not None]


def raised_hits(file: SqliteFile, read_ids: Sequence[UUID]) -> list[RaisedHit]:
    """See `storage.alerts.known.raised_hits`."""
    return [hit for read_id in read_ids for hit in _raised_hits(file, read_id)]


def _raised_hits(file: SqliteFile, read_id: UUID) -> Iterator[RaisedHit]:
    for hit_id, entry_id, outcome, alert_id, payload in file.execute(_RAISED, (read_id.bytes,)).fetchall():
        others = [] if alert_id is None else file.execute(_SHARED, (entry_id, alert_id, read_id.bytes)).fetchall()
        yield RaisedHit(
            UUID(bytes=hit_id),
            read_id,
            Outcome(outcome),
            None if alert_id is None else UUID(bytes=alert_id),
            None if payload is None else json.loads(payload),
            frozenset(UUID(bytes=other) for (other,) in others),
        )


def sightings(
    file: SqliteFile, reads: Sequence[PlateRead], within: timedelta, without: Collection[UUID]
) -> dict[UUID, list[Sighting]]:
    """See `storage.alerts.known.sightings`; `without` are the reads that do not count."""
    found: dict[UUID, list[Sighting]] = {}
    for read in reads:
        # Several revisions of a read may come together, each with a time and a text of its own.
        if seen := list(_sightings(file, read, within, without)):
            found.setdefault(read.read_id, []).extend(seen)
    return found


def _sightings(file: SqliteFile, read: PlateRead, within: timedelta, without: Collection[UUID]) -> Iterator[Sighting]:
    what = canonical_plate(read.plate), read.camera_id
    moment, span = microseconds(read.captured_at), within // timedelta(microseconds=1)
    before = file.execute(_SEEN_BEFORE, (*what, moment - span, moment))
    after = file.execute(_SEEN_AFTER, (*what, moment, moment + span))
    for rows in (before.fetchall(), after.fetchall()):
        counting = (row for row in rows if UUID(bytes=row[0]) not in without)
        for _, camera, latitude, longitude, captured_us, confidence, state in _first(counting, NEAREST):
            yield Sighting(camera, Location(latitude, longitude), moment_of(captured_us), confidence, state)


def _first(rows: Iterable[Any], count: int) -> Iterator[Any]:
    for _, row in zip(range(count), rows, strict=False):
        yield row


def newest_messages(file: SqliteFile, alert_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """See `storage.alerts.known.newest_messages`."""
    found: dict[UUID, dict[str, Any]] = {}
    for alert_id in alert_ids:
        row = file.execute(_NEWEST, (alert_id.bytes, alert_id.bytes)).fetchone()
        if row is not None:
            found[alert_id] = json.loads(row[0])
    return found


def _open_alert(row: Sequence[Any]) -> OpenAlert:
    alert, hit, entry, camera, latitude, longitude, opened_us, tier, score, confidence, picture, second, *texts = row
    plates, cameras = (tuple(json.loads(text)) for text in texts)
    return OpenAlert(
        alert_id=UUID(bytes=alert),
        hit_id=UUID(bytes=hit),
        entry_id=UUID(bytes=entry),
        camera_id=camera,
        location=None if latitude is None or longitude is None else Location(latitude, longitude),
        opened_at=moment_of(opened_us),
        tier=Tier(tier),
        score=score,
        confidence=confidence,
        has_picture=bool(picture),
        has_second_reading=bool(second),
        plates=plates,
        suspected_cameras=cameras,
    )
