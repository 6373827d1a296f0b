"""Bringing a backup back: into nothing, checked first, and seen by nobody before what has ended is gone from it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.inbox_place import INBOX_FILE
from operations.backup.ends import FILE_NAME as JOURNAL_NAME
from operations.backup.ends import journal_path
from operations.backup.verifying import Verified, verify_backup
from policy.decisions import effective_retention
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import ConfigurationError, InvalidInput
from schemas.permissions import check_permitted
from schemas.settings import Settings
from services.data_directory import RUN_LOCK, run_alone
from services.private_files import make_private_folder
from services.sealing import SealingKey
from services.signing import FOLDER as SIGNING
from storage.access import Access, access
from storage.audit.writer import write_audit
from storage.backup.files import reading, translated
from storage.backup.journal import Journal, apply_ends, read_journal
from storage.backup.loading import finish, load
from storage.backup.pictures import restore_pictures
from storage.backup.spools import restore_spools
from storage.database import Database
from storage.reads.images import ImageStore
from storage.reads.pictures import named_keys
from storage.remains.rewriting import rewrite
from storage.retention import RetentionOutcome, enforce_retention, forget_unread_plates
from storage.roles import prepare
from storage.spool.spool import Spool

STAGING = ".restoring"
"""Where everything is made in the data directory, out of everybody's sight, until all of it is right."""
_ALLOWED = {STAGING, RUN_LOCK, JOURNAL_NAME, SIGNING, "lost+found"}
LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RestoreOutcome:
    """What came back. `ended` is what was over by the clock or the journal, `known` what the journal told besides."""

    verified: Verified
    ended: RetentionOutcome
    pictures: int
    journal: Journal | None
    known: dict[str, int]


def restore_backup(
    actor: Actor,
    settings: Settings,
    backup: Path,
    keys: Sequence[SealingKey],
    purged: Path | None = None,
    action: Action = Action.RESTORE_BACKUP,
) -> RestoreOutcome:
    """Restore a backup into an empty data directory, and into an empty database where the configuration names one.

    Args:
        actor: Who does it; stands in the restored audit.
        settings: The configuration of the new place.
        backup: The backup, or a folder of backups: the newest one.
        keys: Those at hand.
        purged: Journal of what ended; None: the configured one, where it is there.
        action: What the audit calls it.

    Raises:
        ConfigurationError: Something is there already, the backup's schema is newer, or its key is not at hand.
        InvalidInput: The backup is damaged, or the journal does not fit it.
        StorageFull: No space left.
        DatabaseUnavailable: The server went away.
    """
    check_permitted(actor, action)
    if (left := _used(settings.data_dir)) is not None:
        raise ConfigurationError(
            f"{settings.data_dir}: is in use (it holds '{left}'); restore into an empty data directory, and move this "
            "one away first"
        )
    verified = verify_backup(backup, keys)
    if verified.problems:
        raise InvalidInput(
            f"is damaged and is not restored: {'; '.join(verified.problems[:3])}", source=str(verified.path)
        )
    journal = _journal(settings, verified, purged)
    with run_alone(settings.data_dir), _staged(settings) as staged, access(staged) as ways:
        owner = ways.owner or ways.application()
        _load(owner, ways.where, verified, keys, _cutoff(settings, journal))
        with _as_owner(owner, ways.where) as database:
            known = {} if journal is None else apply_ends(database, journal)
            ended = _purge(database, settings, _cutoff(settings, journal), ways)
            pictures = _pictures(verified, keys, staged, database)
            restore_spools(verified.path, verified.manifest.files, keys, staged.data_dir)
            _end_inbox(staged, _cutoff(settings, journal))
            details = {
                "backup": verified.path.name,
                "taken_at": verified.manifest.taken_at,
                "journal": None if journal is None else journal.written_at,
                "ended_reads": ended.reads,
            }
            write_audit(database, AuditRecord(actor, action, {**details, **known}))
            with database.connection() as connection:
                finish(connection)
            prepare(ways.application(), ways.owner, ways.where, effective_retention(settings).audit)
    return RestoreOutcome(verified, ended, pictures, journal, known)


