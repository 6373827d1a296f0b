"""Where frames come from: a member per type of source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from schemas.settings.camera_base import CameraBase, known_zone
from schemas.settings.section import AbsolutePath, FilePath
from schemas.settings.streams import MjpegCamera, PushCamera, RtspCamera, UsbCamera

_DAY_MINUTES = 1440.0
_HOURS = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"


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
    order: Literal["oldest", "newest"] = "oldest"
    """Which files are read first where several wait, as after an outage: by age, or what came last."""
    after: Literal["keep", "delete", "move"] = "keep"
    """What becomes of a file once its reads are recorded: it stays, is deleted, or is moved to `move_to`."""
    move_to: AbsolutePath | None = None
    """Folder that recorded files are moved to, with their subfolders; it has to exist."""
    quarantine: AbsolutePath | None = None
    """Folder that files that could not be used are moved to; it has to exist. Default: they stay where they are."""
    silent_minutes: Annotated[float, Field(ge=0)] = _DAY_MINUTES
    """An alarm is raised when nothing came for so long; 0: never."""
    no_read_minutes: Annotated[float, Field(ge=0)] = 0.0
    """An alarm is raised when no plate was read for so long though pictures came; 0: never."""
    quiet_hours: Annotated[str, Field(pattern=_HOURS)] | None = None
    """Hours that do not count for these two, like 22:00-06:00, in the agency's time zone."""

    @model_validator(mode="after")
    def _has_places(self) -> Self:
        if (self.after == "move") != (self.move_to is not None):
            raise ValueError(f"camera '{self.id}': after = \"move\" and move_to belong together; set both or neither")
        for name, target in self.targets():
            if target.resolve().is_relative_to(self.path.resolve()):
                raise ValueError(
                    f"camera '{self.id}': {name} {target} is in the watched folder, where its files would be read "
                    "again; set another folder"
                )
        return self

    def targets(self) -> list[tuple[str, Path]]:
        """Return the folders that files are moved to, each with its setting's name."""
        named = (("move_to", self.move_to), ("quarantine", self.quarantine))
        return [(name, path) for name, path in named if path is not None]


CameraSettings = Annotated[
    VideoFileCamera | ImageFolderCamera | RtspCamera | MjpegCamera | PushCamera | UsbCamera, Field(discriminator="type")
]
"""One source of frames; `type` says which."""


FileCamera = VideoFileCamera | ImageFolderCamera
"""A camera whose pictures are files."""


def check_folders(cameras: Sequence[CameraSettings]) -> None:
    """Make sure that no camera takes away or brings what another one reads.

    Args:
        cameras: All of them.

    Raises:
        ValueError: One moves files into another's folder, or does not keep the files of a folder that another reads.
    """
    watched = {camera.id: camera.path.resolve() for camera in cameras if isinstance(camera, FileCamera)}
    for camera in cameras:
        if not isinstance(camera, ImageFolderCamera):
            continue
        for other, path in watched.items():
            if other == camera.id:
                continue
            for name, target in camera.targets():
                if target.resolve().is_relative_to(path):
                    raise ValueError(f"camera '{camera.id}': {name} {target} is in the folder of camera '{other}'")
            own = watched[camera.id]
            if camera.after != "keep" and (own.is_relative_to(path) or path.is_relative_to(own)):
                raise ValueError(
                    f"camera '{camera.id}': after = \"{camera.after}\" would take files away from camera '{other}'"
                )
