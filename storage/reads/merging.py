"""Of a read's revisions the newest counts; what it does not say is taken from the newest one that does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from schemas.plates import canonical_plate
from schemas.settling import Arrived
from schemas.types import Movement, PlateRead, VehicleDescription

Value = TypeVar("Value")

Key = tuple[bool, int]
"""What orders the revisions of one read."""


def revision_key(read: PlateRead) -> Key:
    """Return what orders the revisions of one read: the greater one is the newer."""
    return read.is_final, read.revision


def without_doubles(reads: Sequence[PlateRead]) -> list[PlateRead]:
    """Return reads with every revision once, the one of the earliest capture where it comes several times."""
    if len({read.read_id for read in reads}) == len(reads):
        return list(reads)
    by_capture = sorted(reads, key=lambda read: read.captured_at, reverse=True)
    return list({(read.read_id, revision_key(read)): read for read in by_capture}.values())


def arrivals_of(reads: Sequence[PlateRead], stored: dict[UUID, Key]) -> list[Arrived]:
    """Return what every read is, as if each had come alone, in their order.

    Args:
        reads: The reads.
        stored: The newest revision of those that were stored before.
    """
    newest = dict(stored)
    found: list[Arrived] = []
    for read in reads:
        before, own = newest.get(read.read_id), revision_key(read)
        if before is None:
            found.append(Arrived.NEW)
        elif own == before:
            found.append(Arrived.AGAIN)
        else:
            found.append(Arrived.NEWER if own > before else Arrived.LATE)
        newest[read.read_id] = own if before is None else max(own, before)
    return found


def merged(revisions: Sequence[PlateRead]) -> PlateRead:
    """Return the newest revision of a read, with what it leaves open from the others: it overwrites nothing.

    The same revisions give the same read, whatever order they are in.

    Args:
        revisions: All of one read, at least one.
    """
    newest_first = sorted(revisions, key=revision_key, reverse=True)
    read = newest_first[0]
    for other in newest_first[1:]:
        read = _filled(read, other)
    return read


def _filled(read: PlateRead, other: PlateRead) -> PlateRead:
    """Return a read with what another revision knows and it does not."""
    if read.jurisdiction is None:
        read = dataclasses.replace(
            read, jurisdiction=other.jurisdiction, jurisdiction_confidence=other.jurisdiction_confidence
        )
    if read.context_image_key is None and other.context_image_key is not None:
        # The box is a place in that picture.
        read = dataclasses.replace(read, context_image_key=other.context_image_key, box=other.box)
    if canonical_plate(read.plate) == canonical_plate(other.plate):
        # These are about the text itself.
        read = dataclasses.replace(
            read,
            characters=read.characters or other.characters,
            second_reading=_first(read.second_reading, other.second_reading),
        )
    return dataclasses.replace(
        read,
        plate_image_key=_first(read.plate_image_key, other.plate_image_key),
        box=_first(read.box, other.box),
        location=_first(read.location, other.location),
        vehicle=_vehicle(read.vehicle, other.vehicle),
        movement=_movement(read.movement, other.movement),
        source_time=_first(read.source_time, other.source_time),
        arrived_at=_first(read.arrived_at, other.arrived_at),
        report=_first(read.report, other.report),
    )


def _vehicle(one: VehicleDescription | None, other: VehicleDescription | None) -> VehicleDescription | None:
    if one is None or other is None:
        return _first(one, other)
    return VehicleDescription._make(_each(one, other))


def _movement(one: Movement | None, other: Movement | None) -> Movement | None:
    if one is None or other is None:
        return _first(one, other)
    return Movement(*_each(dataclasses.astuple(one), dataclasses.astuple(other)))


def _each(one: Iterable[Value | None], other: Iterable[Value | None]) -> Iterable[Value | None]:
    return [_first(known, more) for known, more in zip(one, other, strict=True)]


def _first(one: Value | None, other: Value | None) -> Value | None:
    return other if one is None else one
