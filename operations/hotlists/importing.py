"""Importing a list's file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alerts.settling.stale import cancel_stale_alerts
from hotlists.importing.importer import ImportOptions, ImportReport, Progress, import_file
from hotlists.importing.names import default_name
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import HeldForReview, InvalidInput
from schemas.settings import Settings
from storage.audit.writer import write_audit
from storage.database import Database


@dataclass(frozen=True, slots=True)
class ListImport:
    """What an import did; `canceled` open alerts were taken back, since their entries do not stand any more."""

    report: ImportReport
    canceled: int


def import_list(
    actor: Actor,
    database: Database,
    settings: Settings,
    path: Path,
    layout: str,
    options: ImportOptions,
    *,
    on_progress: Progress | None = None,
) -> ListImport:
    """Read a list's file and make it the active version, and take back the alerts of entries that are gone.

    Args:
        actor: Who imports; stands with the version.
        database: An open database.
        settings: The configuration.
        path: A plain file.
        layout: Its layout.
        options: What else is known of it.
        on_progress: Told how far the work is.

    Raises:
        HeldForReview: The version is suspicious; it is noted among the list's holds and in the audit.
        InvalidInput: The file cannot be used, or the reason to force it says nothing; nothing was changed, and the
            audit says so.
        DatabaseUnavailable: The server went away; do it again.
    """
    details = {
        "hotlist": options.hotlist_id or default_name(layout, path),
        "layout": layout,
        "file": path.name,
        "state": options.default_state,
        "reason": options.force,
    }
    record = AuditRecord(actor, Action.IMPORT, details)
    if options.force is not None:
        check_reason(database, record, options.force)
    try:
        report = import_file(database, path, layout, options, on_progress=on_progress, audit=record)
    except HeldForReview:
        raise
    except InvalidInput as error:
        write_audit(database, record, outcome="refused", why_refused=str(error))
        raise
    return ListImport(report, cancel_stale_alerts(database, settings))
