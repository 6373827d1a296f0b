"""Where a PlateRead is made: the one place for vehicles' passes and for still pictures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recognition.reading.fusion import FusedRead
from recognition.states.reader import StateRead
from schemas.ids import read_id
from schemas.types import Box, PlateRead, ReaderVersion


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a sequence's reads come from: the constant part of every PlateRead."""

    camera_id: str
    agency_id: str
    source_item: str
    reader: ReaderVersion


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a plate besides its text: when and where it was seen, and its number within the source item.

    `captured_at` and `box` are of its best frame, `detection_confidence` (0-1) too. `identity` is the number and start
    that its pass has its id of, None: these.
    """

    number: int
    first_seen: datetime
    last_seen: datetime
    captured_at: datetime
    box: Box
    detection_confidence: float
    frame_count: int = 1
    identity: tuple[int, datetime] | None = None


def plate_read(origin: Origin, seen: Seen, fused: FusedRead, state: StateRead | None = None) -> PlateRead:
    """Make the read of one pass.

    Args:
        origin: Camera, agency, place and model.
        seen: When and where the plate was seen.
        fused: Its text with probabilities.
        state: Its state; None when it is not known.
    """
    number, start = seen.identity or (seen.number, seen.first_seen)
    return PlateRead(
        read_id=read_id(origin.camera_id, origin.source_item, start, number),
        camera_id=origin.camera_id,
        agency_id=origin.agency_id,
        captured_at=seen.captured_at,
        first_seen=seen.first_seen,
        last_seen=seen.last_seen,
        plate=fused.plate,
        confidence=fused.confidence,
        characters=fused.characters,
        jurisdiction=state.jurisdiction if state else None,
        jurisdiction_confidence=state.confidence if state else None,
        frame_count=seen.frame_count,
        track_number=seen.number,
        box=seen.box,
        reader=origin.reader,
    )
