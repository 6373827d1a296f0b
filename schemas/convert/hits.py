"""Hits, their entries and their lists as wire models."""

from __future__ import annotations

from schemas.convert.lists import given_by
from schemas.convert.vehicles import vehicle_to_event
from schemas.events import CharacterEvidenceEvent, EntrySummaryEvent, HitEvent, ListEvent, VehicleEvidenceEvent
from schemas.types import Hit, HotlistEntry


def hit_to_event(hit: Hit) -> HitEvent:
    """Return the wire form of a hit."""
    return HitEvent(
        hit_id=hit.hit_id,
        tier=hit.tier,
        score=hit.score,
        explanation=hit.explanation,
        characters=tuple(
            CharacterEvidenceEvent.model_validate(
                {
                    "read": evidence.read,
                    "listed": evidence.listed,
                    "probability": evidence.probability,
                    "relation": evidence.relation,
                }
            )
            for evidence in hit.characters
        ),
        jurisdiction_agrees=hit.jurisdiction_agrees,
        edit_distance=hit.edit_distance,
        second_reader_agrees=hit.second_reader_agrees,
        vehicle=tuple(
            VehicleEvidenceEvent(
                feature=evidence.feature,
                read=evidence.read,
                listed=evidence.listed,
                agrees=evidence.agrees,
                score=evidence.score,
            )
            for evidence in hit.vehicle
        ),
    )


def list_to_event(hit: Hit) -> ListEvent:
    """Return the list of a hit, with the age of its content when the read was captured."""
    return ListEvent(hotlist_id=hit.hotlist_id, as_of=hit.list_as_of, age_seconds=hit.list_age_seconds)


def entry_to_summary(entry: HotlistEntry) -> EntrySummaryEvent:
    """Return what an officer needs to confirm an entry with its originating agency."""
    return EntrySummaryEvent(
        entry_id=entry.entry_id,
        plate=entry.plate,
        jurisdiction=entry.jurisdiction,
        category=entry.category,
        source_entry_id=entry.source_entry_id,
        source_code=entry.source_code,
        originating_agency=entry.originating_agency,
        case_number=entry.case_number,
        priority=entry.priority,
        vehicle=vehicle_to_event(entry.vehicle),
        instructions=entry.instructions,
        license_type=dict(entry.extra).get("license_type"),
        given_by=given_by(entry),
    )
