"""What gpsd says: a JSON object a line, once it was asked to."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ingest.positions.fixes import Fix, checked_fix
from schemas.errors import InvalidInput

WATCH = b'?WATCH={"enable":true,"json":true}\n'
"""What is sent to it first."""


def gpsd_fix(line: bytes, at: datetime) -> Fix | None:
    """Return the fix that a line of gpsd says.

    Args:
        line: It.
        at: When it came.

    Returns:
        None: it says something else, or that there is no fix now.

    Raises:
        InvalidInput: It is damaged, or names no place that there is; or gpsd says that it failed.
    """
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("a line that is no JSON; is this gpsd?") from error
    if not isinstance(said, dict) or not isinstance(said.get("class"), str):
        raise InvalidInput("a JSON text without its class; is this gpsd?")
    if said["class"] == "ERROR":
        raise InvalidInput("gpsd refused what it was asked; is it older than version 3?")
    if said["class"] != "TPV":
        return None
    mode = said.get("mode")
    if not isinstance(mode, int) or mode < 2:
        return None
    latitude, longitude = _number(said, "lat"), _number(said, "lon")
    if latitude is None or longitude is None:
        return None
    return checked_fix(
        at,
        latitude,
        longitude,
        speed=_number(said, "speed"),
        heading=_number(said, "track"),
        receiver_time=_moment(said.get("time")),
    )


def _number(said: dict[str, object], name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInput(f"a report whose '{name}' is no number")
    try:
        return float(value)
    except OverflowError:
        raise InvalidInput(f"a report whose '{name}' is no number") from None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo is not None else None
    except (ValueError, OverflowError):  # a year that UTC has not
        return None
