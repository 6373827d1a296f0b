"""Making a backup while others work: one moment of the database, with the pictures that its reads name."""

from __future__ import annotations

import importlib.metadata
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from operations.backup.ends import journal_of
from operations.backup.keys import BackupKeys
from operations.settings import public_values
from policy.decisions import effective_retention
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from services.private_files import write_private
from services.sealing import SealingKey
from storage.audit.writer import write_audit
from storage.backup.files import SEALED, translated, writing
from storage.backup.folder import JOURNAL, BackupFolder, opened, write_manifest
from storage.backup.journal import known_ends, write_journal
from storage.backup.manifest import Form, Manifest, StoredFile, StoredPictures, StoredTable
from storage.backup.pictures import PictureCopy, former_of, keys_in
from storage.backup.spools import copy_spools
from storage.backup.tables import Part, Snapshot, is_audited, knows_ends, snapshot_of
from storage.database import Database
from storage.reads.images import ImageStore

log = logging.getLogger(__name__)
KEYS_FILE = ".picture-keys"
NO_KEYS = BackupKeys()


@dataclass(frozen=True, slots=True)
class BackupWish:
    """What a person wants of a backup.

    `keep` is how many backups stay in the folder at most; `configuration` is the file in use.
    """

    folder: Path
    keys: BackupKeys = NO_KEYS
    pictures: bool = True
    keep: int | None = None
    configuration: Path | None = None


