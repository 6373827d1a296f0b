"""What a camera posts -> its JPEG pictures, each with the time that the camera gives it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from ingest.formats.exif import read_exif, when_taken
from ingest.picture_header import read_header
from ingest.streams.parts import PartSplitter
from ingest.vendors.parts.multipart import Part, is_multipart, split_parts
from schemas.errors import InvalidInput, TransientError

TIME_HEADER = "x-captured-at"
"""Ours: what stands in it has to be a time. What cameras write into others is taken where it is one."""
MOST_PICTURES = 64
"""Pictures in one message."""

_OTHER_TIMES = ("x-timestamp", "timestamp", "x-time-stamp")
_START = b"\xff\xd8"
_EARLIEST, _LATEST = 1e9, 1e10
"""Seconds since 1970 that can be a time; some devices count from when they were switched on."""


class PictureRefused(InvalidInput):
    """What was posted holds no picture that can be taken.

    Args:
        message: Why, and what to do, in one line.
        status: The HTTP status that says so.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class PushedPicture:
    """One JPEG, when it was captured by the camera's clock (unix time) if it says so, and how the camera was held.

    `is_exact`: the time is given to fractions of a second.
    """

    data: bytes
    captured_at: float | None = None
    is_exact: bool = False
    orientation: int = 1


def pictures_of(
    body: bytes, headers: Mapping[str, str], arrived_at: datetime, zone: ZoneInfo | None = None
) -> tuple[list[PushedPicture], str | None]:
    """Take a message apart: one JPEG, several behind one another, or parts of which some are JPEGs.

    Args:
        body: What was posted.
        headers: The request's, by lower case names.
        arrived_at: When it came.
        zone: Of times that pictures note without one; None: told from `arrived_at`.

    Returns:
        The pictures in their order, and what is wrong with the rest, in one line; None: nothing.

    Raises:
        PictureRefused: There is none; or `TIME_HEADER` is no time.
    """
    told = _told_time(headers)
    damage: str | None = None
    if not body.startswith(_START) and is_multipart(headers.get("content-type", ""), body):
        found, damage = _of_parts(body, headers)
    else:
        found = [(data, {}) for data in _behind_one_another(body)]
    if not found:
        raise PictureRefused(damage or _no_picture(body), 415)
    dated = []
    for data, own in found:
        exif = read_exif(data)
        moment = _part_time(own) or told or _taken(when_taken(exif, arrived_at, arrived_at, zone)) or _date(headers)
        seconds = None if moment is None else moment.timestamp()
        is_exact = moment is not None and moment.microsecond != 0
        dated.append(PushedPicture(data, seconds, is_exact, exif.orientation))
    return dated, damage


def _of_parts(body: bytes, headers: Mapping[str, str]) -> tuple[list[tuple[bytes, Mapping[str, str]]], str | None]:
    try:
        parts = split_parts(body, headers.get("content-type", ""))
    except InvalidInput as error:
        raise PictureRefused(error.message, 400) from None
    found: list[tuple[bytes, Mapping[str, str]]] = []
    damage = parts.damage
    for part in parts.parts:
        if _is_picture(part):
            whole = list(_behind_one_another(part.body))
            found += [(data, part.headers) for data in whole]
            damage = damage or (None if whole else "a picture in it ends before it is whole")
    if not found:
        return [], damage or f"none of its {len(parts.parts)} parts is a JPEG picture; have the camera send JPEG"
    return found, damage


def _is_picture(part: Part) -> bool:
    return part.body.startswith(_START)


def _behind_one_another(body: bytes) -> Iterator[bytes]:
    """Yield the whole JPEGs in a body that begins with one; smaller ones behind it are its own previews."""
    if not body.startswith(_START):
        return
    size = None
    try:
        for number, part in enumerate(PartSplitter().feed(body)):
            header = read_header(part.data)
            if number == MOST_PICTURES or header is None or not part.is_whole:
                return
            if size is None or (header.width, header.height) == size:
                size = header.width, header.height
                yield part.data
    except TransientError:
        return  # what stands behind them is something else


def _no_picture(body: bytes) -> str:
    header = read_header(body)
    if header is None:
        return "it is no JPEG picture; have the camera send JPEG pictures"
    if header.format == "JPEG":
        return "the JPEG picture ends before it is whole; send it again, or look at the network"
    return f"it is a {header.format} picture, expected JPEG; set the camera to JPEG"


def _told_time(headers: Mapping[str, str]) -> datetime | None:
    text = headers.get(TIME_HEADER)
    if text is not None:
        moment = as_moment(text)
        if moment is None:
            raise PictureRefused(
                f"{TIME_HEADER} is no time with a zone, like 2026-01-31T06:00:00.123Z; correct it or leave it out", 400
            )
        return moment
    return _first_time(headers)


def _part_time(headers: Mapping[str, str]) -> datetime | None:
    return as_moment(headers.get(TIME_HEADER, "")) or _first_time(headers) or _date(headers)


def _first_time(headers: Mapping[str, str]) -> datetime | None:
    return next((moment for name in _OTHER_TIMES if (moment := as_moment(headers.get(name, "")))), None)


def _date(headers: Mapping[str, str]) -> datetime | None:
    return as_moment(headers.get("date", ""))


def _taken(taken: object) -> datetime | None:
    at = getattr(taken, "at", None)
    return at if isinstance(at, datetime) else None


def as_moment(text: str) -> datetime | None:
    """Return a time as cameras write it: ISO 8601 with a zone, seconds since 1970 or thousandths of them, HTTP's own.

    Args:
        text: What they wrote.

    Returns:
        The time in UTC; None where it is none, or could be several.
    """
    text = text.strip()
    for read in (_seconds, datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text)
            if moment is not None and moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError, OSError, TypeError, IndexError):
            continue
    return None


def _seconds(text: str) -> datetime | None:
    number = float(text)
    for scale in (1.0, 1e3, 1e6):
        if _EARLIEST <= number / scale < _LATEST:
            return datetime.fromtimestamp(number / scale, UTC)
    return None
