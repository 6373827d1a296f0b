"""Looking at a list's versions, and going back to one."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.settling.stale import cancel_stale_alerts
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import NotThere
from schemas.permissions import check_permitted
from schemas.settings import Settings
from schemas.types import RejectedRow
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.lists import HotlistStore
from storage.hotlists.versions import HotlistVersions, RollbackOutcome, VersionSummary


@dataclass(frozen=True, slots=True)
class Rollback:
    """What going back did; `canceled` open alerts were taken back."""

    outcome: RollbackOutcome
    canceled: int


def view_versions(
    actor: Actor, database: Database, hotlist_id: str, limit: int, offset: int = 0
) -> list[VersionSummary]:
    """Return a list's versions, the latest first.

    Args:
        actor: Who looks.
        database: An open database.
        hotlist_id: The list.
        limit: Most versions to return.
        offset: How many are left out before.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    found = HotlistVersions(database).of_list(hotlist_id, offset + limit)[offset:]
    write_audit(database, AuditRecord(actor, Action.VIEW_VERSIONS, {"hotlist": hotlist_id}), len(found))
    return found


def view_rejects(actor: Actor, database: Database, version: str, limit: int) -> list[RejectedRow]:
    """Return the rows of a version's file that could not be used, by line.

    Args:
        actor: Who looks.
        database: An open database.
        version: A version's number, or the name of a list, whose active version is meant.
        limit: Most rows to return.

    Raises:
        NotThere: There is no such version or active list.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VIEW_REJECTS)
    store = HotlistStore(database)
    number = _version_number(store, version)
    found = store.rejects(number)[:limit]
    write_audit(database, AuditRecord(actor, Action.VIEW_REJECTS, {"version": number}), len(found))
    return found


def _version_number(store: HotlistStore, text: str) -> int:
    active = {summary.hotlist_id: summary.version_id for summary in store.lists()}
    if text in active:
        return active[text]
    if text.isascii() and text.isdigit() and len(text) < 19 and store.list_of_version(int(text)) is not None:
        return int(text)
    known = ", ".join(f"{name} ({number})" for name, number in active.items()) or "none"
    raise NotThere(f"'{text}' is neither a version nor an active list (active: {known})")


def roll_back(
    actor: Actor,
    database: Database,
    settings: Settings,
    hotlist_id: str,
    reason: str,
    to_version: int | None = None,
) -> Rollback:
    """Make an earlier version's content active again, and take back the alerts of entries that are gone.

    Args:
        actor: Who goes back; stands with the new version.
        database: An open database.
        settings: The configuration.
        hotlist_id: The list.
        reason: Why.
        to_version: The version; None: the one before the active one.

    Raises:
        InvalidInput: There is no such list or version, it is active, or it is not kept as a whole any more; or the
            reason says nothing.
        DatabaseUnavailable: The server went away; do it again.
    """
    record = AuditRecord(actor, Action.ROLL_BACK, {"hotlist": hotlist_id, "reason": reason})
    check_reason(database, record, reason)
    outcome = HotlistVersions(database).rollback(
        hotlist_id, made_by=actor.name, reason=reason, to_version=to_version, audit=record
    )
    return Rollback(outcome, cancel_stale_alerts(database, settings))
