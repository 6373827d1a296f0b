"""Where frames come from: a member per type of source."""

from __future__ import annotations

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, Field

from schemas.settings.section import FilePath, Identifier, Section


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


class CameraBase(Section):
    """What is said of every camera, whatever it sends."""

    id: Identifier
    """Name of the camera in reads and alerts."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where the camera stands, degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where the camera stands, degrees east."""
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where the camera looks, degrees clockwise from true north."""
    clock_ahead_minutes: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """How far its times may be ahead of the arrival of what they date; reads beyond it are dated by their arrival.
    Default: 5 minutes, or a twentieth of the time for which reads are kept where that is less."""
    clock_behind_days: Annotated[float, Field(gt=0, le=100_000)] | None = None
    """How far its times may lie behind the arrival; reads beyond it are dated by their arrival. Default: 90 days, or
    the time for which reads are kept where that is more. Not asked where `started_at` tells when a recording began."""


class VideoFileCamera(CameraBase):
    """A video file that is read once."""

    type: Literal["video_file"] = "video_file"
    """What the camera sends."""
    path: FilePath
    """The video."""
    started_at: AwareDatetime | None = None
    """When the video's first frame was captured; default: the file's modification time."""


class ImageFolderCamera(CameraBase):
    """A folder that is watched for pictures and videos."""

    meaningless = frozenset({"started_at"})

    type: Literal["image_folder"] = "image_folder"
    """What the camera sends."""
    path: FilePath
    """The folder."""
    timezone: Annotated[str, AfterValidator(known_zone)] | None = None
    """Zone of the times that pictures note without one, like America/New_York; default: told from when their files were
    written, else the machine's."""


CameraSettings = Annotated[VideoFileCamera | ImageFolderCamera, Field(discriminator="type")]
"""One source of frames; `type` says which."""
