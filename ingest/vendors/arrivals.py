"""What a vendor reported -> a read as every other one: its camera, its id, its pictures, its clock."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from datetime import UTC, datetime, timedelta

from ingest.vendors.adapter import Parsed, PictureUrl, ReportedRead
from ingest.vendors.characters import characters_of
from ingest.vendors.parts.pictures import kept_picture
from ingest.vendors.passes import Passes, Placed
from schemas.arrivals import Pictures
from schemas.clocks import LONGEST_PASS, SourceClock
from schemas.errors import InvalidInput
from schemas.plates import normalize_plate
from schemas.settings import IngestSource
from schemas.types import Box, DatedBy, Location, PlateRead, ReaderVersion, VendorReport

_MOST_REVISION = 2**31 - 1
_LONGEST_NAME = 63


@dataclasses.dataclass(frozen=True, slots=True)
class ReportedArrival:
    """One read with all that it needs to be handed on; `urls` name pictures that are still to be fetched.

    `notes` say which pictures were left out, and why, each in one line.
    """

    read: PlateRead
    pictures: Pictures
    urls: tuple[PictureUrl, ...]
    clock: SourceClock
    arrived_at: datetime
    notes: tuple[str, ...] = ()


class Arrivals:
    """Turns what messages say into reads.

    Args:
        agency_id: Whose reads they are.
        unknown_confidence: What a read is taken for whose reader gives no confidence (`ingest.unknown_confidence`),
                unless its source's settings say.
        passes: Which pass each read is of; one for the whole process, so that one pass stays one read.
    """

    def __init__(self, agency_id: str, unknown_confidence: float, passes: Passes) -> None:
        self._agency_id = agency_id
        self._unknown_confidence = unknown_confidence
        self._passes = passes

    def of(self, parsed: Parsed, source: IngestSource, received_at: datetime) -> list[ReportedArrival]:
        """Return the reads of a message.

        Args:
            parsed: What the source's adapter found in it.
            source: Who sent it.
            received_at: When it came, aware.
        """
        return [self._of(read, parsed.payload, source, received_at.astimezone(UTC)) for read in parsed.reads]

    def _of(self, read: ReportedRead, payload: str, source: IngestSource, received_at: datetime) -> ReportedArrival:
        camera_id = camera_of(source, read.camera)
        captured_at = (read.captured_at or received_at).astimezone(UTC)
        placed = self._passes.place(source.id, camera_id, read, captured_at)
        first, last = _span(read, placed, captured_at)
        pictures, notes = _pictures(read)
        plate = normalize_plate(read.plate)
        assumed = self._unknown_confidence if source.unknown_confidence is None else source.unknown_confidence
        confidence = assumed if read.confidence is None else read.confidence
        made = PlateRead(
            read_id=placed.read_id,
            camera_id=camera_id,
            agency_id=self._agency_id,
            captured_at=captured_at,
            first_seen=first,
            last_seen=last,
            plate=plate,
            confidence=confidence,
            characters=characters_of(plate, confidence, read.candidates, read.character_confidences),
            jurisdiction=read.jurisdiction,
            jurisdiction_confidence=read.jurisdiction_confidence if read.jurisdiction else None,
            location=_location(source, read),
            frame_count=placed.frame_count,
            box=read.box,
            vehicle=read.vehicle,
            reader=read.reader or ReaderVersion(source.vendor),
            confidence_is_known=read.confidence is not None,
            dated_by=DatedBy.ARRIVAL if read.captured_at is None else DatedBy.SOURCE,
            source_time=None if read.captured_at is None else captured_at,
            arrived_at=received_at,
            movement=read.movement,
            report=VendorReport(source.vendor, read.pass_id, read.hit, read.is_retransmission, payload or None),
            revision=min(max(placed.revision, 0), _MOST_REVISION),
            is_final=read.is_final,
        )
        return ReportedArrival(made, pictures, read.picture_urls, _clock(source), received_at, notes)


def camera_of(source: IngestSource, name: str) -> str:
    """Return what reads call a source's reader.

    Args:
        source: The source.
        name: The vendor's name or id of the reader; empty: it has none.
    """
    place = source.readers.get(name)
    if place is not None and place.id is not None:
        return place.id
    plain = re.sub(r"[^a-z0-9_]+", "-", name.casefold()).strip("-")
    found = f"{source.id}-{plain}" if plain else source.id
    if len(found) > _LONGEST_NAME or any(sign.isalnum() and not sign.isascii() for sign in name):
        # What is cut off or left out may be what tells two readers apart.
        found = f"{found[: _LONGEST_NAME - 9]}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return found


def _location(source: IngestSource, read: ReportedRead) -> Location | None:
    """Return where a reader stands: what a person says of it, else the message, else what holds for the source."""
    place = source.readers.get(read.camera)
    for said in (place, None, source):
        if said is None:
            if read.location is not None:
                heading = place.heading if place is not None else None
                return dataclasses.replace(read.location, heading=_either(read.location.heading, heading))
        elif said.latitude is not None and said.longitude is not None:
            return Location(said.latitude, said.longitude, said.heading)
    return None


def _either(first: float | None, second: float | None) -> float | None:
    return second if first is None else first


def _span(read: ReportedRead, placed: Placed, captured_at: datetime) -> tuple[datetime, datetime]:
    first = min(placed.first_seen, captured_at).astimezone(UTC)
    last = max(placed.last_seen, captured_at).astimezone(UTC)
    if last - first > LONGEST_PASS:
        # One of the times is wrong, or the vendor's id names more than one pass.
        return captured_at, captured_at
    return first, last


def _pictures(read: ReportedRead) -> tuple[Pictures, tuple[str, ...]]:
    found: list[bytes | None] = []
    notes: list[str] = []
    for name, data in (("plate", read.plate_picture), ("context", read.context_picture)):
        try:
            found.append(None if data is None else kept_picture(data, name))
        except InvalidInput as error:
            found.append(None)
            notes.append(error.message)
    plate, context = found
    box: Box | None = read.plate_box if plate is not None else None
    return Pictures(plate, context, box), tuple(notes)


def _clock(source: IngestSource) -> SourceClock:
    ahead, behind = source.clock_ahead_minutes, source.clock_behind_days
    return SourceClock(
        ahead=None if ahead is None else timedelta(minutes=ahead),
        behind=None if behind is None else timedelta(days=behind),
        off=timedelta(seconds=source.clock_off_seconds),
    )
