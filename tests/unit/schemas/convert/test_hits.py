"""A hit on the wire says what the hit says, each side under its own name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from schemas.convert import given_by, received_entry, shared_entry
from schemas.convert.hits import entry_to_summary, hit_to_event, list_to_event
from schemas.events import GivenByEvent
from schemas.ids import entry_id
from schemas.types import Category, CharacterEvidence, HotlistEntry, Tier, VehicleDescription, VehicleEvidence
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


def test_all_of_a_hit_an_entry_and_its_list_is_told() -> None:
    """Whole, field by field: what a subscriber would miss is missed here."""
    read, entry = sample_read(), replaced_entry()
    hit = replace(
        sample_hit(read, entry, Tier.PROBABLE),
        characters=(CharacterEvidence("8", "B", 0.25, "look-alike"),),
        vehicle=(VehicleEvidence("make", "BMW", "OLDS", False, -1.5),),
        jurisdiction_agrees=None,
        second_reader_agrees=True,
        edit_distance=2,
    )
    assert hit_to_event(hit).model_dump() == {
        "hit_id": hit.hit_id,
        "tier": hit.tier,
        "score": 21.5,
        "score_meaning": "log-likelihood ratio in nats: how much likelier this read is if the vehicle carries the "
        "listed plate than if it is any other vehicle",
        "explanation": "plate and state are equal",
        "characters": ({"read": "8", "listed": "B", "probability": 0.25, "relation": "look-alike"},),
        "jurisdiction_agrees": None,
        "edit_distance": 2,
        "second_reader_agrees": True,
        "vehicle": ({"feature": "make", "read": "BMW", "listed": "OLDS", "agrees": False, "score": -1.5},),
    }
    assert list_to_event(hit).model_dump() == {
        "hotlist_id": "ncic",
        "as_of": START - timedelta(hours=3),
        "age_seconds": 10_800.0,
    }
    assert entry_to_summary(entry).model_dump() == {
        "entry_id": entry.entry_id,
        "plate": "VNV4527",
        "jurisdiction": "US-VA",
        "category": Category.STOLEN_VEHICLE,
        "source_entry_id": "V000000001",
        "source_code": "V",
        "originating_agency": "VA0010000",
        "case_number": "26-1",
        "priority": "high",
        "vehicle": {
            "year": 2009,
            "make": "YAMA",
            "model": "MC2",
            "style": "CY",
            "color": "BLK",
            "vehicle_class": "motorcycle",
        },
        "instructions": "armed",
        "license_type": "MC",
        "given_by": None,
    }


def replaced_entry() -> HotlistEntry:
    vehicle = VehicleDescription(2009, "YAMA", "MC2", "CY", "BLK", "motorcycle")
    return sample_entry()._replace(vehicle=vehicle, priority="high", extra=(("license_type", "MC"), ("given_by", "x")))


def test_an_entry_that_is_given_is_at_its_receiver_what_it_was_here_and_whose_it_is() -> None:
    entry = replaced_entry()._replace(valid_from=START, valid_until=START + timedelta(days=3))
    owner = GivenByEvent(
        agency_id="portsmouth-pd",
        name="Portsmouth Police",
        agreement_id="suffolk",
        hotlist_id="ncic",
        entry_id=entry.entry_id,
    )
    received = received_entry(shared_entry(entry), "theirs", owner)
    assert received == entry._replace(
        entry_id=entry_id("theirs", "shared", str(entry.entry_id)),
        hotlist_id="theirs",
        extra=(
            ("license_type", "MC"),
            ("given_by", "portsmouth-pd"),
            ("given_by_name", "Portsmouth Police"),
            ("given_under", "suffolk"),
            ("list_at_owner", "ncic"),
            ("entry_at_owner", str(entry.entry_id)),
        ),
    )
    assert given_by(received) == owner
    for missing in range(1, 6):
        less = tuple(pair for number, pair in enumerate(received.extra) if number != missing)
        assert given_by(received._replace(extra=less)) is None
    # A file's own columns may be called so.
    assert given_by(received._replace(extra=(*received.extra[:5], ("entry_at_owner", "7")))) is None
    bare = HotlistEntry(entry.entry_id, "ncic", "VNV4527", Category.WATCH)
    given = received_entry(shared_entry(bare), "theirs", owner)
    assert (given.vehicle, given.originating_agency) == (None, "Portsmouth Police")
    assert "license_type" not in dict(given.extra)
