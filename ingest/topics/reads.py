"""A message of the reads topic as an event, or why it is none: whatever comes, nothing that it holds may do harm."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from schemas.errors import InvalidInput
from schemas.events import PlateReadEvent, PublishedRead, problems_in
from schemas.printable import printable
from storage.reads.images import is_key_of

VERSION = "1"
EARLIEST, LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""What every time lies between that a clock of a camera or a vendor's server ever said."""
LONGEST_AHEAD = timedelta(days=1)
"""A publisher whose clock is ahead by more than this dates nothing."""
MOST_CHARACTERS = 64
LONGEST_NAME = 200
LONGEST_TEXT = 4096
LARGEST_NUMBER = 1e9
MOST_INTEGER = 2**31 - 1
_TIMES = ("captured_at", "first_seen", "last_seen", "claimed_at", "source_time", "arrived_at")
_PARTS = ("vehicle", "movement", "source", "second_reading", "report")
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def published_read(value: bytes | None, *, agency_id: str, max_bytes: int, now: datetime) -> PublishedRead:
    """Return the event of a message.

    A publisher whose clock is ahead of ours by less than a day had the read now: what is dated by its arrival, and what
    is held against it, goes by one clock.

    Args:
        value: The message.
        agency_id: Whose reads are taken.
        max_bytes: The largest message that is taken.
        now: When it came here, aware.

    Raises:
        InvalidInput: It is no read of this agency that can be; says why, without what it holds.
    """
    if value is None:
        raise InvalidInput("the message has no content")
    if len(value) > max_bytes:
        raise InvalidInput(f"the message has {len(value)} bytes, more than kafka.max_message_bytes ({max_bytes})")
    try:
        event = PublishedRead.model_validate_json(value, strict=True)
    except ValidationError as error:
        raise InvalidInput(_why_not(value, error)) from None
    problem = _whose(event, agency_id) or next(_problems(event, value), None) or _impossible(event, now)
    if problem is not None:
        raise InvalidInput(problem)
    return event if event.arrived_at <= now else event.model_copy(update={"arrived_at": now})


def _why_not(value: bytes, error: ValidationError) -> str:
    """Return why a message is none, as whoever has to do something about it has to know it."""
    try:
        found: Any = from_json(value)
    except ValueError:
        return "the message is not JSON"
    if not isinstance(found, dict):
        return "the message is JSON, but no object"
    version = found.get("schema_version", VERSION)
    if version != VERSION:
        shown = printable(str(version))[:20]
        return f"the message has schema version '{shown}', and version {VERSION} is read here; update this machine"
    return f"the message is no read: {problems_in(error)}"


def _whose(event: PublishedRead, agency_id: str) -> str | None:
    if event.read.agency_id == agency_id:
        return None
    shown = printable(event.read.agency_id)[:64]
    return f"the read is of agency '{shown}', and this installation is that of '{agency_id}'"


def _problems(event: PublishedRead, value: bytes) -> Iterator[str]:
    read = event.read
    yield from _bad_texts(read, value)
    yield from _bad_numbers(event)
    for name in ("plate_image_key", "context_image_key"):
        key = getattr(read, name)
        if key is not None and not is_key_of(key, read.read_id):
            yield f"read.{name} is not the key of a picture of this read"
    if max([len(read.characters), *[len(each.alternatives) for each in read.characters]]) > MOST_CHARACTERS:
        yield f"read.characters: more than {MOST_CHARACTERS} characters, or alternatives of one"


def _bad_texts(read: PlateReadEvent, value: bytes) -> Iterator[str]:
    for name, most in (("camera_id", LONGEST_NAME), ("plate", MOST_CHARACTERS)):
        text = getattr(read, name)
        if len(text) > most or printable(text) != text or (name == "camera_id" and not text.strip()):
            yield f"read.{name} is empty, longer than {most} characters, or holds signs that cannot be printed"
    if read.jurisdiction is not None and len(read.jurisdiction) > LONGEST_NAME:
        yield f"read.jurisdiction is longer than {LONGEST_NAME} characters"
    for name, text in _texts(read):
        if len(text) > LONGEST_TEXT:
            yield f"read.{name} is longer than {LONGEST_TEXT} characters"
    # Of a vendor's own message it is kept, as an escape; an alert cannot hold it.
    if b"\\u0000" in value and _NUL.search(read.model_dump_json().encode()):
        yield "the read holds a zero character"


def _texts(read: PlateReadEvent) -> Iterator[tuple[str, str]]:
    for part in _PARTS:
        found = getattr(read, part)
        if found is not None:
            for name, text in vars(found).items():
                if isinstance(text, str) and name != "vendor_hit":
                    yield f"{part}.{name}", text


def _bad_numbers(event: PublishedRead) -> Iterator[str]:
    read, moved, place = event.read, event.read.movement, event.read.location
    boxes = [box for box in (read.box, event.plate_box) if box is not None]
    numbers = [number for box in boxes for number in (box.x1, box.y1, box.x2, box.y2)]
    numbers += [moved.speed] if moved is not None and moved.speed is not None else []
    if place is not None:
        numbers += [value for value in (place.heading, place.fix_age, place.speed) if value is not None]
    if any(not math.isfinite(number) or abs(number) > LARGEST_NUMBER for number in numbers):
        yield "a number of the read is none, or too large"
    if read.revision > 2**53 or read.frame_count > MOST_INTEGER or not 0 <= read.track_number <= MOST_INTEGER:
        yield "read.revision, frame_count or track_number is too large, or below 0"
    year = None if read.vehicle is None else read.vehicle.year
    if year is not None and not 0 <= year <= 9999:
        yield "read.vehicle.year is none"


def _is_possible(moment: datetime) -> bool:
    # No offset is a year long, and to compare times with offsets takes a while.
    return EARLIEST.year < moment.year < LATEST.year - 1 or EARLIEST <= moment <= LATEST


def _impossible(event: PublishedRead, now: datetime) -> str | None:
    read = event.read
    for name in _TIMES:
        moment = getattr(read, name)
        if moment is not None and not _is_possible(moment):
            return f"read.{name} is no time at which anything could be read"
    for name, moment in (("arrived_at", event.arrived_at), ("clock.item_began", event.clock.item_began)):
        if moment is not None and not _is_possible(moment):
            return f"{name} is no time at which anything could be read"
    if not read.first_seen <= read.captured_at <= read.last_seen:
        return "read.captured_at does not lie between first_seen and last_seen"
    if event.arrived_at - now > LONGEST_AHEAD:
        return "arrived_at lies more than a day ahead: the publisher's clock is wrong; set it"
    return None
