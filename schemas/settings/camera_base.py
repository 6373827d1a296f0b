"""What is said of every camera, whatever it sends."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from schemas.settings.section import Identifier, Section


def known_zone(name: str) -> str:
    """Return a time zone's name as it is, if there is such a zone.

    Raises:
        ValueError: There is none.
    """
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"'{name}' is no time zone, expected one like America/New_York") from error
    return name


class Mounted(Section):
    """How a camera or another vendor's reader is put up, and by whose leave."""

    mount: Literal["vehicle", "permanent", "temporary"] | None = None
    """How it is put up: in or on a vehicle, permanently at a place, or for a time; laws count these apart."""
    permit: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Number of the permit by which it stands where it does, as of the road's owner."""
    permit_until: date | None = None
    """The last day on which that permit holds."""


class CameraBase(Mounted):
    """What is said of every camera, whatever it sends."""

    id: Identifier
    """Name of the camera in reads and alerts."""
    name: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """What officers call it, on their board; default: its id."""
    street: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """The street or crossing where it stands, for officers."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where the camera stands, degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where the camera stands, degrees east."""
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where the camera looks, degrees clockwise from true north; with `[gps]`, of one on a vehicle, from where that
    heads."""
    live_view: bool = True
    """Whether pages may show what it sees; false where the law or the place forbids that, as with a clinic in view."""
    clock_ahead_minutes: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """How far its times may be ahead of the arrival of what they date; reads beyond it are dated by their arrival.
    Default: 5 minutes, or a twentieth of the time for which reads are kept where that is less."""
    clock_behind_days: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """How far its times may lie behind the arrival; reads beyond it are dated by their arrival. Default: 90 days, or
    the time for which reads are kept where that is more. Not asked where `started_at` tells when a recording began."""
    missing_reads: Annotated[float, Field(ge=0, le=1_000_000)] = 20.0
    """An alarm is raised when no read comes at hours at which so many would have come by now, as in the weeks before;
    0: never."""
    clock_off_seconds: Annotated[float, Field(gt=0, le=1_000_000)] = 60.0
    """How far the clock of a reader that sends at once may be off, the time on the way included, before an alarm is
    raised."""
