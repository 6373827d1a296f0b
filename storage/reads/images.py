"""Pictures of reads: on the local disk or in any store that fsspec knows, under a dated key."""

from __future__ import annotations

import contextlib
import errno
import itertools
import re
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from uuid import UUID

import fsspec
from fsspec.implementations.local import LocalFileSystem

from schemas.errors import ConfigurationError, InvalidInput, StorageFull, TransientError
from schemas.settings import Settings
from schemas.types import PlateRead
from services.private_files import make_private_folder, save_private
from storage.reads.waiting_pictures import FOLDER, WaitingPictures, remove_empty

SENT_AT_ONCE = 8
"""Pictures that are on their way to another machine's store at a time."""

SIGN_IN_SECONDS = 30.0
"""How often a store that refuses is signed in to anew."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")
_FOLDERS = (re.compile(r"\d{4}"), re.compile(r"\d\d"), re.compile(r"\d\d"))
_NAME = r"[0-9a-f-]{36}-(?:plate|context)(?:-(?:early|final)-\d+)?\.jpg"
_WHOLE = re.compile(_NAME)
_PICTURE = re.compile(rf"{_NAME}|\.{_NAME}\.[0-9a-f]{{32}}")
"""Names of pictures, and of those that a process which was killed had not written to the end."""


def image_key(read: PlateRead, kind: Literal["plate", "context"]) -> str:
    """Return the key of a read's picture: `YYYY/MM/DD/<camera>/<read id>-<kind>.jpg`, by the UTC day of capture.

    Of a read with several revisions each has pictures of its own: none may take the place of one that another names.

    Args:
        read: The read.
        kind: The plate alone, or the whole frame.
    """
    day = read.captured_at.astimezone(UTC)
    revision = (
        "" if read.is_final and not read.revision else f"-{'final' if read.is_final else 'early'}-{read.revision}"
    )
    return f"{day:%Y/%m/%d}/{camera_folder(read.camera_id)}/{read.read_id}-{kind}{revision}.jpg"


def camera_folder(camera_id: str) -> str:
    """Return the part of pictures' keys that says which camera took them."""
    return _UNSAFE.sub("_", camera_id)


def is_key_of(key: str, read_id: UUID) -> bool:
    """Return whether a key, which another machine gave, is that of a picture of a read, and of nothing else."""
    parts = key.split("/")
    return (
        len(parts) == len(_FOLDERS) + 2
        and all(names.fullmatch(part) for names, part in zip(_FOLDERS, parts, strict=False))
        and not _UNSAFE.search(parts[-2])
        and parts[-2] != ""
        and parts[-1].startswith(f"{read_id}-")
        and _WHOLE.fullmatch(parts[-1]) is not None
    )


