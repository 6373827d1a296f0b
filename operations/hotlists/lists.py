"""Looking at the active lists, and taking one out of force."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from alerts.settling.stale import cancel_stale_alerts
from hotlists.feeds.freshness import ListAge
from operations.currency import current_ages
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.settings import Settings
from schemas.types import Category, HotlistEntry, RejectedRow
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.lists import HotlistStore, HotlistSummary
from storage.hotlists.versions import HotlistVersions


@dataclass(frozen=True, slots=True)
class ActiveLists:
    """The active lists by name, and the ages of those that have one, by list."""

    summaries: list[HotlistSummary]
    ages: dict[str, ListAge]


@dataclass(frozen=True, slots=True)
class ListEntries:
    """Entries of a list by plate, and how many of each category the whole list has, most first."""

    entries: list[HotlistEntry] = field(default_factory=list)
    categories: dict[Category, int] = field(default_factory=dict)


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


def view_entries(actor: Actor, database: Database, hotlist_id: str, limit: int) -> ListEntries:
    """Return the first entries of an active list.

    Args:
        actor: Who looks.
        database: An open database.
        hotlist_id: The list.
        limit: Most entries to return.

    Raises:
        InvalidInput: There is no such active list.
        DatabaseUnavailable: The server is down.
    """
    active_list(database, hotlist_id)
    store = HotlistStore(database)
    found = ListEntries(store.entries_of(hotlist_id, limit), store.categories_of(hotlist_id))
    write_audit(database, AuditRecord(actor, Action.VIEW_ENTRIES, {"hotlist": hotlist_id}), len(found.entries))
    return found


def view_list_rejects(actor: Actor, database: Database, hotlist_id: str, limit: int) -> list[RejectedRow]:
    """Return the rows of an active list's file that could not be used, by line.

    Args:
        actor: Who looks.
        database: An open database.
        hotlist_id: The list.
        limit: Most rows to return.

    Raises:
        InvalidInput: There is no such active list.
        DatabaseUnavailable: The server is down.
    """
    version = active_list(database, hotlist_id).version_id
    found = HotlistStore(database).rejects(version)[:limit]
    record = AuditRecord(actor, Action.VIEW_REJECTS, {"hotlist": hotlist_id, "version": version})
    write_audit(database, record, len(found))
    return found


def active_list(database: Database, hotlist_id: str) -> HotlistSummary:
    """Return what an active list is, and nothing of what is on it.

    Raises:
        InvalidInput: There is no such active list.
        DatabaseUnavailable: The server is down.
    """
    lists = {summary.hotlist_id: summary for summary in HotlistStore(database).lists()}
    if hotlist_id not in lists:
        known = ", ".join(lists) or "none"
        raise InvalidInput(f"no active list is named '{hotlist_id}' (active: {known})")
    return lists[hotlist_id]


def remove_list(actor: Actor, database: Database, settings: Settings, hotlist_id: str) -> int:
    """Take a list out of force, and take back the open alerts about its entries.

    Args:
        actor: Who removes it.
        database: An open database.
        settings: The configuration.
        hotlist_id: The list; one that is not active is left as it is.

    Returns:
        How many alerts were canceled.

    Raises:
        DatabaseUnavailable: The server went away; do it again.
    """
    HotlistVersions(database).remove(hotlist_id, audit=AuditRecord(actor, Action.REMOVE, {"hotlist": hotlist_id}))
    return cancel_stale_alerts(database, settings)
