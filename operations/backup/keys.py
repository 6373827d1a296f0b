"""Which keys backups are sealed and opened with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.settings import Settings
from services.sealing import SealingKey


@dataclass(frozen=True, slots=True)
class BackupKeys:
    """The key that seals, None where nothing does, and all that are at hand to open."""

    sealing: SealingKey | None = None
    opening: tuple[SealingKey, ...] = ()


def backup_keys(settings: Settings, key_files: Sequence[Path] = ()) -> BackupKeys:
    """Read the keys: those that are given first, then the configuration's.

    Args:
        settings: The configuration.
        key_files: Given by a person; the first one seals.

    Raises:
        ConfigurationError: A key's file cannot be used.
    """
    given = [(path, "--key-file") for path in key_files]
    if settings.backup.key_file is not None:
        given.append((settings.backup.key_file, "backup.key_file"))
    sealing = SealingKey.load(*given[0]) if given else None
    given += [(path, "backup.former_key_files") for path in settings.backup.former_key_files]
    return BackupKeys(sealing, tuple(SealingKey.load(*one) for one in given))
