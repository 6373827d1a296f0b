"""A folder into which a camera, or a person, puts pictures and videos."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from ingest.files import fingerprint, modified_at, stable_files, wait_for_change
from ingest.pictures import PICTURE_SUFFIXES, read_picture
from ingest.video_file import VIDEO_SUFFIXES, read_video, video_item
from schemas.errors import UnreadableMedia
from schemas.settings import ImageFolderCamera
from schemas.types import Frame, SourceItem


class ImageFolderSource:
    """A folder of pictures and videos, with its subfolders.

    Hidden files are left alone, for uploads often arrive under a hidden name; other files are ignored and counted.

    Args:
        camera: Its settings; `path` names the folder.
    """

    def __init__(self, camera: ImageFolderCamera) -> None:
        self.camera = camera
        self.ignored = 0
        """Files in the last listing that are neither pictures nor videos."""

    def items(self) -> Iterator[SourceItem]:
        """Yield the files that are whole, oldest first, then by name.

        Raises:
            UnreadableMedia: There is no such folder.
        """
        media, self.ignored = list_media(self.camera.path)
        for path in stable_files(media):
            try:
                yield self._item(path)
            except FileNotFoundError:
                continue

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        """Yield the picture, or the video's frames.

        Raises:
            UnreadableMedia: It cannot be decoded, or was cut off after the frames so far.
        """
        path = self.camera.path / item.name
        if not item.is_still:
            yield from read_video(path, item)
            return
        yield Frame(item.camera_id, item.name, 0, item.captured_at, read_picture(path))

    def wait(self, stop: Event) -> bool:
        """Wait a moment before `items` is asked again; return False when `stop` was set."""
        return wait_for_change(stop)

    def _item(self, path: Path) -> SourceItem:
        name = path.relative_to(self.camera.path).as_posix()
        if path.suffix.lower() in VIDEO_SUFFIXES:
            return video_item(self.camera.id, name, path, None)
        return SourceItem(self.camera.id, name, fingerprint(path), modified_at(path), is_still=True)


def list_media(folder: Path) -> tuple[list[Path], int]:
    """List the pictures and videos of a folder and its subfolders.

    Args:
        folder: The folder.

    Returns:
        The files, oldest first, then by name; and how many other files were left out.

    Raises:
        UnreadableMedia: There is no such folder.
    """
    if not folder.is_dir():
        raise UnreadableMedia("no such folder; check the path", source=str(folder))
    found: list[tuple[int, str, Path]] = []
    ignored = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(parent, name)
            if name.startswith(".") or path.suffix.lower() not in PICTURE_SUFFIXES | VIDEO_SUFFIXES:
                ignored += 1
                continue
            try:
                found.append((path.stat().st_mtime_ns, str(path), path))
            except OSError:
                # Gone between the listing and here, or a dangling link.
                ignored += 1
    return [path for _, _, path in sorted(found)], ignored