def _used(data_dir: Path) -> str | None:
    """Return the name of something that a data directory holds, or None where it is empty or absent."""
    try:
        names = sorted(path.name for path in data_dir.iterdir())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{data_dir}: cannot be used ({error.strerror})") from error
    return next((name for name in names if name not in _ALLOWED), None)


def _journal(settings: Settings, verified: Verified, purged: Path | None) -> Journal | None:
    path = purged or journal_path(settings)
    if purged is None and not path.exists():
        return None
    journal, manifest = read_journal(path), verified.manifest
    if journal.agency_id != manifest.agency_id:
        raise InvalidInput(
            f"the journal is of the agency '{journal.agency_id}', and the backup of '{manifest.agency_id}'",
            source=str(path),
        )
    if journal.written_at < manifest.taken_at:
        if purged is None:
            return None
        raise InvalidInput(
            f"the journal was written at {journal.written_at:%Y-%m-%d %H:%M} UTC, before the backup, and knows nothing "
            "of what ended since; give a later one, or none",
            source=str(path),
        )
    return journal


@contextlib.contextmanager
def _staged(settings: Settings) -> Iterator[Settings]:
    """Lend a data directory inside of the real one; when all is done its content moves there, the database last."""
    staging = settings.data_dir / STAGING
    with translated(staging):
        shutil.rmtree(staging, ignore_errors=True)
        make_private_folder(staging)
    try:
        yield settings.model_copy(update={"data_dir": staging})
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    with translated(staging):
        os.sync()
        # Commands take a data directory for one that has a database: until then it has none.
        for path in sorted(staging.iterdir(), key=lambda path: path.name == "postgres"):
            path.replace(settings.data_dir / path.name)
        staging.rmdir()


def _cutoff(settings: Settings, journal: Journal | None) -> datetime:
    """Return the time from before which nothing is left: by clock and law, or by the journal where that is later."""
    by_clock = datetime.now(UTC) - effective_retention(settings).reads
    return by_clock if journal is None else max(by_clock, journal.reads_before)


def _load(owner: str, where: str, verified: Verified, keys: Sequence[SealingKey], cutoff: datetime) -> None:
    load(
        owner,
        where,
        verified.manifest,
        lambda table: reading(verified.path, table.file.name, keys, packed=verified.manifest.form == "text"),
        since_day=cutoff.date(),
    )


@contextlib.contextmanager
def _as_owner(owner: str, where: str) -> Iterator[Database]:
    with contextlib.closing(Database(owner, where, owner_connection_string=owner)) as database:
        database.open()
        yield database


def _purge(database: Database, settings: Settings, cutoff: datetime, ways: Access) -> RetentionOutcome:
    """End what is over, with its bytes where the server is our own."""
    now = datetime.now(UTC)
    retention = dataclasses.replace(effective_retention(settings), reads=now - cutoff)
    # No picture of theirs has been brought in yet.
    ended = enforce_retention(database, retention, delete_images=lambda _: None, now=now)
    forget_unread_plates(database)
    if ways.is_embedded:
        rewrite(database, cutoff, lock_seconds=LOCK_SECONDS)
    return ended


def _pictures(verified: Verified, keys: Sequence[SealingKey], staged: Settings, database: Database) -> int:
    pictures = verified.manifest.pictures
    if pictures is None:
        return 0
    images = ImageStore(staged)
    return restore_pictures(verified.path, pictures, keys, images, lambda batch: named_keys(database, batch))


def _end_inbox(staged: Settings, cutoff: datetime) -> None:
    path = staged.data_dir / INBOX_FILE
    if path.exists():
        with Spool(path) as spool:
            spool.end(cutoff)
            spool.compact()
