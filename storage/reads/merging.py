"""Of a read's revisions the newest counts; what it does not say is taken from the newest one that does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeVar

from schemas.plates import canonical_plate
from schemas.types import Movement, PlateRead, VehicleDescription

Value = TypeVar("Value")


def revision_key(read: PlateRead) -> tuple[bool, int]:
    """Return what orders the revisions of one read: the greater one is the newer."""
    return read.is_final, read.revision


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
