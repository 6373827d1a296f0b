"""What lies beside the database in a data directory and has to come back: waiting messages, a subscriber's marks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from schemas.errors import InvalidInput, TransientError
from services.private_files import make_private_folder, write_private
from services.sealing import SealingKey
from storage.backup.files import PIECE_BYTES, SEALED, FileWriter, reading, translated, writing
from storage.backup.manifest import StoredFile

PLACES = ("inbox", "subscriber", "subscriber.sqlite3", "models")
"""Folders and files of a data directory: messages that wait, what a subscriber has seen, readers trained here."""
_DATABASES = (".sqlite", ".sqlite3")
_OF_THE_MOMENT = ("-wal", "-shm", "-journal", ".lock")
_PLACE = "data/"


def copy_spools(data_dir: Path, backup: Path, key: SealingKey | None) -> list[StoredFile]:
    """Copy them into a backup, databases as they are between two transactions.

    Call it before the database's moment: a message that is processed in between is in both and processed again, which
    changes nothing; the other way round it would be in neither.

    Args:
        data_dir: The data directory.
        backup: The backup's folder.
        key: Seals them.

    Raises:
        StorageFull: No space left.
        TransientError: One is busy, or cannot be read.
    """
    stored = []
    for path in sorted(_files(data_dir)):
        name = f"{_PLACE}{path.relative_to(data_dir).as_posix()}.gz{'' if key is None else SEALED}"
        with writing(backup, name, key, packed=True) as file:
            if path.suffix in _DATABASES:
                _copy_database(path, backup, file)
            else:
                _copy_file(path, file)
        stored.append(file.stored)
    return stored


def restore_spools(backup: Path, files: Iterable[StoredFile], keys: Iterable[SealingKey], data_dir: Path) -> int:
    """Put them back; return how many files there were.

    Raises:
        InvalidInput: One is damaged.
        StorageFull: No space left.
    """
    count, keys = 0, list(keys)
    for stored in files:
        if not stored.name.startswith(_PLACE):
            continue
        name = stored.name.removeprefix(_PLACE).removesuffix(SEALED).removesuffix(".gz")
        path = data_dir / name
        if path.relative_to(data_dir).parts[0] not in PLACES or ".." in path.parts:
            raise InvalidInput(f"'{name}' is nothing that a backup has", source=str(backup))
        with translated(path):
            make_private_folder(path.parent)
            write_private(path, b"")
            with path.open("r+b") as file:
                for piece in reading(backup, stored.name, keys, packed=True):
                    file.write(piece)
        count += 1
    return count


def _files(data_dir: Path) -> Iterator[Path]:
    for name in PLACES:
        place = data_dir / name
        for path in (place, *place.rglob("*")):
            if path.is_file() and not path.name.endswith(_OF_THE_MOMENT):
                yield path


def _copy_database(path: Path, backup: Path, file: FileWriter) -> None:
    """Copy an SQLite database, whoever writes to it meanwhile, by its own backup: through a file, for memory's sake."""
    unpacked = backup / ".sqlite-copy"
    write_private(unpacked, b"")
    try:
        source = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
        target = sqlite3.connect(unpacked)
        try:
            source.backup(target)
        finally:
            target.close()
            source.close()
        _copy_file(unpacked, file)
    except sqlite3.Error as error:
        raise TransientError(f"{path}: cannot be copied now ({error}); do it again") from error
    finally:
        unpacked.unlink(missing_ok=True)


def _copy_file(path: Path, file: FileWriter) -> None:
    try:
        with path.open("rb") as source:
            while piece := source.read(PIECE_BYTES):
                file.write(piece)
    except FileNotFoundError:
        return  # gone meanwhile
