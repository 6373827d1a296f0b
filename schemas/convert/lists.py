"""Entries that one agency gives to another one, between their in-process and their wire form."""

from __future__ import annotations

from schemas.convert.vehicles import vehicle_from_event, vehicle_to_event
from schemas.events import GivenByEvent, SharedEntryEvent
from schemas.ids import entry_id
from schemas.types import Category, HotlistEntry

_AGENCY, _NAME, _UNDER = "given_by", "given_by_name", "given_under"
_LIST, _ENTRY = "list_at_owner", "entry_at_owner"


def shared_entry(entry: HotlistEntry) -> SharedEntryEvent:
    """Return an entry as it goes to another agency: what is not named here does not go out."""
    return SharedEntryEvent(
        entry_id=entry.entry_id,
        plate=entry.plate,
        category=entry.category,
        jurisdiction=entry.jurisdiction,
        source_entry_id=entry.source_entry_id,
        source_code=entry.source_code,
        vehicle=vehicle_to_event(entry.vehicle),
        originating_agency=entry.originating_agency,
        case_number=entry.case_number,
        priority=entry.priority,
        instructions=entry.instructions,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        license_type=dict(entry.extra).get("license_type"),
    )


def received_entry(event: SharedEntryEvent, hotlist_id: str, owner: GivenByEvent) -> HotlistEntry:
    """Return an entry that another agency gave, as one of a list of ours. It keeps whose it is.

    Args:
        event: As it came.
        hotlist_id: Our list.
        owner: Whose it is, and what it is there.
    """
    named = (
        ("license_type", event.license_type or ""),
        (_AGENCY, owner.agency_id),
        (_NAME, owner.name),
        (_UNDER, owner.agreement_id),
        (_LIST, owner.hotlist_id),
        (_ENTRY, str(owner.entry_id)),
    )
    return HotlistEntry(
        # One of our list: two agencies' entries are two, whatever ids they have at home.
        entry_id=entry_id(hotlist_id, "shared", str(owner.entry_id)),
        hotlist_id=hotlist_id,
        plate=event.plate,
        category=Category(event.category),
        jurisdiction=event.jurisdiction,
        source_entry_id=event.source_entry_id,
        source_code=event.source_code,
        vehicle=vehicle_from_event(event.vehicle),
        originating_agency=event.originating_agency or owner.name,
        case_number=event.case_number,
        priority=event.priority,
        instructions=event.instructions,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
        extra=tuple((name, value) for name, value in named if value),
    )


def given_by(entry: HotlistEntry) -> GivenByEvent | None:
    """Return whose entry it is that another agency gave, or None for one of our own."""
    said = dict(entry.extra)
    if all(name in said for name in (_AGENCY, _NAME, _UNDER, _LIST, _ENTRY)):
        try:
            return GivenByEvent.model_validate(
                {
                    "agency_id": said[_AGENCY],
                    "name": said[_NAME],
                    "agreement_id": said[_UNDER],
                    "hotlist_id": said[_LIST],
                    "entry_id": said[_ENTRY],
                }
            )
        except ValueError:
            # A file's own columns may be called so.
            return None
    return None
