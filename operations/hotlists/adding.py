"""Adding single entries to lists that people keep by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from operations.reasons import check_reason
from schemas.actor import Actor
from schemas.audit import Action, AuditRecord
from schemas.types import HotlistEntry
from storage.database import Database
from storage.hotlists.edits import LOCAL, HotlistEdits

DEFAULT_LIST = LOCAL
"""The list that single entries belong to unless another one is named."""


class AddOutcome(StrEnum):
    """What adding an entry did: one that is there already is changed, or stays as it is."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Addition:
    """An entry as it stands now on a version of its list."""

    version_id: int
    outcome: AddOutcome


def add_entry(actor: Actor, database: Database, entry: HotlistEntry, reason: str | None = None) -> Addition:
    """Add an entry to its list, or change it; a withdrawal of it is lifted.

    Args:
        actor: Who adds it; stands with the version.
        database: An open database.
        entry: The entry.
        reason: Why; None: what the entry is.

    Raises:
        InvalidInput: The list comes from files, the entry cannot be stored, or the reason says nothing.
        DatabaseUnavailable: Nothing was changed.
    """
    edits = HotlistEdits(database)
    outcome = _outcome(entry, edits.find(entry_id=entry.entry_id, hotlist_id=entry.hotlist_id))
    why = _what(entry) if reason is None else reason
    details = {
        "hotlist": entry.hotlist_id,
        "entry": entry.entry_id,
        "plate": entry.plate,
        "state": entry.jurisdiction,
        "category": entry.category.value,
        "until": entry.valid_until,
        "reason": why,
        "outcome": outcome.value,
    }
    record = AuditRecord(actor, Action.ADD, details, case_number=entry.case_number)
    if reason is not None:
        check_reason(database, record, reason)
    version = edits.add(entry.hotlist_id, [entry], by=actor.name, reason=why, audit=record)
    return Addition(version, outcome)


def _what(entry: HotlistEntry) -> str:
    return " ".join(text for text in (entry.source_code or entry.category.value, entry.case_number) if text)


def _outcome(entry: HotlistEntry, known: list[HotlistEntry]) -> AddOutcome:
    if not known:
        return AddOutcome.ADDED
    is_same = known[0]._replace(source_line=None, raw=None) == entry
    return AddOutcome.UNCHANGED if is_same else AddOutcome.CHANGED
