"""Where a car knows from where it is: a member per kind of receiver, and recorded tracks."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.settings.section import AbsolutePath, FilePath, Section

Host = Annotated[str, Field(min_length=1, max_length=253)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class GpsBase(Section):
    """What is said of every source of positions."""

    lost_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """Reads whose last fix is older have no position; younger ones have it, with its age."""
    alarm_minutes: Annotated[float, Field(ge=0, le=10_000)] = 5.0
    """An alarm is raised when there is no fix for so long; 0: never."""


class SerialReceiver(GpsBase):
    """A GPS receiver on a serial line, also by USB, that sends NMEA 0183."""

    type: Literal["serial"] = "serial"
    """Where positions come from."""
    path: AbsolutePath
    """The line's device, best a name that stays, as in /dev/serial/by-id."""
    baud: Literal[4800, 9600, 19200, 38400, 57600, 115200, 230400] = 9600
    """The line's speed."""


class NmeaReceiver(GpsBase):
    """A GPS receiver, or a car's router, that sends NMEA 0183 by TCP."""

    type: Literal["nmea"] = "nmea"
    """Where positions come from."""
    host: Host
    """Its host or address."""
    port: Port
    """Its port."""


class GpsdReceiver(GpsBase):
    """gpsd, which knows the receiver."""

    type: Literal["gpsd"] = "gpsd"
    """Where positions come from."""
    host: Host = "127.0.0.1"
    """Its host or address."""
    port: Port = 2947
    """Its port."""


class RecordedTrack(GpsBase):
    """A track that was recorded with the videos: reads are placed by their times."""

    type: Literal["gpx"] = "gpx"
    """Where positions come from."""
    path: FilePath
    """The GPX file, whose points have times in UTC."""


ReceiverSettings = SerialReceiver | NmeaReceiver | GpsdReceiver
"""What sends fixes while the car drives."""

GpsSettings = Annotated[ReceiverSettings | RecordedTrack, Field(discriminator="type")]
"""Where positions come from; `type` says which."""
