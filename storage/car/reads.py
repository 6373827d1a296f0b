"""Reads in the car's file: each once, however often it comes, and what of it goes home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from schemas.convert import arrival_to_event, read_from_event
from schemas.events.published import PublishedRead
from schemas.plates import canonical_plate
from schemas.settling import Arrived
from schemas.types import PlateRead
from storage.car.expected import Expected, ExpectedArrivals
from storage.car.file import microseconds
from storage.reads.merging import Key, arrivals_of, merged, revision_key, without_doubles
from storage.spool.sqlite_file import SqliteFile

_SAVE = (
    "insert into reads (read_id, is_final, revision, captured_us, camera_id, canonical, latitude, longitude, "
    "confidence, jurisdiction) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (read_id) do update set "
    "is_final = excluded.is_final, revision = excluded.revision, captured_us = excluded.captured_us, "
    "camera_id = excluded.camera_id, canonical = excluded.canonical, latitude = excluded.latitude, "
    "longitude = excluded.longitude, confidence = excluded.confidence, jurisdiction = excluded.jurisdiction"
)
_KEY = "select is_final, revision from reads where read_id = ?"
_UPLOAD = (
    "insert into uploads (kind, upload_id, read_id, captured_us, body) values ('read', ?, ?, ?, ?) "
    "on conflict (upload_id) do nothing"
)
_PICTURE = "insert into pictures (key, read_id, captured_us, size) values (?, ?, ?, ?) on conflict (key) do nothing"
_REVISIONS = "select body from uploads where read_id = ? and kind = 'read'"


def write_reads(
    file: SqliteFile, reads: Sequence[PlateRead], expected: ExpectedArrivals
) -> tuple[list[Arrived], set[UUID]]:
    """Store reads that are not stored yet, and what those that are say anew.

    Args:
        file: With the caller's transaction.
        reads: The reads.
        expected: What is known of their arrivals.

    Returns:
        What every read is, and which of them this transaction has written.
    """
    stored = _stored_keys(file, {read.read_id for read in reads})
    found = arrivals_of(reads, stored)
    several = {read.read_id for read, what in zip(reads, found, strict=True) if what in (Arrived.NEWER, Arrived.LATE)}
    chosen = {id(read) for read in without_doubles(reads)}
    for read in (one for one in reads if id(one) in chosen):
        if stored.get(read.read_id) != revision_key(read):
            _send_home(file, expected.of(read))
        _note_pictures(file, expected.of(read))
        if read.read_id not in stored and read.read_id not in several:
            _save(file, read)
    for read_id in several:
        shown = merged(_revisions(file, read_id))
        # Of a read that is at home already, what came last may be the only one that is known here.
        if revision_key(shown) >= stored.get(read_id, (False, -1)):
            _save(file, shown)
    return found, several | ({read.read_id for read in reads} - stored.keys())


def _stored_keys(file: SqliteFile, read_ids: Iterable[UUID]) -> dict[UUID, Key]:
    found = {}
    for read_id in read_ids:
        row = file.execute(_KEY, (read_id.bytes,)).fetchone()
        if row is not None:
            found[read_id] = (bool(row[0]), int(row[1]))
    return found


def _revisions(file: SqliteFile, read_id: UUID) -> list[PlateRead]:
    rows = file.execute(_REVISIONS, (read_id.bytes,)).fetchall()
    return [read_from_event(PublishedRead.model_validate_json(body).read) for (body,) in rows]


def _save(file: SqliteFile, read: PlateRead) -> None:
    # What nothing may be concluded from has no place: a clock that was wrong does not say when it was there.
    place = read.location if read.claimed_at is None else None
    file.execute(
        _SAVE,
        (
            read.read_id.bytes,
            read.is_final,
            read.revision,
            microseconds(read.captured_at),
            read.camera_id,
            canonical_plate(read.plate),
            None if place is None else float(place.latitude),
            None if place is None else float(place.longitude),
            float(read.stated_confidence),
            read.jurisdiction,
        ),
    )


def _send_home(file: SqliteFile, expected: Expected) -> None:
    event, read = arrival_to_event(expected.arrival), expected.arrival.read
    body = event.model_dump_json().encode()
    file.execute(_UPLOAD, (str(event.message_id), read.read_id.bytes, microseconds(read.captured_at), body))


def _note_pictures(file: SqliteFile, expected: Expected) -> None:
    read = expected.arrival.read
    for key, size in (
        (read.plate_image_key, expected.plate_bytes),
        (read.context_image_key, expected.context_bytes),
    ):
        if key is not None:
            file.execute(_PICTURE, (key, read.read_id.bytes, microseconds(read.captured_at), size))
