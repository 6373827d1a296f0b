"""Whether a camera has been silent for longer than it may be."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from schemas.health import CameraHealth
from schemas.settings import CameraSettings, StreamCamera

HANGS_AFTER = timedelta(minutes=5)
"""A folder that cannot be listed in this time does not answer."""
LONGEST_LOOK_BACK = timedelta(days=62)


def silence_message(camera: CameraSettings, state: CameraHealth, now: datetime) -> str | None:
    """Return what is said of a camera that is silent for too long, or None.

    A camera whose items still wait, or whose folder cannot be read, is not silent. Quiet hours do not count.

    Args:
        camera: Its settings.
        state: How it is.
        now: The time, aware.
    """
    if camera.type != "image_folder" or state.looked_at is None or state.waiting or state.problem is not None:
        return None
    picture = max(state.last_picture_at or state.known_since, now - LONGEST_LOOK_BACK)
    if camera.silent_minutes and counted(picture, now, camera.quiet_hours) >= timedelta(minutes=camera.silent_minutes):
        return (
            f"nothing came since {_minute(state.last_picture_at, state.known_since)}, and {camera.silent_minutes:g} "
            f"minutes without a picture are its limit (silent_minutes); look at the camera and at what brings its "
            f"pictures to {camera.path}"
        )
    read = max(state.last_read_at or state.known_since, now - LONGEST_LOOK_BACK)
    if camera.no_read_minutes and counted(read, now, camera.quiet_hours) >= timedelta(minutes=camera.no_read_minutes):
        return (
            f"pictures come, but no plate was read since {_minute(state.last_read_at, state.known_since)}, and "
            f"{camera.no_read_minutes:g} minutes are its limit (no_read_minutes); look at what the camera sees"
        )
    return None


def hanging_message(camera: CameraSettings, state: CameraHealth, now: datetime) -> str | None:
    """Return what is said of a camera whose folder does not answer, as a network share that went away, or None."""
    if isinstance(camera, StreamCamera) or state.looking_since is None or now - state.looking_since < HANGS_AFTER:
        return None
    return f"{camera.path} does not answer since {_minute(state.looking_since)}; look at the share or the disk"


def counted(since: datetime, until: datetime, quiet_hours: str | None) -> timedelta:
    """Return how much time passed between two moments outside of the quiet hours.

    Args:
        since: The earlier one, aware.
        until: The later one, aware.
        quiet_hours: Like `22:00-06:00`, in local time; None: all time counts.
    """
    total = max(until - since, timedelta())
    if quiet_hours is None or not total:
        return total
    begin, end = (time.fromisoformat(text) for text in quiet_hours.split("-"))
    day = since.astimezone().date() - timedelta(days=1)
    while (first := datetime.combine(day, begin).astimezone()) < until:
        last = datetime.combine(day if end > begin else day + timedelta(days=1), end).astimezone()
        total -= max(min(last, until) - max(first, since), timedelta())
        day += timedelta(days=1)
    return total


def _minute(moment: datetime | None, otherwise: datetime | None = None) -> str:
    if moment is None and otherwise is not None:
        return f"{_minute(otherwise)}, when it was first watched"
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
