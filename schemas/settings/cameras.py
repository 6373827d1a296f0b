"""Where frames come from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from schemas.settings.section import Identifier, Section


class CameraSettings(Section):
    """One source of frames."""

    id: Identifier
    """Name of the camera in reads and alerts."""
    type: Literal["video_file", "image_folder"]
    """What the path is."""
    path: Path
    """The video, or the folder that is watched for pictures."""
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    """Where the camera stands, degrees north."""
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    """Where the camera stands, degrees east."""
    heading: Annotated[float, Field(ge=0, lt=360)] | None = None
    """Where the camera looks, degrees clockwise from true north."""
    started_at: AwareDatetime | None = None
    """When a video's first frame was captured; default: the file's modification time."""
