"""Where a feed's files lie while and after they are imported.

Each of these folders has a folder per list in it:
working: taken and not yet imported; what an interrupted run leaves here is imported at the next start.
imported: the newest imported file alone, since lists are personal data.
held, rejected: what is not active, in a folder named by its digest, beside the reason (NAME.reason.txt).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hotlists.feeds.disk import on_disk, sync_folder
from hotlists.feeds.names import PART_SUFFIX
from schemas.errors import TransientError
from services.private_files import close_path, make_private_folder, write_private

REASON_SUFFIX = ".reason.txt"
MOST_TRIES = 3
"""A file that ended the process so often while it was imported is rejected, so that a restart does not do it again."""
_FOLDERS = ("working", "imported", "held", "rejected")
_HASH_BLOCK = 1 << 20
_DIGEST_CHARACTERS = 12
_SHA256_CHARACTERS = 64


class Tray:
    """One list's folders.

    Args:
        base: Where the folders are made; on the file system of the files that are taken.
        list_id: The list.
    """

    def __init__(self, base: Path, list_id: str) -> None:
        self._base = base
        self._list_id = list_id

    def prepare(self) -> None:
        """Make the folders that are missing.

        Raises:
            ConfigurationError: They cannot be made.
        """
        with on_disk(self._base):
            for name in _FOLDERS:
                make_private_folder(self.folder(name))
                close_path(self.folder(name))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from running this feed, and remove what an interrupted transfer left.

        Raises:
            TransientError: Another process is running it.
            ConfigurationError: The folders cannot be made.
        """
        self.prepare()
        working = self.folder("working")
        with on_disk(working):
            descriptor = os.open(working / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise TransientError(f"another process is running the feed '{self._list_id}' just now") from error
            for part in working.glob(f".*{PART_SUFFIX}"):
                part.unlink()
            yield
        finally:
            os.close(descriptor)

    def folder(self, name: str) -> Path:
        """Return one of the list's folders: working, imported, held or rejected."""
        return self._base / name / self._list_id

    def waiting(self) -> Path | None:
        """Return the oldest file that was taken and not yet filed away, or None."""
        found = [path for path in self.folder("working").iterdir() if path.is_file() and not path.name.startswith(".")]
        return min(found, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)

    def take(self, path: Path) -> Path:
        """Move a file into the working folder and return where it is now."""
        return self._move(path, self.folder("working"))

    def count_try(self, path: Path) -> int:
        """Note, durably, that a file's import begins; return how many have begun and not ended."""
        marker = self._marker(path)
        tries = 1
        with suppress(OSError, ValueError):
            tries += int(marker.read_text())
        with on_disk(marker.parent):
            write_private(marker, str(tries).encode())
            sync_folder(marker.parent)
        return tries

    def end_try(self, path: Path) -> None:
        """Note that the import ended, however it did: the process lives."""
        self._marker(path).unlink(missing_ok=True)

    def file_imported(self, path: Path) -> None:
        """Keep a file as the list's newest imported one; the one before is deleted."""
        kept = self._move(path, self.folder("imported"))
        for other in self.folder("imported").iterdir():
            if other != kept:
                other.unlink()

    def file_away(self, path: Path, folder: str, reason: str) -> Path:
        """Put a file into held or rejected with the reason.

        Args:
            path: The file.
            folder: held or rejected.
            reason: Why, for a person.

        Returns:
            Where it is now.
        """
        place = self.folder(folder) / digest(path)[:_DIGEST_CHARACTERS]
        with on_disk(place):
            make_private_folder(place)
            write_private(place / f"{path.name}{REASON_SUFFIX}", f"{reason}\n".encode())
        return self._move(path, place)

    def held_file(self, sha256: str) -> Path | None:
        """Return the file that is held and has this digest (SHA-256, hexadecimal), or None where it is not here."""
        place = self.folder("held") / sha256[:_DIGEST_CHARACTERS]
        if len(sha256) != _SHA256_CHARACTERS or not place.is_dir():
            return None
        found = [path for path in place.iterdir() if path.is_file() and not path.name.endswith(REASON_SUFFIX)]
        return next((path for path in found if digest(path) == sha256), None)

    def prune(self, before: float) -> None:
        """Delete what was held or rejected before a time.

        Args:
            before: Seconds of the epoch.
        """
        for folder in ("held", "rejected"):
            for place in self.folder(folder).iterdir():
                if place.stat().st_mtime < before:
                    shutil.rmtree(place, ignore_errors=True)

    def _marker(self, path: Path) -> Path:
        return path.with_name(f".{path.name}.tries")

    def _move(self, path: Path, folder: Path) -> Path:
        target = folder / path.name
        with on_disk(folder):
            path.rename(target)
            close_path(target)  # whoever dropped it may have left it open to others
            sync_folder(folder)
        return target


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_HASH_BLOCK):
            found.update(block)
    return found.hexdigest()
