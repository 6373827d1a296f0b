"""A video file as a source: every frame with the time at which it was captured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from ingest.files import (
    came_at,
    fingerprint,
    has_fingerprint,
    modified_at,
    open_regular,
    stable_files,
    text_of,
    wait_for_change,
)
from ingest.open_video import OpenVideo
from ingest.video_ends import was_cut
from schemas.errors import UnreadableMedia
from schemas.settings import VideoFileCamera
from schemas.types import Frame, SourceItem

VIDEO_SUFFIXES = frozenset(
    {
        *(".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".flv"),
        *(".3gp", ".3g2", ".asf", ".m2v", ".mxf", ".ogv", ".vob"),
    }
)
"""File names that are taken for videos, in lower case."""


class VideoFileSource:
    """One video file.

    Args:
        camera: Its settings; `path` names the file, `started_at` the time of its first frame (default: the file's
            modification time).
    """

    def __init__(self, camera: VideoFileCamera) -> None:
        self.camera = camera
        self.listed = 0
        self.newest_at: datetime | None = None
        self.problem: str | None = None

    def items(self) -> Iterator[SourceItem]:
        """Yield the file, unless it is still being written.

        Raises:
            UnreadableMedia: There is no such file, or it may not be read.
        """
        path = self.camera.path
        if not path.exists():
            raise UnreadableMedia("no such video file; check the camera's path", source=text_of(path))
        os.close(open_regular(path))
        self.listed, self.newest_at = 1, came_at(path)
        for stable in stable_files([path]):
            yield video_item(self.camera.id, text_of(stable.name), stable, self.camera.started_at)

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        """Yield the file's frames; see `read_video`."""
        return read_video(self.camera.path, item)

    def path_of(self, item: SourceItem) -> Path:
        """Return the file."""
        return self.camera.path

    def is_as_listed(self, item: SourceItem) -> bool:
        """Return whether the file is still there, and still what was listed."""
        return has_fingerprint(self.camera.path, item.fingerprint)

    def should_look_again(self) -> bool:
        """Return False: there is one file."""
        return False

    def wait(self, stop: Event) -> bool:
        """Wait a moment before `items` is asked again; return False when `stop` was set."""
        return wait_for_change(stop)


def video_item(camera_id: str, name: str, path: Path, started_at: datetime | None) -> SourceItem:
    """Describe a video file as an item of a camera.

    Args:
        camera_id: The camera.
        name: The item's name, unique within the camera.
        path: The file.
        started_at: When its first frame was captured; None: the file's modification time.
    """
    captured_at = started_at.astimezone(UTC) if started_at else modified_at(path)
    return SourceItem(camera_id, name, fingerprint(path), captured_at, is_still=False)


def count_frames(path: Path) -> int:
    """Return how many frames a video announces (0: it does not say); for progress bars.

    Raises:
        UnreadableMedia: The file is missing, empty or not a video.
    """
    with OpenVideo(path) as video:
        return video.frame_count


def read_video(path: Path, item: SourceItem) -> Iterator[Frame]:
    """Yield every frame that can be decoded, in order.

    Args:
        path: The file.
        item: What it is to its camera; `captured_at` is the time of the first frame.

    Yields:
        Frames whose time is the item's plus the frame's own timestamp in the file.

    Raises:
        UnreadableMedia: The file is missing, empty or not a video; or, after the last frame that can be decoded,
            the video was cut off.
    """
    with OpenVideo(path) as video:
        number, seconds = -1, 0.0
        for number, (picture, seconds) in enumerate(video.pictures()):
            captured_at = item.captured_at + timedelta(seconds=seconds)
            yield Frame(item.camera_id, item.name, number, captured_at, picture)
        if was_cut(video, number + 1, seconds):
            raise UnreadableMedia(
                f"is cut off or damaged after frame {number + 1} of {video.frame_count} ({seconds:.1f} s); what was "
                "seen before is kept; copy it again",
                source=video.source,
            )
