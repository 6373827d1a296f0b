"""Taking single entries of any list out of force, and bringing them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from alerts.settling.stale import cancel_stale_alerts
from operations.backup.ends import note_ends
from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.settings import Settings
from schemas.types import HotlistEntry
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.edits import HotlistEdits, RestoreOutcome


@dataclass(frozen=True, slots=True)
class WantedEntries:
    """Which entries somebody means; what is None does not matter.

    `nic` is the source's own id of the entry, `withdrawn` looks among those that are withdrawn.
    """

    plate: str | None = None
    state: str | None = None
    hotlist_id: str | None = None
    nic: str | None = None
    entry_id: UUID | None = None
    withdrawn: bool = False

    @property
    def details(self) -> dict[str, Any]:
        """What was asked, for the audit."""
        return {
            "plate": self.plate,
            "state": self.state,
            "hotlist": self.hotlist_id,
            "nic": self.nic,
            "entry": self.entry_id,
            "withdrawn": self.withdrawn or None,
        }


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """How many entries are not in force any more, and how many alerts about them were taken back."""

    entries: int
    canceled: int


def fitting_entries(database: Database, wanted: WantedEntries) -> list[HotlistEntry]:
    """Return the entries that somebody means, by list and plate: what `withdraw_entries` and `restore_entries` are
    about to change. Before a person sees them, `note_entries_shown`.

    Raises:
        InvalidInput: Nothing but the list or the state is given.
        DatabaseUnavailable: The server is down.
    """
    found = HotlistEdits(database).find(
        plate=wanted.plate,
        source_entry_id=wanted.nic,
        hotlist_id=wanted.hotlist_id,
        entry_id=wanted.entry_id,
        withdrawn=wanted.withdrawn,
    )
    return [entry for entry in found if wanted.state is None or entry.jurisdiction == wanted.state]


def note_entries_shown(actor: Actor, database: Database, wanted: WantedEntries, shown: Sequence[HotlistEntry]) -> None:
    """Write down that somebody looks at the entries that fit, whether or not anything is done with them.

    Raises:
        DatabaseUnavailable: It could not be written down; show nothing.
    """
    write_audit(database, AuditRecord(actor, Action.VIEW_ENTRIES, wanted.details), len(shown))


def withdraw_entries(
    actor: Actor,
    database: Database,
    settings: Settings,
    wanted: WantedEntries,
    entry_ids: Sequence[UUID],
    reason: str,
) -> Withdrawal:
    """Take entries out of force, and take back the open alerts about them.

    Args:
        actor: Who withdraws them; stands with the entries.
        database: An open database.
        settings: The configuration.
        wanted: How they were found, for the audit.
        entry_ids: The entries; those that are not active are left as they are.
        reason: Why; goes out with the canceled alerts.

    Raises:
        InvalidInput: The reason says nothing.
        DatabaseUnavailable: Do it again.
    """
    details = wanted.details | {"entries": list(entry_ids), "reason": reason}
    record = AuditRecord(actor, Action.WITHDRAW, details)
    check_reason(database, record, reason)
    count = HotlistEdits(database).withdraw(entry_ids, by=actor.name, reason=reason, audit=record)
    note_ends(database, settings)
    return Withdrawal(count, cancel_stale_alerts(database, settings))


def restore_entries(
    actor: Actor, database: Database, wanted: WantedEntries, entry_ids: Sequence[UUID], reason: str
) -> RestoreOutcome:
    """Bring withdrawn entries back: at once what no file has been imported over since, else with the next file.

    Args:
        actor: Who restores them.
        database: An open database.
        wanted: How they were found, for the audit.
        entry_ids: The entries; those that are not withdrawn are left as they are.
        reason: Why.

    Raises:
        InvalidInput: The reason says nothing.
        DatabaseUnavailable: Nothing was changed.
    """
    details = wanted.details | {"entries": list(entry_ids), "reason": reason}
    record = AuditRecord(actor, Action.RESTORE, details)
    check_reason(database, record, reason)
    return HotlistEdits(database).restore(entry_ids, by=actor.name, reason=reason, audit=record)
