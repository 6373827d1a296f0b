"""Reads and hits as rows, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg import Cursor
from psycopg.rows import dict_row

from schemas.plates import canonical_plate
from schemas.types import (
    Box,
    CharacterRead,
    DatedBy,
    Hit,
    Location,
    Movement,
    PlateRead,
    ReaderVersion,
    SecondReading,
    VendorReport,
)
from storage.values import jsonb, optional, storable, vehicle_json, vehicle_of


def read_row(read: PlateRead) -> tuple[Any, ...]:
    """Return a read as a row of `reads`, in the order of the statement `copy_reads`."""
    place, box, vehicle, second = read.location, read.box, vehicle_json(read.vehicle), read.second_reading
    moved, report = read.movement or Movement(), read.report
    return (
        read.read_id,
        read.captured_at,
        read.first_seen,
        read.last_seen,
        storable(read.camera_id),
        storable(read.agency_id),
        storable(read.plate),
        storable(canonical_plate(read.plate)),
        float(read.confidence),
        jsonb([_character_json(character) for character in read.characters]),
        optional(read.jurisdiction),
        None if read.jurisdiction_confidence is None else float(read.jurisdiction_confidence),
        None if place is None else float(place.latitude),
        None if place is None else float(place.longitude),
        None if place is None or place.heading is None else float(place.heading),
        read.frame_count,
        read.track_number,
        None if box is None else _array(box.x1, box.y1, box.x2, box.y2),
        optional(read.plate_image_key),
        optional(read.context_image_key),
        None if vehicle is None else jsonb(vehicle),
        storable(read.reader.name),
        storable(read.reader.version),
        None if second is None else jsonb(_second_reading_json(second)),
        read.claimed_at,
        read.revision,
        read.is_final,
        read.confidence_is_known,
        read.dated_by.value,
        read.source_time,
        read.arrived_at,
        optional(moved.lane),
        optional(moved.direction),
        None if moved.speed is None else float(moved.speed),
        *_report_values(report),
        None if place is None or place.fix_age is None else float(place.fix_age),
        None if place is None or place.speed is None else float(place.speed),
    )


def _array(*numbers: float) -> str:
    """Return numbers as PostgreSQL writes an array: what psycopg makes of a list takes ten times as long."""
    return "{" + ",".join([repr(float(number)) for number in numbers]) + "}"


def _report_values(report: VendorReport | None) -> tuple[Any, ...]:
    if report is None:
        return None, None, None, False, None
    return (
        storable(report.vendor),
        optional(report.pass_id),
        optional(report.hit),
        report.is_retransmission,
        optional(report.payload),
    )


def _second_reading_json(reading: SecondReading) -> dict[str, Any]:
    sure = reading.jurisdiction_confidence
    return {
        "text": storable(reading.text),
        "score": float(reading.score),
        "agrees": reading.agrees,
        "jurisdiction": optional(reading.jurisdiction),
        "jurisdiction_confidence": None if sure is None else float(sure),
        "reader": storable(reading.reader),
    }


def _character_json(character: CharacterRead) -> list[Any]:
    alternatives = [[_symbol(text), float(probability)] for text, probability in character.alternatives]
    return [_symbol(character.character), float(character.confidence), alternatives]


_symbol = lru_cache(maxsize=1024)(storable)
"""A read has twenty of them, and they are always the same."""


def stored_read(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], PlateRead]:
    """Make rows of `reads` plate reads, as psycopg's row factories do."""
    by_name = dict_row(cursor)
    return lambda values: read_of(by_name(values))


def read_of(row: Mapping[str, Any]) -> PlateRead:
    """Return the read of a row of `reads`, by the names of its columns."""
    location = None
    if row["latitude"] is not None:
        location = Location(row["latitude"], row["longitude"], row["heading"], row["fix_age"], row["camera_speed"])
    return PlateRead(
        read_id=row["read_id"],
        camera_id=row["camera_id"],
        agency_id=row["agency_id"],
        captured_at=row["captured_at"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        plate=row["plate"],
        confidence=row["confidence"],
        characters=tuple(
            CharacterRead(text, float(confidence), tuple((other, float(share)) for other, share in alternatives))
            for text, confidence, alternatives in row["characters"]
        ),
        jurisdiction=row["jurisdiction"],
        jurisdiction_confidence=row["jurisdiction_confidence"],
        location=location,
        frame_count=row["frame_count"],
        track_number=row["track_number"],
        box=None if row["box"] is None else Box(*row["box"]),
        plate_image_key=row["plate_image_key"],
        context_image_key=row["context_image_key"],
        vehicle=vehicle_of(row["vehicle"]),
        reader=ReaderVersion(row["source_name"], row["source_version"]),
        second_reading=None if row["second_reading"] is None else SecondReading(**row["second_reading"]),
        claimed_at=row["claimed_at"],
        confidence_is_known=row["confidence_is_known"],
        dated_by=DatedBy(row["dated_by"]),
        source_time=row["source_time"],
        arrived_at=row["arrived_at"],
        movement=_movement_of(row),
        report=_report_of(row),
        revision=row["revision"],
        is_final=row["is_final"],
    )


def _movement_of(row: Mapping[str, Any]) -> Movement | None:
    movement = Movement(row["lane"], row["direction"], row["speed"])
    return None if movement == Movement() else movement


def _report_of(row: Mapping[str, Any]) -> VendorReport | None:
    if row["vendor"] is None:
        return None
    return VendorReport(row["vendor"], row["pass_id"], row["vendor_hit"], row["is_retransmission"], row["payload"])


def hit_row(hit: Hit, captured_at: datetime) -> tuple[Any, ...]:
    """Return a hit as a row of `hits`.

    Args:
        hit: The hit.
        captured_at: When its read was captured, aware.
    """
    characters = [[item.read, item.listed, float(item.probability), item.relation] for item in hit.characters]
    return (
        hit.hit_id,
        hit.read_id,
        captured_at,
        hit.entry_id,
        hit.hotlist_id,
        hit.tier.value,
        float(hit.score),
        storable(hit.explanation),
        jsonb(characters),
        hit.jurisdiction_agrees,
        hit.edit_distance,
        hit.list_as_of,
        hit.list_age_seconds,
        hit.second_reader_agrees,
    )