class ImageStore:
    """Keeps pictures by key.

    Args:
        settings: `images.url` with `images.options` for fsspec; without a URL `images` in the data directory.

    Raises:
        ConfigurationError: fsspec does not know the URL's protocol, or its package is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        self._options = settings.images.options
        self._url = settings.images.url or str(settings.data_dir / "images")
        try:
            self._files: Any
            self._files, root = fsspec.core.url_to_fs(self._url, **settings.images.options)
        except (ImportError, ValueError, TypeError) as error:
            raise ConfigurationError(f"images.url {self._url}: cannot be used ({error})") from error
        self._opened_at = time.monotonic()
        self._root = str(root).rstrip("/")
        self._is_local = isinstance(self._files, LocalFileSystem)
        self._waiting = WaitingPictures(settings.data_dir / FOLDER)

    def keep(self, key: str, data: bytes, *, durable: bool = False) -> None:
        """Store a picture without waiting for another machine: what is not this disk's own gets it from `send_waiting`.

        Args:
            key: Its key (`image_key`).
            data: The encoded picture.
            durable: Whether it has to survive a power cut from now on: whoever has it deletes it then.

        Raises:
            StorageFull: No space left here; nothing is left behind.
            TransientError: It cannot be written here.
        """
        if self._is_local:
            self.save(key, data, durable=durable)
            return
        self._path(key)
        with self._translated(str(self._waiting.folder)):
            self._waiting.put(key, data, durable=durable)

    @property
    def is_elsewhere(self) -> bool:
        """Whether pictures wait on this disk first."""
        return not self._is_local

    def waiting(self) -> int:
        """Return how many pictures wait for the store."""
        return sum(1 for _ in self._waiting)

    def is_waiting(self, key: str) -> bool:
        """Return whether a picture waits on this disk for a store on another machine."""
        return not self._is_local and self._waiting.has(key)

    def end_waiting(self, cutoff: datetime) -> int:
        """Delete pictures that have waited for too long; return how many.

        Args:
            cutoff: Those that were kept before it end, aware.

        Raises:
            TransientError: They cannot be deleted.
        """
        with self._translated(str(self._waiting.folder)):
            return self._waiting.end(cutoff)

    def send_waiting(self, stop: threading.Event) -> int:
        """Move waiting pictures into the store, oldest first.

        Args:
            stop: Set it to end early.

        Returns:
            How many were moved.

        Raises:
            StorageFull: The store is full.
            TransientError: The store refuses us, or does not answer; the rest waits on.
        """
        moved = 0
        keys = iter(self._waiting)
        with ThreadPoolExecutor(SENT_AT_ONCE, "picture") as pool:
            while not stop.is_set() and (batch := list(itertools.islice(keys, SENT_AT_ONCE))):
                moved += sum(pool.map(self._send, batch))
        return moved

    def _send(self, key: str) -> bool:
        data = self._waiting.get(key)
        if data is None:
            return False
        self.save(key, data)
        if not self._waiting.remove(key):
            # Deleted while it was on its way.
            self.delete([key])
        return True

    def discard_unfinished(self) -> None:
        """Remove what a killed process left half-written among the waiting pictures; for the one run that there is."""
        self._waiting.discard_unfinished()

    def save(self, key: str, data: bytes, *, durable: bool = False) -> None:
        """Store a picture, whole or not at all; one that is there is replaced.

        Args:
            key: Its key (`image_key`).
            data: The encoded picture.
            durable: As in `keep`; of a store on another machine that is its own affair.

        Raises:
            StorageFull: No space left, or the quota is used up; nothing is left behind.
            TransientError: The store refuses us, or does not answer.
        """
        path = self._path(key)
        try:
            with self._translated():
                if self._is_local:
                    make_private_folder(Path(path).parent)
                    save_private(Path(path), data, durable=durable)
                else:
                    self._files.pipe_file(path, data)  # object stores show an object only when it is complete
        except FileNotFoundError as error:
            raise TransientError(
                f"{self._url}: there is no such place for pictures; make it or set images.url"
            ) from error

    def load(self, key: str) -> bytes:
        """Return a picture.

        Raises:
            InvalidInput: There is none of that key, perhaps since retention removed it.
            TransientError: The store refuses us, or does not answer.
        """
        path = self._path(key)
        waiting = None if self._is_local else self._waiting.get(key)
        if waiting is not None:
            return waiting
        try:
            with self._translated():
                return bytes(self._files.cat_file(path))
        except FileNotFoundError as error:
            raise InvalidInput(f"no picture '{key}' in {self._url}; retention may have removed it") from error

    def has(self, key: str) -> bool:
        """Return whether there is a picture of that key, also one that waits for the store.

        Raises:
            TransientError: The store refuses us, or does not answer.
        """
        path = self._path(key)
        if not self._is_local and self._waiting.get(key) is not None:
            return True
        with self._translated():
            self._files.invalidate_cache(path)
            return bool(self._files.exists(path))

    def delete(self, keys: Iterable[str]) -> None:
        """Remove pictures; those that are not there do not matter.

        Raises:
            TransientError: The store refuses us, or does not answer.
        """
        folders: set[Path] = set()
        for key in keys:
            path = self._path(key)
            if not self._is_local:
                self._waiting.remove(key)
            with self._translated(), contextlib.suppress(FileNotFoundError):
                self._files.rm_file(path)
            folders.update(Path(path).parents)
        if self._is_local:
            remove_empty(folders, Path(self._root))

    def keys(self) -> Iterator[str]:
        """Yield the keys of all pictures, and of those that somebody had not written to the end, by day and camera.

        What is no picture of ours is passed over. The store is asked folder by folder, as the keys are taken.

        Raises:
            TransientError: The store refuses us, or does not answer.
        """
        folders = [""]
        for names in _FOLDERS:
            folders = [
                f"{folder}{name}/" for folder in folders for name in self._names(folder) if names.fullmatch(name)
            ]
        for folder in folders:
            for camera in self._names(folder):
                for name in self._names(f"{folder}{camera}/"):
                    if _PICTURE.fullmatch(name):
                        yield f"{folder}{camera}/{name}"

    def _names(self, folder: str) -> list[str]:
        """Return what is in a folder, sorted; nothing where it is not there or no folder."""
        path = f"{self._root}/{folder}".rstrip("/")
        try:
            with self._translated():
                self._files.invalidate_cache(path)
                found = self._files.ls(path, detail=False)
        except FileNotFoundError:
            return []
        except TransientError as error:
            if isinstance(error.__cause__, NotADirectoryError):
                return []
            raise
        return sorted({str(name).rstrip("/").rsplit("/", 1)[-1] for name in found})

    def _path(self, key: str) -> str:
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts or "\x00" in key:
            raise InvalidInput(f"'{key}' is not the key of a picture")
        return f"{self._root}/{key}"

    def _sign_in_anew(self) -> None:
        """Make the store's client again where it failed: it keeps the login that it read when it was made."""
        if self._is_local or time.monotonic() - self._opened_at < SIGN_IN_SECONDS:
            return
        self._opened_at = time.monotonic()
        with contextlib.suppress(Exception):
            self._files, _ = fsspec.core.url_to_fs(self._url, **self._options, skip_instance_cache=True)

    @contextlib.contextmanager
    def _translated(self, place: str | None = None) -> Iterator[None]:
        where = place or self._url
        try:
            yield
        except (FileNotFoundError, InvalidInput):
            raise
        except OSError as error:
            self._sign_in_anew()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(f"{where}: no space left for pictures; free some or set images.url") from error
            reason = error.strerror or str(error)
            if isinstance(error, (PermissionError, NotADirectoryError)) or error.errno == errno.EROFS:
                # It may be another's to mend (an expired login, a share that is mounted anew), and then it works again.
                raise TransientError(
                    f"{where}: pictures cannot be kept there ({reason}); correct images.url or its permissions"
                ) from error
            raise TransientError(f"{where}: the image store does not answer ({reason})") from error
        except Exception as error:
            # Each store's client has errors of its own, and some of a login that expired are no OSError.
            self._sign_in_anew()
            raise TransientError(
                f"{where}: the image store does not answer ({type(error).__name__}: {error})"
            ) from error
