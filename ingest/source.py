"""What every source of frames offers, and which one a camera's settings mean."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol

from schemas.settings import FileCamera
from schemas.types import Frame, SourceItem


class FrameSource(Protocol):
    """A camera's frames, in items: one file each."""

    listed: int
    """How many items were there when `items` looked last."""
    newest_at: datetime | None
    """When the newest of them came; None where there is none."""
    problem: str | None
    """What of the source could not be looked at, in one line; None: all could."""

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

    def path_of(self, item: SourceItem) -> Path:
        """Return the file of an item."""
        ...

    def is_as_listed(self, item: SourceItem) -> bool:
        """Return whether an item is still there, and still is what `items` said of it."""
        ...

    def should_look_again(self) -> bool:
        """Return whether something newer may have come that is to be read before what was listed."""
        ...

    def wait(self, stop: Event) -> bool:
        """Wait until it is worth asking `items` again; return False when `stop` was set."""
        ...


def open_source(camera: FileCamera) -> FrameSource:
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
