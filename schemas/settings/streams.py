"""Cameras whose pictures come live: what is said of all of them, and a member per way that they come by."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

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


class PulledCamera(StreamCamera):
    """A live camera that is connected to."""

    schemes: ClassVar[tuple[str, ...]]
    """What its `url` may begin with."""

    url: SecretStr
    """Where its stream is; user and password may stand in it, and are never shown."""
    user: str | None = None
    """User at the camera, where none stands in the url."""
    password_file: AbsolutePath | None = None
    """File that holds the user's password."""
    ca_file: AbsolutePath | None = None
    """PEM file of the authorities to trust instead of the system's, or of the camera's own certificate."""
    verify: bool = True
    """Whether the camera's certificate is checked, where the connection is encrypted."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        problem = self._problem()
        if problem is not None:
            raise ValueError(f"camera '{self.id}': {problem}")
        return self

    def _problem(self) -> str | None:
        expected = " or ".join(f"{scheme}://" for scheme in self.schemes)
        url = self.url.get_secret_value()
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return (
                f"url is no URL, expected {expected}host:port/path; a password with special characters belongs into a "
                "password_file"
            )
        if parts.scheme not in self.schemes or not host or any(ord(character) <= 32 for character in url):
            return f"url has to begin with {expected} and a host"
        if parts.username and self.user is not None:
            return "url and user both name a user; set one"
        if self.user is not None and self.password_file is None:
            return "user needs password_file"
        if self.password_file is not None and parts.password is not None:
            return "url holds a password, and password_file is set; use one"
        if self.password_file is not None and self.user is None and not parts.username:
            return "password_file needs user"
        return None


class PushCamera(StreamCamera):
    """A live camera that posts its pictures to us, one after another, as JPEG."""

    type: Literal["push"] = "push"
    """What the camera sends."""
    stall_seconds: Annotated[float, Field(ge=0, le=86_400)] = 5.0
    """A camera that posts no picture for so long has failed: an alarm is raised. 0: never, for one that posts only when
    something moves."""
    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
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
