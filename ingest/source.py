"""What every source of frames offers, and which one a camera's settings mean."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event
from typing import Protocol

from schemas.settings import CameraSettings
from schemas.types import Frame, SourceItem


class FrameSource(Protocol):
    """A camera's frames, in items: one file each."""

    def items(self) -> Iterator[SourceItem]:
        """Yield the items that are there now and whole, in the order in which they are to be processed.

        Raises:
            UnreadableMedia: The source itself is missing.
        """
        ...

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        """Yield the frames of one item, in order.

        Raises:
            UnreadableMedia: The item cannot be decoded, or not further than the frames yielded so far.
        """
        ...

    def wait(self, stop: Event) -> bool:
        """Wait until it is worth asking `items` again; return False when `stop` was set."""
        ...


def open_source(camera: CameraSettings) -> FrameSource:
    """Return the source that a camera's settings mean.

    Args:
        camera: The settings; nothing is opened yet.
    """
    # OpenCV takes a while to import: only a program that reads frames pays for it.
    if camera.type == "video_file":
        from ingest.video_file import VideoFileSource

        return VideoFileSource(camera)
    from ingest.image_folder import ImageFolderSource

    return ImageFolderSource(camera)
