"""A folder of backups: each is whole under its time's name, or unfinished under a name that nothing takes for one."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from schemas.errors import ConfigurationError, InvalidInput
from services.owner_lock import OwnerLock
from services.private_files import FOLDER_MODE, make_private_folder
from services.sealing import SealingKey
from storage.backup.files import SEALED, reading, translated, writing
from storage.backup.manifest import MANIFEST, Manifest

LOCK = ".lock"
UNFINISHED = ".unfinished-"
_NAME = re.compile(r"\d{8}T\d{6}Z(?:-\d+)?")
_MOST_MANIFEST_BYTES = 256 << 20


class BackupFolder:
    """A folder in which backups lie beside each other; one process at a time writes there. Make it with `opened`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self) -> list[Path]:
        """Return the whole backups, oldest first."""
        return sorted(path for path in self.path.iterdir() if _NAME.fullmatch(path.name) and _has_manifest(path))

    @contextlib.contextmanager
    def making(self, taken_at: datetime) -> Iterator[Path]:
        """Make a backup: the folder that is lent is written to, and gets its name when the block ends without an error.

        Args:
            taken_at: Its time, for a name.

        Raises:
            StorageFull: No space left; nothing is left behind.
        """
        name = self._free_name(taken_at)
        unfinished = self.path / f"{UNFINISHED}{name}"
        with translated(unfinished):
            unfinished.mkdir(mode=FOLDER_MODE)
        try:
            yield unfinished
            with translated(unfinished):
                # Everything that was written has to be on the disk before the name says that it is; of a hundred
                # thousand pictures one by one would take hours.
                os.sync()
                unfinished.rename(self.path / name)
                _sync_folder(self.path)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def remove(self, backup: Path) -> None:
        """Remove a backup: at first its name, so that no half of it looks like one."""
        gone = self.path / f"{UNFINISHED}removed-{backup.name}"
        with translated(gone):
            backup.rename(gone)
            shutil.rmtree(gone)

    def clear(self) -> int:
        """Remove what killed processes left; return how much."""
        left = [path for path in self.path.iterdir() if path.name.startswith(UNFINISHED)]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)

    def _free_name(self, taken_at: datetime) -> str:
        name = f"{taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        taken = {path.name for path in self.path.iterdir()}
        names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
        return next(one for one in names if one not in taken and f"{UNFINISHED}{one}" not in taken)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BackupFolder]:
    """Open a folder for backups, made where it is absent, and keep others from writing there meanwhile.

    Args:
        path: The folder.

    Raises:
        ConfigurationError: Another backup is being made there, or it is no folder for backups.
        TransientError: It cannot be used.
    """
    with translated(path):
        make_private_folder(path)
        strange = [one.name for one in path.iterdir() if not _is_ours(one)]
    if strange:
        raise ConfigurationError(
            f"{path}: holds other files, like {strange[0]}; name a folder for backups alone, or one that is not there"
        )
    lock = OwnerLock(path / LOCK)
    if not lock.acquire():
        raise ConfigurationError(f"{path}: another backup is being made there; wait until it is done")
    with lock:
        folder = BackupFolder(path)
        folder.clear()
        yield folder


def write_manifest(backup: Path, manifest: Manifest, key: SealingKey | None) -> None:
    """Write what a backup is, as its last file."""
    name = MANIFEST if key is None else MANIFEST + SEALED
    with writing(backup, name, key) as file:
        file.write(manifest.model_dump_json(indent=1).encode())


def read_manifest(backup: Path, keys: Iterable[SealingKey]) -> Manifest:
    """Return what a backup says of itself.

    Args:
        backup: Its folder; a folder of backups stands for the newest one in it.
        keys: Those at hand.

    Raises:
        InvalidInput: It is no backup, unfinished, or was changed.
        ConfigurationError: It is sealed, and its key is not at hand; or it is of a newer Platewatch.
    """
    name = MANIFEST if (backup / MANIFEST).exists() else MANIFEST + SEALED
    if not (backup / name).exists() or backup.name.startswith(UNFINISHED):
        raise InvalidInput("not a whole backup (no manifest in it)", source=str(backup))
    told = bytearray()
    for piece in reading(backup, name, keys):
        told += piece
        if len(told) > _MOST_MANIFEST_BYTES:
            raise InvalidInput("its manifest is too large to be one", source=str(backup))
    try:
        return Manifest.model_validate_json(bytes(told))
    except ValidationError as error:
        if b'"format":' in told and not re.search(rb'"format":\s*1\b', told):
            raise ConfigurationError(f"{backup}: made by a newer Platewatch; update this one") from error
        raise InvalidInput("its manifest is damaged, or of another Platewatch", source=str(backup)) from error


def newest_in(path: Path) -> Path:
    """Return a backup that is named, or the newest one of a folder of backups.

    Raises:
        InvalidInput: There is none.
    """
    if _has_manifest(path):
        return path
    found = BackupFolder(path).finished() if path.is_dir() else []
    if not found:
        raise InvalidInput("no whole backup is there", source=str(path))
    return found[-1]


def _has_manifest(path: Path) -> bool:
    return (path / MANIFEST).exists() or (path / f"{MANIFEST}{SEALED}").exists()


def _is_ours(path: Path) -> bool:
    name = path.name
    return name in (LOCK, "lost+found", JOURNAL) or name.startswith(UNFINISHED) or _NAME.fullmatch(name) is not None


JOURNAL = "purged.json"
"""A copy of the journal of what was purged may lie beside the backups."""


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
