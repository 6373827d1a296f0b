"""Reads between their in-process and their wire form.

One survives the way there and back unchanged, but for another vendor's message, which does not travel, nor does a
vendor's hit that is very long.
"""

from __future__ import annotations

from schemas.convert.vehicles import vehicle_from_event, vehicle_to_event
from schemas.events import (
    BoxEvent,
    CharacterEvent,
    LocationEvent,
    MovementEvent,
    PlateReadEvent,
    SecondReadingEvent,
    SourceEvent,
    VendorReportEvent,
)
from schemas.events.reads import MAX_VENDOR_HIT
from schemas.types import Box, CharacterRead, Location, Movement, PlateRead, ReaderVersion, SecondReading, VendorReport


def read_to_event(read: PlateRead) -> PlateReadEvent:
    """Return the wire form of a read."""
    return PlateReadEvent(
        read_id=read.read_id,
        camera_id=read.camera_id,
        agency_id=read.agency_id,
        captured_at=read.captured_at,
        first_seen=read.first_seen,
        last_seen=read.last_seen,
        plate=read.plate,
        confidence=read.confidence,
        characters=tuple(
            CharacterEvent(
                character=character.character, confidence=character.confidence, alternatives=character.alternatives
            )
            for character in read.characters
        ),
        jurisdiction=read.jurisdiction,
        jurisdiction_confidence=read.jurisdiction_confidence,
        location=_location_to_event(read.location),
        frame_count=read.frame_count,
        track_number=read.track_number,
        box=box_to_event(read.box),
        plate_image_key=read.plate_image_key,
        context_image_key=read.context_image_key,
        vehicle=vehicle_to_event(read.vehicle),
        source=SourceEvent(name=read.reader.name, version=read.reader.version),
        second_reading=_second_reading_to_event(read.second_reading),
        claimed_at=read.claimed_at,
        confidence_is_known=read.confidence_is_known,
        dated_by=read.dated_by,
        source_time=read.source_time,
        arrived_at=read.arrived_at,
        movement=_movement_to_event(read.movement),
        report=_report_to_event(read.report),
        revision=read.revision,
        is_final=read.is_final,
    )


def read_from_event(event: PlateReadEvent) -> PlateRead:
    """Return the in-process form of a read."""
    return PlateRead(
        read_id=event.read_id,
        camera_id=event.camera_id,
        agency_id=event.agency_id,
        captured_at=event.captured_at,
        first_seen=event.first_seen,
        last_seen=event.last_seen,
        plate=event.plate,
        confidence=event.confidence,
        characters=tuple(
            [CharacterRead(each.character, each.confidence, each.alternatives) for each in event.characters]
        ),
        jurisdiction=event.jurisdiction,
        jurisdiction_confidence=event.jurisdiction_confidence,
        location=_location_from_event(event.location),
        frame_count=event.frame_count,
        track_number=event.track_number,
        box=box_from_event(event.box),
        plate_image_key=event.plate_image_key,
        context_image_key=event.context_image_key,
        vehicle=vehicle_from_event(event.vehicle),
        reader=ReaderVersion(event.source.name, event.source.version),
        second_reading=_second_reading_from_event(event.second_reading),
        claimed_at=event.claimed_at,
        confidence_is_known=event.confidence_is_known,
        dated_by=event.dated_by,
        source_time=event.source_time,
        arrived_at=event.arrived_at,
        movement=_movement_from_event(event.movement),
        report=_report_from_event(event.report),
        revision=event.revision,
        is_final=event.is_final,
    )


def _second_reading_to_event(reading: SecondReading | None) -> SecondReadingEvent | None:
    if reading is None:
        return None
    return SecondReadingEvent(
        text=reading.text,
        score=reading.score,
        agrees=reading.agrees,
        jurisdiction=reading.jurisdiction,
        jurisdiction_confidence=reading.jurisdiction_confidence,
        reader=reading.reader,
    )


def _second_reading_from_event(event: SecondReadingEvent | None) -> SecondReading | None:
    if event is None:
        return None
    return SecondReading(
        event.text, event.score, event.agrees, event.jurisdiction, event.jurisdiction_confidence, event.reader
    )


def _location_to_event(location: Location | None) -> LocationEvent | None:
    if location is None:
        return None
    return LocationEvent(
        latitude=location.latitude,
        longitude=location.longitude,
        heading=location.heading,
        fix_age=location.fix_age,
        speed=location.speed,
    )


def _location_from_event(event: LocationEvent | None) -> Location | None:
    return (
        None if event is None else Location(event.latitude, event.longitude, event.heading, event.fix_age, event.speed)
    )


def box_to_event(box: Box | None) -> BoxEvent | None:
    """Return the wire form of a rectangle."""
    return None if box is None else BoxEvent(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2)


def box_from_event(event: BoxEvent | None) -> Box | None:
    """Return the in-process form of a rectangle."""
    return None if event is None else Box(event.x1, event.y1, event.x2, event.y2)


def _movement_to_event(movement: Movement | None) -> MovementEvent | None:
    if movement is None:
        return None
    return MovementEvent(lane=movement.lane, direction=movement.direction, speed=movement.speed)


def _movement_from_event(event: MovementEvent | None) -> Movement | None:
    return None if event is None else Movement(event.lane, event.direction, event.speed)


def _report_to_event(report: VendorReport | None) -> VendorReportEvent | None:
    if report is None:
        return None
    is_long = report.hit is not None and len(report.hit) > MAX_VENDOR_HIT
    return VendorReportEvent(
        vendor=report.vendor,
        pass_id=report.pass_id,
        vendor_hit=None if is_long else report.hit,
        vendor_hit_left_out=is_long,
        is_retransmission=report.is_retransmission,
    )


def _report_from_event(event: VendorReportEvent | None) -> VendorReport | None:
    if event is None:
        return None
    return VendorReport(event.vendor, event.pass_id, event.vendor_hit, event.is_retransmission)
