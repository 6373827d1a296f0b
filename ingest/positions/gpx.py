"""A recorded track: a GPX file."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import gpxpy
import gpxpy.gpx

from ingest.positions.fixes import Fix, checked_fix
from schemas.errors import InvalidInput

MOST_BYTES = 64 << 20
"""A shift of twelve hours, ten fixes a second, has half of that."""


def gpx_fixes(path: Path) -> list[Fix]:
    """Return the fixes of all tracks of a file, in the order of their times.

    Args:
        path: The file.

    Raises:
        InvalidInput: It cannot be read, is no GPX, or its points have no times, or times without a zone.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"is larger than {MOST_BYTES >> 20} MB; cut it", source=str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise InvalidInput(f"cannot be read ({reason})", source=str(path)) from None
    # Entities may grow without end, and no program writes them into a track.
    if "<!ENTITY" in text or "<!DOCTYPE" in text:
        raise InvalidInput("has a document type, which a GPX file has not; export it anew", source=str(path))
    try:
        document = gpxpy.parse(text)
    except (gpxpy.gpx.GPXException, ValueError, TypeError, AttributeError) as error:
        raise InvalidInput("is no GPX file", source=str(path)) from error
    points = [point for track in document.tracks for segment in track.segments for point in segment.points]
    if not points:
        raise InvalidInput("has no track", source=str(path))
    without = sum(point.time is None for point in points)
    if without == len(points):
        raise InvalidInput("has no times, by which its points could be joined to frames", source=str(path))
    fixes = [_fix(point, path) for point in points if point.time is not None]
    return sorted((fix for fix in fixes if fix is not None), key=lambda fix: fix.at)


def _fix(point: gpxpy.gpx.GPXTrackPoint, path: Path) -> Fix | None:
    assert point.time is not None  # noqa: S101 - for the type checker
    if point.time.tzinfo is None:
        raise InvalidInput(
            f"has times without a zone ({point.time.isoformat()}); GPX has them in UTC, with a Z",
            source=str(path),
        )
    try:
        return checked_fix(
            point.time.astimezone(UTC), point.latitude, point.longitude, speed=point.speed, heading=point.course
        )
    except (InvalidInput, OverflowError):
        return None  # one point of a track: those around it say where the car was
