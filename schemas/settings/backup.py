"""Backups: what seals them, and what has to be known when one comes back."""

from __future__ import annotations

from schemas.settings.section import AbsolutePath, FilePath, Section


class BackupSettings(Section):
    """`platewatch backup` and `platewatch restore`."""

    key_file: FilePath | None = None
    """File with the key that backups are sealed with (`platewatch keys make FILE`); default: they are not sealed."""
    former_key_files: tuple[FilePath, ...] = ()
    """Files with earlier keys: backups of their time are still read."""
    journal: AbsolutePath | None = None
    """Journal of what was purged, withdrawn and ended, for `restore`; on another disk than the data directory. Default:
    `purged.json` there."""
