"""A backup's files: written once, hashed as they are written, sealed where there is a key, and read back in pieces."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from schemas.errors import InvalidInput, StorageFull, TransientError
from services.private_files import FILE_MODE, make_private_folder
from services.sealing import Sealer, SealingKey, unsealed
from storage.backup.manifest import StoredFile

PIECE_BYTES = 1 << 20
SEALED = ".sealed"
_GZIP = 16 + zlib.MAX_WBITS


class _Hashing:
    """Counts and hashes the bytes on their way to a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.count += len(data)
        self.digest.update(data)


class FileWriter:
    """One file while it is written; `stored` says what became of it once it is closed."""

    def __init__(self, raw: _Hashing, name: str, key: SealingKey | None, *, packed: bool) -> None:
        self._raw = raw
        self._name = name
        self._sealer = None if key is None else Sealer(cast(BinaryIO, raw), key, name)
        self._packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP) if packed else None

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self._put(data if self._packer is None else self._packer.compress(data))

    def end(self) -> None:
        """Write what is left."""
        if self._packer is not None:
            self._put(self._packer.flush())
        if self._sealer is not None:
            self._sealer.close()

    @property
    def stored(self) -> StoredFile:
        """The file as the manifest names it."""
        return StoredFile(name=self._name, bytes=self._raw.count, sha256=self._raw.digest.hexdigest())

    def _put(self, data: bytes) -> None:
        if data:
            (self._sealer or self._raw).write(data)


@contextlib.contextmanager
def writing(folder: Path, name: str, key: SealingKey | None = None, *, packed: bool = False) -> Iterator[FileWriter]:
    """Write a file of a backup, for us alone.

    Args:
        folder: The backup.
        name: The file's name in it, with `/` between folders.
        key: Seals it; None: it is as it is.
        packed: Compress it.

    Raises:
        StorageFull: No space left.
        TransientError: It cannot be written.
    """
    path = folder / name
    with translated(path):
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            writer = FileWriter(_Hashing(file), name, key, packed=packed)
            yield writer
            writer.end()


def reading(folder: Path, name: str, keys: Iterable[SealingKey] = (), *, packed: bool = False) -> Iterator[bytes]:
    """Yield what a file of a backup holds, in pieces.

    Args:
        folder: The backup.
        name: The file's name in it.
        keys: Those at hand; a file that ends with `.sealed` needs one.
        packed: It is compressed.

    Raises:
        InvalidInput: It is not there, was changed, or is cut off.
        ConfigurationError: The key is not at hand.
    """
    path = inside(folder, name)
    try:
        file = path.open("rb")
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror})", source=str(path)) from error
    with file:
        pieces = unsealed(file, keys, name) if name.endswith(SEALED) else iter(lambda: file.read(PIECE_BYTES), b"")
        yield from _unpacked(pieces, path) if packed else pieces


def _unpacked(pieces: Iterator[bytes], path: Path) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for piece in pieces:
            yield unpacker.decompress(piece, PIECE_BYTES)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, PIECE_BYTES)
    except zlib.error as error:
        raise InvalidInput("is damaged", source=str(path)) from error
    if not unpacker.eof:
        raise InvalidInput("is cut off", source=str(path))


def hash_of(folder: Path, name: str) -> StoredFile | None:
    """Return what a file of a backup is, or None where it is not there or cannot be read."""
    digest, count = hashlib.sha256(), 0
    try:
        with inside(folder, name).open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                digest.update(piece)
                count += len(piece)
    except OSError:
        return None
    return StoredFile(name=name, bytes=count, sha256=digest.hexdigest())


def inside(folder: Path, name: str) -> Path:
    """Return a file's path, which is in the folder whatever a manifest says.

    Raises:
        InvalidInput: The name leads out of it.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\x00" in name:
        raise InvalidInput(f"'{name}' is no name of a file in a backup", source=str(folder))
    return folder.joinpath(*parts)


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise the errors of a file system as Platewatch's.

    Raises:
        StorageFull: No space left.
        TransientError: Anything else.
    """
    try:
        yield
    except OSError as error:
        where = error.filename or path
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"{where}: no space left for the backup; free some or name another folder") from error
        raise TransientError(
            f"{where}: the backup cannot be written ({error.strerror}); correct its folder's permissions"
        ) from error
