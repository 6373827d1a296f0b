"""Reads between their in-process and their wire form: one survives the way there and back unchanged."""

from __future__ import annotations

from schemas.convert.vehicles import vehicle_from_event, vehicle_to_event
from schemas.events import BoxEvent, CharacterEvent, LocationEvent, PlateReadEvent, SecondReadingEvent, SourceEvent
from schemas.types import Box, CharacterRead, Location, PlateRead, ReaderVersion, SecondReading


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
        box=_box_to_event(read.box),
        plate_image_key=read.plate_image_key,
        context_image_key=read.context_image_key,
        vehicle=vehicle_to_event(read.vehicle),
        source=SourceEvent(name=read.reader.name, version=read.reader.version),
        second_reading=_second_reading_to_event(read.second_reading),
        claimed_at=read.claimed_at,
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
            CharacterRead(character.character, character.confidence, character.alternatives)
            for character in event.characters
        ),
        jurisdiction=event.jurisdiction,
        jurisdiction_confidence=event.jurisdiction_confidence,
        location=_location_from_event(event.location),
        frame_count=event.frame_count,
        track_number=event.track_number,
        box=_box_from_event(event.box),
        plate_image_key=event.plate_image_key,
        context_image_key=event.context_image_key,
        vehicle=vehicle_from_event(event.vehicle),
        reader=ReaderVersion(event.source.name, event.source.version),
        second_reading=_second_reading_from_event(event.second_reading),
        claimed_at=event.claimed_at,
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
    return LocationEvent(latitude=location.latitude, longitude=location.longitude, heading=location.heading)


def _location_from_event(event: LocationEvent | None) -> Location | None:
    return None if event is None else Location(event.latitude, event.longitude, event.heading)


def _box_to_event(box: Box | None) -> BoxEvent | None:
    return None if box is None else BoxEvent(x1=box.x1, y1=box.y1, x2=box.x2, y2=box.y2)


def _box_from_event(event: BoxEvent | None) -> Box | None:
    return None if event is None else Box(event.x1, event.y1, event.x2, event.y2)
