"""Keeping the journal of what ended beside the database, for the day on which an older copy of it comes back."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

from policy.decisions import effective_retention
from schemas.errors import PlatewatchError
from schemas.settings import Settings
from storage.backup.journal import Journal, Known, known_ends, write_journal
from storage.database import Database

log = logging.getLogger(__name__)

FILE_NAME = "purged.json"


def journal_path(settings: Settings) -> Path:
    """Return where the journal is kept."""
    return settings.backup.journal or settings.data_dir / FILE_NAME


def journal_of(settings: Settings, known: Known, now: datetime | None = None) -> Journal:
    """Return the journal as it is now."""
    now = now or datetime.now(UTC)
    return Journal(
        agency_id=settings.agency_id,
        written_at=now,
        reads_before=now - effective_retention(settings).reads,
        known=known,
    )


def note_ends(database: Database, settings: Settings) -> None:
    """Write the journal after something ended; that it cannot be written undoes nothing and is said in the log."""
    path = journal_path(settings)
    if settings.backup.journal is None and not settings.data_dir.is_dir():
        return  # another machine's run keeps it
    try:
        write_journal(path, journal_of(settings, known_ends(database)))
    except (OSError, PlatewatchError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        log.warning(
            "%s: what ended could not be noted (%s); a backup that is restored before it can be would not know of it",
            path,
            reason,
        )
