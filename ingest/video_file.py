"""A video file as a source: every frame with the time at which it was captured."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np

from ingest.files import fingerprint, modified_at, stable_files, wait_for_change
from ingest.opencv import cv2
from ingest.pictures import MAX_PIXELS
from schemas.errors import UnreadableMedia
from schemas.settings import VideoFileCamera
from schemas.types import Frame, SourceItem

VIDEO_SUFFIXES = frozenset(
    {".mp4", ".m4v", ".mov", ".mkv", ".avi", ".webm", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp"}
)
"""File names that are taken for videos, in lower case."""

_DEFAULT_RATE = 25.0
_KINDS = "MP4, MKV, AVI, MOV or WebM"
# A container may announce a few frames more than it holds; a share of the length above both of these is a loss.
_TRUNCATED_SHARE = 0.02
_TRUNCATED_SECONDS = 0.25


class VideoFileSource:
    """One video file.

    Args:
        camera: Its settings; `path` names the file, `started_at` the time of its first frame (default: the file's
            modification time).
    """

    def __init__(self, camera: VideoFileCamera) -> None:
        self.camera = camera

    def items(self) -> Iterator[SourceItem]:
        """Yield the file, unless it is still being written.

        Raises:
            UnreadableMedia: There is no such file.
        """
        path = self.camera.path
        if not path.is_file():
            raise UnreadableMedia("no such video file; check the camera's path", source=str(path))
        for stable in stable_files([path]):
            yield video_item(self.camera.id, stable.name, stable, self.camera.started_at)

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        """Yield the file's frames; see `read_video`."""
        return read_video(self.camera.path, item)

    def wait(self, stop: Event) -> bool:
        """Wait a moment before `items` is asked again; return False when `stop` was set."""
        return wait_for_change(stop)


class OpenVideo:
    """An open video: its frame rate, the number of frames it announces, and its size.

    Args:
        path: The file.

    Raises:
        UnreadableMedia: The file is missing, empty, not a video or too large.
    """

    def __init__(self, path: Path) -> None:
        source = str(path)
        try:
            size = path.stat().st_size
        except FileNotFoundError as error:
            raise UnreadableMedia("no such file; check the path", source=source) from error
        except OSError as error:
            raise UnreadableMedia(f"cannot be read ({error.strerror}); check its permissions", source=source) from error
        if size == 0:
            raise UnreadableMedia(f"is empty (0 bytes), expected a video ({_KINDS}); copy it again", source=source)
        # The FFmpeg reader alone: others would take a name with digits for a sequence of pictures.
        self.capture = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG)
        if not self.capture.isOpened():
            raise UnreadableMedia(
                f"is not a video that can be decoded, or its end is missing, expected {_KINDS}; copy it again",
                source=source,
            )
        self.width = int(self.capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        self.height = int(self.capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        if self.width * self.height > MAX_PIXELS:
            raise UnreadableMedia(
                f"is a video of {self.width}x{self.height} pixels, more than {MAX_PIXELS // 1_000_000} megapixels; "
                "scale it down",
                source=source,
            )
        rate = self.capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if np.isfinite(rate) and 0.1 <= rate <= 1000 else _DEFAULT_RATE
        announced = self.capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.frame_count = int(announced) if np.isfinite(announced) and 0 < announced < 1e9 else 0


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
    video = OpenVideo(path)
    video.capture.release()
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
    video = OpenVideo(path)
    number = 0
    seconds = 0.0
    try:
        while True:
            ok, picture = video.capture.read()
            if not ok or picture is None:
                break
            seconds = _timestamp(video, number, seconds)
            captured_at = item.captured_at + timedelta(seconds=seconds)
            yield Frame(item.camera_id, item.name, number, captured_at, picture.astype(np.uint8, copy=False))
            number += 1
    finally:
        video.capture.release()
    if number == 0:
        raise UnreadableMedia("is a video without a frame that can be decoded; copy it again", source=str(path))
    if _was_cut(video, number, seconds):
        raise UnreadableMedia(
            f"is cut off or damaged after frame {number} of {video.frame_count} ({seconds:.1f} s); what was seen "
            "before is kept; copy it again",
            source=str(path),
        )


def _timestamp(video: OpenVideo, number: int, previous: float) -> float:
    """Return the seconds of the frame that was just read; by the frame rate where the file's own do not advance."""
    if number == 0:
        return 0.0
    seconds = video.capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
    return seconds if np.isfinite(seconds) and seconds > previous else previous + 1.0 / video.rate


def _was_cut(video: OpenVideo, read: int, seconds: float) -> bool:
    missing = video.frame_count - read
    missing_seconds = (video.frame_count - 1) / video.rate - seconds
    return missing > video.frame_count * _TRUNCATED_SHARE and missing_seconds > _TRUNCATED_SECONDS
