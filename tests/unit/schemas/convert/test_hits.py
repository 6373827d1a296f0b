"""A hit on the wire says what the hit says, each side under its own name."""

from __future__ import annotations

from dataclasses import replace

from schemas.convert.hits import entry_to_summary, hit_to_event, list_to_event
from schemas.types import CharacterEvidence, VehicleEvidence
from tests.unit.alerts.samples import START, sample_entry, sample_hit, sample_read


def test_what_was_read_and_what_is_listed_are_not_mixed_up() -> None:
    hit = replace(
        sample_hit(sample_read(), sample_entry()),
        characters=(CharacterEvidence("8", "B", 0.25, "look-alike"),),
        vehicle=(VehicleEvidence("make", "BMW", "OLDS", False, -1.5),),
        second_reader_agrees=False,
        edit_distance=1,
    )
    event = hit_to_event(hit)
    (character,), (feature,) = event.characters, event.vehicle
    assert (character.read, character.listed, character.probability) == ("8", "B", 0.25)
    assert (feature.read, feature.listed, feature.agrees, feature.score) == ("BMW", "OLDS", False, -1.5)
    assert (event.second_reader_agrees, event.jurisdiction_agrees, event.edit_distance) == (False, True, 1)
    assert list_to_event(hit).age_seconds == 10_800
    assert list_to_event(hit).as_of is not None
    assert list_to_event(hit).as_of < START


def test_an_officer_is_told_whom_to_ask_and_what_to_do() -> None:
    entry = sample_entry()
    told = entry_to_summary(entry)
    assert (told.originating_agency, told.case_number, told.instructions) == ("VA0010000", "26-1", "armed")
    assert (told.source_entry_id, told.source_code, told.priority) == (entry.source_entry_id, "V", None)
    assert told.vehicle is not None
    assert (told.vehicle.make, told.vehicle.color) == ("YAMA", "BLK")
