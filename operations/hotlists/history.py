"""Single entries: found by their plate wherever they are listed, with everything that became of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from operations.hotlists.withdrawing import WantedEntries, fitting_entries, note_entries_shown
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.errors import InvalidInput
from schemas.types import HotlistEntry
from storage.audit.writer import write_audit
from storage.database import Database
from storage.hotlists.history import EntryState, HotlistHistory, StoredWithdrawal

MOST_STATES = 200


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """Entries of one plate: those in force, and those that a person has withdrawn."""

    active: tuple[HotlistEntry, ...]
    withdrawn: tuple[HotlistEntry, ...]


@dataclass(frozen=True, slots=True)
class EntryPast:
    """One entry and every state of it that is kept, the newest first; `withdrawal` is there where a person has taken it
    out of force."""

    entry: HotlistEntry
    states: tuple[EntryState, ...]
    withdrawal: StoredWithdrawal | None

    @property
    def is_active(self) -> bool:
        """Whether it is in force."""
        return self.withdrawal is None and self.states[0].last_version is None


def find_entries(actor: Actor, database: Database, wanted: WantedEntries) -> FoundEntries:
    """Return the entries that fit what is asked, on whatever list; that stands in the audit before they are returned.

    Args:
        actor: Who looks.
        database: An open database.
        wanted: Plate, or the source's own id, or the entry's id, and of which list and state.

    Raises:
        InvalidInput: Nothing but the list or the state is given.
        DatabaseUnavailable: The server is down.
    """
    AuditRecord(actor, Action.VIEW_ENTRIES)  # asks before anything is looked up
    parts = [
        fitting_entries(
            database,
            WantedEntries(wanted.plate, wanted.state, wanted.hotlist_id, wanted.nic, wanted.entry_id, withdrawn),
        )
        for withdrawn in (False, True)
    ]
    note_entries_shown(actor, database, wanted, [entry for part in parts for entry in part])
    return FoundEntries(tuple(parts[0]), tuple(parts[1]))


def view_history(actor: Actor, database: Database, entry_id: UUID) -> EntryPast:
    """Return everything that became of an entry, as far as it is kept.

    Args:
        actor: Who looks.
        database: An open database.
        entry_id: The entry.

    Raises:
        InvalidInput: There is no such entry, or not any more.
        DatabaseUnavailable: The server is down.
    """
    record = AuditRecord(actor, Action.VIEW_ENTRIES, {"entry": entry_id, "history": True})
    history = HotlistHistory(database)
    states = tuple(history.states_of(entry_id, MOST_STATES))
    withdrawal = history.withdrawal_of(entry_id)
    write_audit(database, record, len(states))
    if not states:
        raise InvalidInput(f"no entry {entry_id} is kept; see platewatch hotlist find")
    return EntryPast(states[0].entry, states, withdrawal)
