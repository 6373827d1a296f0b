"""A folder into which a camera, or a person, puts pictures and videos."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from ingest.files import (
    fingerprint,
    has_fingerprint,
    modified_at,
    moment_of,
    stable_files,
    text_of,
    wait_for_change,
)
from ingest.formats.exif import read_exif, when_taken
from ingest.listing import Listing, list_media
from ingest.pictures import decode_picture, read_bytes
from ingest.video_file import VIDEO_SUFFIXES, read_video, video_item
from schemas.settings import ImageFolderCamera
from schemas.types import Frame, SourceItem

log = logging.getLogger(__name__)

NEWEST_SECONDS = 3.0
"""Where the newest are read first, the folder is listed anew this often while others wait."""
NEWEST_SHARE = 20.0
"""But listing it takes a twentieth of the time at most: a large share is slow."""


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
        self._told: set[Path] = set()
        self._paths: dict[str, Path] = {}
        self._kinds: set[str] = set()
        self._said: set[str] = set()
        self._zone = ZoneInfo(camera.timezone) if camera.timezone else None
        self.listed = 0
        self.newest_at: datetime | None = None
        self.problem: str | None = None
        self._device: int | None = None
        self._look_again_at = 0.0

    def items(self) -> Iterator[SourceItem]:
        """Yield the files that are whole, oldest first, then by name; the other way round where `order` says so.

        Raises:
            UnreadableMedia: There is no such folder.
        """
        began = time.monotonic()
        listing = list_media(self.camera.path)
        now = time.monotonic()
        self._look_again_at = now + max(NEWEST_SECONDS, NEWEST_SHARE * (now - began))
        self.ignored = sum(listing.others.values())
        self._tell(listing)
        self._note(listing)
        for path in stable_files(reversed(listing.files) if self._newest_first else listing.files):
            try:
                yield self._item(path)
            except OSError as error:
                # Gone since the listing, or not to be read any more.
                log.debug("camera %s: %s", self.camera.id, text_of(str(error)))

    def frames(self, item: SourceItem) -> Iterator[Frame]:
        """Yield the picture, or the video's frames.

        Raises:
            UnreadableMedia: It cannot be decoded, or was cut off after the frames so far.
        """
        path = self.path_of(item)
        if not item.is_still:
            yield from read_video(path, item)
            return
        data = read_bytes(path)
        picture = decode_picture(data, text_of(path))
        yield Frame(item.camera_id, item.name, 0, self._captured_at(path, data, item.captured_at), picture)

    def path_of(self, item: SourceItem) -> Path:
        """Return an item's file."""
        return self._paths.get(item.name, self.camera.path / item.name)

    def is_as_listed(self, item: SourceItem) -> bool:
        """Return whether an item's file is still there, and still what was listed."""
        return has_fingerprint(self.path_of(item), item.fingerprint)

    def should_look_again(self) -> bool:
        """Return whether the newest are read first, and something may have come since the folder was listed."""
        return self._newest_first and time.monotonic() >= self._look_again_at

    @property
    def _newest_first(self) -> bool:
        return self.camera.order == "newest"

    def _note(self, listing: Listing) -> None:
        """Note what a listing says of the folder as a whole."""
        self.listed = len(listing.files)
        self.newest_at = None if listing.newest_at is None else moment_of(listing.newest_at)
        self.problem = None
        if listing.closed_folders:
            path, reason = listing.closed_folders[0]
            self.problem = f"{text_of(path)}: {reason} ({len(listing.closed_folders)} such)"
        device = self.camera.path.stat().st_dev
        if listing.files or self._device is None:
            self._device = device
        elif device != self._device:
            self.problem = (
                f"{text_of(self.camera.path)}: is empty and on another file system than before; is its share or disk "
                "mounted?"
            )

    def wait(self, stop: Event) -> bool:
        """Wait a moment before `items` is asked again; return False when `stop` was set."""
        return wait_for_change(stop)

    def _item(self, path: Path) -> SourceItem:
        raw = path.relative_to(self.camera.path).as_posix()
        name = text_of(raw)
        if name != raw:
            self._paths[name] = path
        if path.suffix.lower() in VIDEO_SUFFIXES:
            return video_item(self.camera.id, name, path, None)
        return SourceItem(self.camera.id, name, fingerprint(path), modified_at(path), is_still=True)

    def _captured_at(self, path: Path, data: bytes, written_at: datetime) -> datetime:
        """Return when the camera says that a picture was taken, where that can be; else when its file was written."""
        exif = read_exif(data)
        if exif.taken_at is None:
            return written_at
        arrived_at = datetime.fromtimestamp(path.stat().st_ctime, UTC)
        taken = when_taken(exif, written_at, arrived_at, self._zone)
        if taken is None:
            self._say_once(
                "clock",
                f"{text_of(path)}: notes a time of {exif.taken_at}, which cannot be when it was taken; its file's time "
                "is used; set the camera's clock",
            )
            return written_at
        if taken.zone:
            self._say_once(
                "zone",
                f"its pictures note their times without a zone; they are taken in {taken.zone}; where that is wrong, "
                "set the camera's timezone",
            )
        return taken.at

    def _say_once(self, what: str, text: str) -> None:
        if what not in self._said:
            self._said.add(what)
            log.warning("camera %s: %s (said once)", self.camera.id, text)

    def _tell(self, listing: Listing) -> None:
        """Name what is left out, once while it is there."""
        for path, reason in listing.left_out:
            if path not in self._told:
                log.warning("camera %s: %s: is left out: %s", self.camera.id, text_of(path), reason)
        self._told = {path for path, _ in listing.left_out}
        new = listing.others.keys() - self._kinds
        if new:
            self._kinds |= new
            log.info("camera %s: files of other kinds are left out: %s", self.camera.id, listing.others_text())
