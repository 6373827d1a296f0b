"""Looking at the active lists, and taking one out of force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from alerts.settling.stale import cancel_stale_alerts
from hotlists.feeds.freshness import ListAge
from operations.backup.ends import note_ends
from operations.currency import current_ages
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import NotThere
from schemas.permissions import check_permitted
from schemas.settings import Settings
from schemas.types import Category, HotlistEntry, RejectedRow
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.lists import HotlistStore, HotlistSummary
from storage.hotlists.versions import HotlistVersions
from storage.sharing.foreign import ForeignDisposition, heard

MOST_SAID = 1000
"""Most dispositions of other agencies that are shown beside entries."""


@dataclass(frozen=True, slots=True)
class ActiveLists:
    """The active lists by name, and the ages of those that have one, by list."""

    summaries: list[HotlistSummary]
    ages: dict[str, ListAge]


@dataclass(frozen=True, slots=True)
class ListEntries:
    """Entries of a list by plate, and how many of each category the whole list has, most first.

    `elsewhere`: what agencies that were given an entry said of their alerts on it, newest first, by entry.
    """

    entries: list[HotlistEntry] = field(default_factory=list)
    categories: dict[Category, int] = field(default_factory=dict)
    elsewhere: dict[UUID, list[ForeignDisposition]] = field(default_factory=dict)


def view_lists(actor: Actor, database: Database, settings: Settings, now: datetime) -> ActiveLists:
    """Return the active lists and how old their content is.

    Args:
        actor: Who looks.
        database: An open database.
        settings: The configuration.
        now: The time, aware.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    summaries = HotlistStore(database).lists()
    ages = {age.hotlist_id: age for age in current_ages(database, settings, now)}
    write_audit(database, AuditRecord(actor, Action.VIEW_LISTS), len(summaries))
    return ActiveLists(summaries, ages)


def view_entries(actor: Actor, database: Database, hotlist_id: str, limit: int, offset: int = 0) -> ListEntries:
    """Return entries of an active list, by plate.

    Args:
        actor: Who looks.
        database: An open database.
        hotlist_id: The list.
        limit: Most entries to return.
        offset: How many are left out before.

    Raises:
        NotThere: There is no such active list.
        DatabaseUnavailable: The server is down.
    """
    # Before it is said which lists there are.
    check_permitted(actor, Action.VIEW_ENTRIES)
    active_list(database, hotlist_id)
    store = HotlistStore(database)
    entries = store.entries_of(hotlist_id, limit, offset)
    elsewhere = said_elsewhere(database, [entry.entry_id for entry in entries])
    found = ListEntries(entries, store.categories_of(hotlist_id), elsewhere)
    write_audit(database, AuditRecord(actor, Action.VIEW_ENTRIES, {"hotlist": hotlist_id}), len(found.entries))
    return found


def said_elsewhere(database: Database, entry_ids: Sequence[UUID]) -> dict[UUID, list[ForeignDisposition]]:
    """Return what other agencies said of their alerts on some entries, newest first, by entry.

    It is part of the look that shows the entries, which is written down there.

    Raises:
        DatabaseUnavailable: The server is down.
    """
    found: dict[UUID, list[ForeignDisposition]] = {}
    for said in heard(database, MOST_SAID, entry_ids=entry_ids) if entry_ids else ():
        found.setdefault(said.entry_id, []).append(said)
    return found


def view_list_rejects(
    actor: Actor, database: Database, hotlist_id: str, limit: int, offset: int = 0
) -> list[RejectedRow]:
    """Return the rows of an active list's file that could not be used, by line.

    Args:
        actor: Who looks.
        database: An open database.
        hotlist_id: The list.
        limit: Most rows to return.
        offset: How many are left out before.

    Raises:
        NotThere: There is no such active list.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VIEW_REJECTS)
    version = active_list(database, hotlist_id).version_id
    found = HotlistStore(database).rejects(version)[offset : offset + limit]
    record = AuditRecord(actor, Action.VIEW_REJECTS, {"hotlist": hotlist_id, "version": version})
    write_audit(database, record, len(found))
    return found


def active_list(database: Database, hotlist_id: str) -> HotlistSummary:
    """Return what an active list is, and nothing of what is on it.

    Raises:
        NotThere: There is no such active list.
        DatabaseUnavailable: The server is down.
    """
    lists = {summary.hotlist_id: summary for summary in HotlistStore(database).lists()}
    if hotlist_id not in lists:
        known = ", ".join(lists) or "none"
        raise NotThere(f"no active list is named '{hotlist_id}' (active: {known})")
    return lists[hotlist_id]


def remove_list(
    actor: Actor, database: Database, settings: Settings, hotlist_id: str, reason: str | None = None
) -> int:
    """Take a list out of force, and take back the open alerts about its entries.

    Args:
        actor: Who removes it.
        database: An open database.
        settings: The configuration.
        hotlist_id: The list; one that is not active is left as it is.
        reason: Why, where somebody says it; kept in the audit.

    Returns:
        How many alerts were canceled.

    Raises:
        InvalidInput: The reason says nothing.
        DatabaseUnavailable: The server went away; do it again.
    """
    details = {"hotlist": hotlist_id} | ({} if reason is None else {"reason": reason})
    record = AuditRecord(actor, Action.REMOVE, details)
    if reason is not None:
        check_reason(database, record, reason)
    HotlistVersions(database).remove(hotlist_id, audit=record)
    note_ends(database, settings)
    return cancel_stale_alerts(database, settings)
