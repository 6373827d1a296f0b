"""Looking whether a backup is whole: every file as it was written, every row that its manifest counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import InvalidInput
from services.sealing import SealingKey
from storage.backup.files import hash_of, reading
from storage.backup.folder import newest_in, read_manifest
from storage.backup.manifest import Manifest
from storage.backup.pictures import damaged_pictures
from storage.backup.tables import name_of, rows_in

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Verified:
    """A backup, and what is wrong with it, in words."""

    path: Path
    manifest: Manifest
    problems: tuple[str, ...]


def verify_backup(path: Path, keys: Sequence[SealingKey]) -> Verified:
    """Read all of a backup.

    Args:
        path: The backup, or a folder of backups: the newest one.
        keys: Those at hand; one that is sealed needs its own.

    Raises:
        InvalidInput: It is no backup, or its manifest was changed.
        ConfigurationError: Its key is not at hand.
    """
    backup = newest_in(path)
    manifest = read_manifest(backup, keys)
    problems: list[str] = []
    for stored in manifest.all_files:
        found = hash_of(backup, stored.name)
        if found is None:
            problems.append(f"{stored.name}: is not there")
        elif found != stored:
            problems.append(f"{stored.name}: is another file than was written")
    if not problems:
        problems += _miscounted(backup, manifest, keys)
    try:
        if manifest.pictures is not None and not problems:
            for problem in damaged_pictures(backup, manifest.pictures, keys):
                problems.append(problem)
                if len(problems) == MOST_PROBLEMS:
                    problems.append("and more")
                    break
    except InvalidInput as error:
        problems.append(str(error))
    return Verified(backup, manifest, tuple(problems))


def _miscounted(backup: Path, manifest: Manifest, keys: Sequence[SealingKey]) -> list[str]:
    problems = []
    for table in manifest.tables:
        try:
            pieces = reading(backup, table.file.name, keys, packed=manifest.form == "text")
            rows = rows_in(pieces, manifest.form)
        except InvalidInput as error:
            problems.append(str(error))
            continue
        if rows != table.rows:
            problems.append(f"{name_of(table)}: holds {rows} rows, and the manifest says {table.rows}")
    return problems
