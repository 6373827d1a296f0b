"""What two versions of a list differ in."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.permissions import check_permitted
from schemas.types import HotlistEntry
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.history import HotlistHistory
from storage.hotlists.versions import HotlistVersions

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that two versions do not have alike; `before` or `after` is None where a version has it not."""

    change: str
    before: HotlistEntry | None
    after: HotlistEntry | None

    @property
    def entry(self) -> HotlistEntry | None:
        """The entry as it is now, or as it was before it went."""
        return self.after or self.before

    @property
    def fields(self) -> tuple[tuple[str, str, str], ...]:
        """What of a changed entry is otherwise: name, before, after, in words; nothing where only its row's text is."""
        if self.before is None or self.after is None:
            return ()
        pairs = zip(_told(self.before), _told(self.after), strict=True)
        return tuple((name, old, new) for (name, old), (_, new) in pairs if old != new)


@dataclass(frozen=True, slots=True)
class ListDifference:
    """What changed from one version of a list to a later one, counted, and the first of it.

    `missing` is how many entries of the two versions are not kept any more: retention has ended them, and the
    difference is not whole.
    """

    hotlist_id: str
    earlier: int
    later: int
    added: int
    removed: int
    changed: int
    changes: tuple[EntryChange, ...]
    missing: int = 0

    @property
    def total(self) -> int:
        """How many entries differ."""
        return self.added + self.removed + self.changed


def view_difference(
    actor: Actor,
    database: Database,
    hotlist_id: str,
    earlier: int | None = None,
    later: int | None = None,
    limit: int = 100,
) -> ListDifference:
    """Return what changed from one version of a list to another.

    Args:
        actor: Who looks.
        database: An open database.
        hotlist_id: The list.
        earlier: The one version; None: the one before the other.
        later: The other one; None: the newest. The lower number is taken as the earlier.
        limit: Most entries to return, up to `MOST_SHOWN`.

    Raises:
        InvalidInput: The list has no such versions.
        DatabaseUnavailable: The server is down.
    """
    check_permitted(actor, Action.VIEW_ENTRIES)
    first, last = _versions(database, hotlist_id, earlier, later)
    history = HotlistHistory(database)
    missing = 0
    for version in (first, last):
        entries = history.entries_of_version(hotlist_id, version)
        if entries is None:
            raise InvalidInput(
                f"the list '{hotlist_id}' has no version {version}; see platewatch hotlist versions {hotlist_id}"
            )
        missing += max(entries - history.kept_of_version(hotlist_id, version), 0)
    counts = history.count_changes(hotlist_id, first, last)
    found = history.changes(hotlist_id, first, last, min(limit, MOST_SHOWN))
    ids = [entry_id for entry_id, _ in found]
    before, after = (history.entries_at(hotlist_id, version, ids) for version in (first, last))
    changes = tuple(EntryChange(how, before.get(key), after.get(key)) for key, how in found)
    details = {"hotlist": hotlist_id, "earlier": first, "later": last}
    write_audit(database, AuditRecord(actor, Action.VIEW_ENTRIES, details), len(changes))
    added, removed, changed = (counts.get(how, 0) for how in (ADDED, REMOVED, CHANGED))
    return ListDifference(hotlist_id, first, last, added, removed, changed, changes, missing)


def _versions(database: Database, hotlist_id: str, one: int | None, other: int | None) -> tuple[int, int]:
    if one is not None and other is not None:
        if one == other:
            raise InvalidInput(f"version {one} was given twice; give two different versions")
        return min(one, other), max(one, other)
    known = [version.version_id for version in HotlistVersions(database).of_list(hotlist_id, 10_000)]
    if not known:
        raise InvalidInput(f"no list is named '{hotlist_id}'; see platewatch hotlist list")
    last = known[0] if other is None else other
    earlier = [version for version in known if version < last] if one is None else [one]
    if not earlier:
        raise InvalidInput(f"version {last} of the list '{hotlist_id}' is its first; there is nothing before it")
    return min(earlier[0], last), max(earlier[0], last)


def _told(entry: HotlistEntry) -> list[tuple[str, str]]:
    vehicle = "" if entry.vehicle is None else entry.vehicle.summary()
    named = (
        ("plate", entry.plate),
        ("state", entry.jurisdiction),
        ("category", entry.category.value.replace("_", " ")),
        ("code", entry.source_code),
        ("vehicle", vehicle),
        ("agency", entry.originating_agency),
        ("case", entry.case_number),
        ("priority", entry.priority),
        ("instructions", entry.instructions),
        ("from", entry.valid_from),
        ("until", entry.valid_until),
        ("more", "; ".join(f"{name} {value}" for name, value in entry.extra)),
    )
    return [(name, "" if value is None else str(value)) for name, value in named]