@dataclass(frozen=True, slots=True)
class BackupOutcome:
    """A finished backup, and the earlier ones that went for it."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...] = ()


def make_backup(actor: Actor, database: Database, settings: Settings, wish: BackupWish) -> BackupOutcome:
    """Make a backup; it has its name in the folder once all of it is on the disk. The audit says so before it begins.

    A database whose schema is older than the audit is backed up as it is; a log line says that there is no row.

    Args:
        actor: Who does it.
        database: An open database, whatever its schema.
        settings: The configuration.
        wish: What is wanted.

    Raises:
        NotPermitted: They may not.
        ConfigurationError: The folder holds other things, or another backup is being made there.
        StorageFull: No space left; nothing is left behind.
        DatabaseUnavailable: The server went away; do it again.
        TransientError: The image store does not answer; do it again.
    """
    begun = datetime.now(UTC)
    details = {"folder": str(wish.folder), "sealed": wish.keys.sealing is not None, "pictures": wish.pictures}
    record = AuditRecord(actor, Action.BACK_UP, details)  # asks who may, also where there is no audit to write to
    if is_audited(database):
        write_audit(database, record)
    else:
        log.warning("the database's schema has no audit yet: no row says that %s makes this backup", actor.name)
    with opened(wish.folder) as folder:
        before = folder.finished()
        with folder.making(begun) as backup:
            manifest = fill_backup(backup, database, settings, wish, before[-1] if before else None)
            write_manifest(backup, manifest, wish.keys.sealing)
        removed = _remove_old(folder, begun, settings, wish.keep)
        if knows_ends(database):
            write_journal(wish.folder / JOURNAL, journal_of(settings, known_ends(database)))
        return BackupOutcome(folder.finished()[-1], manifest, tuple(removed))


def fill_backup(
    backup: Path,
    database: Database,
    settings: Settings,
    wish: BackupWish,
    before: Path | None,
    form: Form = "text",
    more: Sequence[StoredFile] = (),
) -> Manifest:
    """Write everything of one moment into a folder, but for the manifest.

    Args:
        backup: The folder.
        database: An open database.
        settings: The configuration.
        wish: What is wanted.
        before: The backup before, whose pictures are shared.
        form: How rows are written.
        more: Files that are there already.

    Raises:
        StorageFull: No space left.
        DatabaseUnavailable: The server went away.
        TransientError: The image store does not answer.
    """
    key = wish.keys.sealing
    # Before the moment: see `copy_spools`.
    files = copy_spools(settings.data_dir, backup, key)
    files += _configuration(backup, settings, wish.configuration, key)
    with snapshot_of(database) as snapshot:
        parts = enumerate(snapshot.parts(), 1)
        tables = tuple(_table(backup, snapshot, number, part, key, form) for number, part in parts)
        keys_file = _picture_keys(backup, snapshot) if wish.pictures else None
        sequences = snapshot.sequences()
    pictures = None if keys_file is None else _pictures(backup, settings, wish.keys, keys_file, before)
    return Manifest(
        taken_at=snapshot.taken_at,
        finished_at=datetime.now(UTC),
        agency_id=settings.agency_id,
        version=importlib.metadata.version("platewatch"),
        server=snapshot.server,
        migrations=snapshot.migrations,
        key_id=None if key is None else key.key_id,
        form=form,
        tables=tables,
        sequences=sequences,
        pictures=pictures,
        files=(*files, *more),
        left_out=tuple(_left_out(settings, wish)),
    )


def _table(
    backup: Path, snapshot: Snapshot, number: int, part: Part, key: SealingKey | None, form: Form
) -> StoredTable:
    # By number: a list may be called whatever its file was.
    suffix = "csv" if form == "csv" else "copy.gz"
    name = f"database/{number:04}-{part.table}.{suffix}{'' if key is None else SEALED}"
    with writing(backup, name, key, packed=form == "text") as file:
        rows = snapshot.copy(part, file, form)
    return StoredTable(table=part.table, part=part.part, columns=part.columns, rows=rows, file=file.stored)


def _picture_keys(backup: Path, snapshot: Snapshot) -> Path:
    """Write the keys of the pictures down first: a table must not stay locked while pictures are copied."""
    path = backup / KEYS_FILE
    write_private(path, b"")
    with translated(path), path.open("wb") as file:
        snapshot.copy_picture_keys(file)
    return path


def _pictures(
    backup: Path, settings: Settings, keys: BackupKeys, keys_file: Path, before: Path | None
) -> StoredPictures:
    former = former_of(before, keys.opening, keys.sealing)
    copied = PictureCopy(ImageStore(settings), backup, keys.sealing, former, keys.opening).copy(keys_in(keys_file))
    keys_file.unlink()
    return copied


def _configuration(
    backup: Path, settings: Settings, configuration: Path | None, key: SealingKey | None
) -> list[StoredFile]:
    """Write the configuration: its values without secrets, and the file itself where the backup is sealed."""
    suffix = "" if key is None else SEALED
    with writing(backup, f"configuration/settings.json{suffix}", key) as file:
        file.write(json.dumps(public_values(settings), indent=1, default=str).encode())
    stored = [file.stored]
    if key is not None and configuration is not None:
        with writing(backup, f"configuration/platewatch.toml{suffix}", key) as file:
            file.write(configuration.read_bytes())
        stored.append(file.stored)
    return stored


def _left_out(settings: Settings, wish: BackupWish) -> list[str]:
    left = ["secrets and keys in files of their own: keep them apart (docs/operations.md)"]
    if wish.keys.sealing is None:
        left.append("the configuration file as it stands, which may hold secrets: the backup is not sealed")
    if not wish.pictures:
        left.append("pictures, as was asked for (--without-pictures)")
    if settings.kafka.local:
        left.append("the local broker's topics: what they hold is in the database, too")
    return left


def _remove_old(folder: BackupFolder, now: datetime, settings: Settings, keep: int | None) -> list[Path]:
    """Remove the backups of which every read is over, and those that are more than a person wants to keep."""
    limit = f"{now - effective_retention(settings).reads:%Y%m%dT%H%M%SZ}"
    finished = folder.finished()
    old = [backup for backup in finished[:-1] if backup.name < limit]
    if keep is not None:
        old += [backup for backup in finished[: -max(1, keep)] if backup not in old]
    for backup in old:
        folder.remove(backup)
    return old
