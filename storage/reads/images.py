"""Pictures of reads: on the local disk or in any store that fsspec knows, under a dated key."""

from __future__ import annotations

import contextlib
import errno
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import fsspec
from fsspec.implementations.local import LocalFileSystem

from schemas.errors import ConfigurationError, InvalidInput, StorageFull, TransientError
from schemas.settings import Settings
from schemas.types import PlateRead
from services.private_files import make_private_folder, write_private

SIGN_IN_SECONDS = 30.0
"""How often a store that refuses is signed in to anew."""
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def image_key(read: PlateRead, kind: Literal["plate", "context"]) -> str:
    """Return the key of a read's picture: `YYYY/MM/DD/<camera>/<read id>-<kind>.jpg`, by the UTC day of capture.

    Args:
        read: The read.
        kind: The plate alone, or the whole frame.
    """
    day = read.captured_at.astimezone(UTC)
    return f"{day:%Y/%m/%d}/{_UNSAFE.sub('_', read.camera_id)}/{read.read_id}-{kind}.jpg"


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

    def save(self, key: str, data: bytes) -> None:
        """Store a picture, whole or not at all; one that is there is replaced.

        Args:
            key: Its key (`image_key`).
            data: The encoded picture.

        Raises:
            StorageFull: No space left, or the quota is used up; nothing is left behind.
            TransientError: The store refuses us, or does not answer.
        """
        path = self._path(key)
        try:
            with self._translated():
                if self._is_local:
                    _save_local(Path(path), data)
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
        try:
            with self._translated():
                return bytes(self._files.cat_file(path))
        except FileNotFoundError as error:
            raise InvalidInput(f"no picture '{key}' in {self._url}; retention may have removed it") from error

    def delete(self, keys: Iterable[str]) -> None:
        """Remove pictures; those that are not there do not matter.

        Raises:
            TransientError: The store refuses us, or does not answer.
        """
        folders: set[Path] = set()
        for key in keys:
            path = self._path(key)
            with self._translated(), contextlib.suppress(FileNotFoundError):
                self._files.rm_file(path)
            folders.update(Path(self._root, *key.split("/")[:depth]) for depth in range(1, key.count("/") + 1))
        if self._is_local:
            for folder in sorted(folders, key=lambda path: len(path.parts), reverse=True):
                with contextlib.suppress(OSError):  # still in use
                    folder.rmdir()

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
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, InvalidInput):
            raise
        except OSError as error:
            self._sign_in_anew()
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull(f"{self._url}: no space left for pictures; free some or set images.url") from error
            reason = error.strerror or str(error)
            if isinstance(error, (PermissionError, NotADirectoryError)) or error.errno == errno.EROFS:
                # It may be another's to mend (an expired login, a share that is mounted anew), and then it works again.
                raise TransientError(
                    f"{self._url}: pictures cannot be kept there ({reason}); correct images.url or its permissions"
                ) from error
            raise TransientError(f"{self._url}: the image store does not answer ({reason})") from error
        except Exception as error:
            # Each store's client has errors of its own, and some of a login that expired are no OSError.
            self._sign_in_anew()
            raise TransientError(
                f"{self._url}: the image store does not answer ({type(error).__name__}: {error})"
            ) from error


def _save_local(path: Path, data: bytes) -> None:
    """Write beside and rename, so that nobody sees half a picture."""
    make_private_folder(path.parent)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        write_private(unfinished, data)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
