"""What cameras note beside their pictures: how they were held, and when they were released.

Source: CIPA DC-008 (Exif 3.0) sections 4.6.4 and 4.6.5.
"""

from __future__ import annotations

import re
import struct
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from ingest.formats import heif, jpeg, png

_ORIENTATION, _SUB_IFD = 0x0112, 0x8769
_TAKEN = (0x9003, 0x9011, 0x9291)
"""Tags of the time at which a picture was taken, of its zone, and of the second's fraction."""
_DIGITIZED = (0x9004, 0x9012, 0x9292)

_FIRST = datetime(2000, 1, 2, tzinfo=UTC)
"""Clocks that lost their battery begin at a round date before this."""
_AHEAD = timedelta(hours=1)
"""A camera's clock may be ahead of ours by this much."""

_QUARTER = timedelta(minutes=15)
_FARTHEST_ZONE = timedelta(hours=14)
_DELIVERY = timedelta(minutes=5)
"""A file written so soon after its picture was taken tells the camera's zone: zones differ by quarters of an hour."""


@dataclass(frozen=True, slots=True)
class Exif:
    """What is noted: `orientation` 1 to 8, the local time `taken_at`, and its distance from UTC where that is noted."""

    orientation: int = 1
    taken_at: datetime | None = None
    offset: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """When a picture was taken (UTC), and in words whence its zone is known; empty where the picture notes it."""

    at: datetime
    zone: str


def read_exif(data: bytes) -> Exif:
    """Return what a picture's EXIF block says; nothing where it has none, or a damaged one.

    Args:
        data: The picture's file.
    """
    block = _block(data)
    if block is None:
        return Exif()
    # Taken in only where it is needed.
    from PIL import Image

    # Pillow warns of damaged notes, without the file's name; they are no reason to leave the picture out.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        tags = Image.Exif()
        tags.load(block)
        details = tags.get_ifd(_SUB_IFD)
        orientation = tags.get(_ORIENTATION, 1)
    except (OSError, ValueError, SyntaxError, LookupError, TypeError, struct.error, OverflowError):
        return Exif()
    taken_at, offset = _time(details, *_TAKEN)
    if taken_at is None:
        taken_at, offset = _time(details, *_DIGITIZED)
    return Exif(orientation if orientation in range(1, 9) else 1, taken_at, offset)


def when_taken(exif: Exif, written_at: datetime, arrived_at: datetime, zone: tzinfo | None) -> Taken | None:
    """Return when a picture was taken, where that can be believed.

    A time without a zone is taken in `zone`; else, of a picture that was written as soon as it was taken, in the zone
    that makes the two times agree; else in the machine's.

    Args:
        exif: What the picture notes.
        written_at: When its file was last written.
        arrived_at: When it came here at the latest; nothing is taken later.
        zone: The camera's zone, where it is known.

    Returns:
        The time; None where none is noted, or one that cannot be.
    """
    local = exif.taken_at
    if local is None:
        return None
    try:
        taken = _in_zone(local, exif.offset, written_at, zone)
    except (OverflowError, ValueError, OSError):
        return None
    return taken if _FIRST <= taken.at <= max(written_at, arrived_at) + _AHEAD else None


def _in_zone(local: datetime, offset: timedelta | None, written_at: datetime, zone: tzinfo | None) -> Taken:
    if offset is not None:
        return Taken(local.replace(tzinfo=timezone(offset)).astimezone(UTC), "")
    if zone is not None:
        return Taken(_placed(local, zone, written_at), "")
    away = local - written_at.astimezone(UTC).replace(tzinfo=None)
    rounded = -(-away // _QUARTER) * _QUARTER
    if abs(rounded) <= _FARTHEST_ZONE and rounded - away <= _DELIVERY:
        told = timezone(rounded)
        return Taken(local.replace(tzinfo=told).astimezone(UTC), f"{told}, as the files' own times tell")
    here = local.astimezone()
    return Taken(here.astimezone(UTC), f"{here.tzname()}, as this machine's")


def _placed(local: datetime, zone: tzinfo, written_at: datetime) -> datetime:
    """Return a clock's time in UTC; of one that comes twice in autumn the later, unless its file was there before."""
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return late if early < late <= written_at + _DELIVERY else early


def _time(
    tags: dict[int, Any], time_tag: int, offset_tag: int, fraction_tag: int
) -> tuple[datetime | None, timedelta | None]:
    found = re.fullmatch(r"(\d{4})\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)\D(\d\d)", _text(tags.get(time_tag)))
    if found is None:
        return None, None
    try:
        moment = datetime(*map(int, found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None, None
    fraction = _text(tags.get(fraction_tag))
    if fraction.isascii() and fraction.isdigit():
        moment += timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
    zone = re.fullmatch(r"([+-])(\d\d):?([0-5]\d)", _text(tags.get(offset_tag)))
    if zone is None:
        return moment, None
    offset = timedelta(hours=int(zone[2]), minutes=int(zone[3]))
    return moment, (-offset if zone[1] == "-" else offset) if offset <= _FARTHEST_ZONE else None


def _text(value: object) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return text.strip(" \0")


def _block(data: bytes) -> bytes | None:
    if data.startswith(jpeg.START):
        return next((s[4:] for marker, s in jpeg.segments(data) if marker == 0xE1 and s[4:10] == b"Exif\0\0"), None)
    if data.startswith(png.SIGNATURE):
        return png.exif_of(data)
    if data[:4] in (b"II*\0", b"MM\0*"):
        return data
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp_block(data)
    return heif.exif_of(data) if heif.kind_of(data) else None


def _webp_block(data: bytes) -> bytes | None:
    position = 12
    while position + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, position)
        if kind == b"EXIF":
            return data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2
    return None
