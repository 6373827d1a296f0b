"""Pictures on their way to a store on another machine: on this disk until it has taken them.

Whoever records a read never waits for such a store, and an outage of it costs no picture.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from services.private_files import make_private_folder, save_private

FOLDER = "images-waiting"
"""In the data directory."""


class WaitingPictures:
    """A folder of pictures by key.

    Args:
        folder: Made at the first picture.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, key: str, data: bytes, *, durable: bool = False) -> None:
        """Keep a picture here, whole or not at all.

        Args:
            key: Its key.
            data: The encoded picture.
            durable: Whether it has to survive a power cut from now on.

        Raises:
            OSError: It cannot be kept.
        """
        path = self.folder / key
        make_private_folder(path.parent)
        save_private(path, data, durable=durable)

    def get(self, key: str) -> bytes | None:
        """Return a picture, or None where it does not wait here."""
        try:
            return (self.folder / key).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, key: str) -> bool:
        """Return whether a picture waits here."""
        return (self.folder / key).exists()

    def end(self, cutoff: datetime) -> int:
        """Delete pictures that were kept before a time; return how many.

        Args:
            cutoff: The time, aware.

        Raises:
            OSError: They cannot be deleted.
        """
        ended = 0
        for key in list(self):
            with contextlib.suppress(FileNotFoundError):
                if (self.folder / key).stat().st_mtime < cutoff.timestamp():
                    ended += self.remove(key)
        return ended

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of what waits, the oldest day first."""
        for path in sorted(self.folder.rglob("*")):
            if not path.name.startswith(".") and path.is_file():
                yield path.relative_to(self.folder).as_posix()

    def discard_unfinished(self) -> None:
        """Remove what a killed process left half-written."""
        for path in self.folder.rglob(".*"):
            path.unlink(missing_ok=True)

    def remove(self, key: str) -> bool:
        """Remove a picture and the folders that are empty without it; say whether it was there."""
        path = self.folder / key
        was_there = True
        try:
            path.unlink()
        except FileNotFoundError:
            was_there = False
        remove_empty([path.parent, *path.parent.parents], self.folder)
        return was_there


def remove_empty(folders: Iterable[Path], root: Path) -> None:
    """Remove the folders below a root that are empty, the deepest first."""
    below = {folder for folder in folders if root in folder.parents}
    for folder in sorted(below, key=lambda path: len(path.parts), reverse=True):
        with contextlib.suppress(OSError):  # still in use
            folder.rmdir()
