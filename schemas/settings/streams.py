"""Cameras whose pictures come live: what is said of all of them, and a member per way that they come by."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.settings.addressed import Addressed
from schemas.settings.camera_base import CameraBase, known_zone
from schemas.settings.section import AbsolutePath


class StreamCamera(CameraBase):
    """What is said of every camera whose pictures come live: nothing can be asked for again."""

    stall_seconds: Annotated[float, Field(ge=0.5, le=300)] = 5.0
    """A camera that sends no picture for so long has failed: an alarm is raised, and it is connected to anew."""
    clock: Literal["arrival", "camera"] = "arrival"
    """Whose time its reads have: this machine's when a picture arrived, or the camera's own where it sends one. Both
    are kept."""
    view_minutes: Annotated[float, Field(ge=0, le=10_000)] = 10.0
    """An alarm is raised when the camera does not see for so long what it usually sees: it was moved, covered, or is
    not clear; 0: never."""
    max_fps: Annotated[float, Field(gt=0, le=240)] | None = None
    """Pictures per second that are looked at; those above are left out. Default: all."""


class PulledCamera(Addressed, StreamCamera):
    """A live camera that is connected to."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        problem = self.address_problem()
        if problem is not None:
            raise ValueError(f"camera '{self.id}': {problem}")
        return self


class PushCamera(StreamCamera):
    """A live camera that posts its pictures to us, one after another, as JPEG."""

    type: Literal["push"] = "push"
    """What the camera sends."""
    stall_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5.0
    """A camera that posts no picture for so long has failed: an alarm is raised. 0: never, for one that posts only when
    something moves."""
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}( ?, ?[0-9a-f]{64})?$")] | None = None
    """SHA-256 of the token that it has to show; `platewatch ingest token` makes one."""
    timezone: Annotated[str, AfterValidator(known_zone)] | None = None
    """Zone of the times that pictures note without one, like America/New_York; default: told from when they came."""


class RtspCamera(PulledCamera):
    """A camera that streams H.264 or H.265 by RTSP."""

    schemes = ("rtsp", "rtsps")

    type: Literal["rtsp"] = "rtsp"
    """What the camera sends."""
    transport: Literal["tcp", "udp"] = "tcp"
    """How pictures travel. By udp, lost packets damage pictures without a word; only for cameras that cannot do tcp."""


class MjpegCamera(PulledCamera):
    """A camera that streams JPEG pictures by HTTP."""

    schemes = ("http", "https")

    type: Literal["mjpeg"] = "mjpeg"
    """What the camera sends."""


class UsbCamera(StreamCamera):
    """A camera at this machine's USB, by V4L2."""

    type: Literal["usb"] = "usb"
    """What the camera sends."""
    path: AbsolutePath
    """Its device, best by a name that stays, as in /dev/v4l/by-id."""
    format: Literal["mjpeg", "yuyv"] = "mjpeg"
    """How its pictures come over the cable: as JPEG, or as they are, for which USB is fast enough at small sizes
    only."""
    width: Annotated[int, Field(ge=160, le=8192)] = 1280
    """Width that is asked for, in pixels; the camera takes the nearest that it has."""
    height: Annotated[int, Field(ge=120, le=8192)] = 720
    """Height that is asked for, in pixels."""
    fps: Annotated[float, Field(gt=0, le=240)] = 15.0
    """Pictures per second that are asked for."""
