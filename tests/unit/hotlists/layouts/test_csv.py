"""Generic CSV: columns by name, categories by words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.types import Category
from tests.unit.hotlists.list_samples import (
    entries,
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_known_columns_are_taken_by_name_and_others_are_kept(delimiter: str) -> None:
    names = ["Case Number", "PLATE", "State", "category", "MAKE", "model", "Color", "year", "Expires", "Contact Phone"]
    values = ["26-0042", "8KV-4921", "va", "Stolen Vehicle", "HOND", "CRV", "GRY", "2014", "2026-12-31", "555 0100"]
    (entry,) = entries("csv", delimiter.join(names) + "\n" + delimiter.join(values) + "\n")
    assert (entry.plate, entry.jurisdiction, entry.case_number) == ("8KV-4921", "US-VA", "26-0042")
    assert (entry.category, entry.source_code) == (Category.STOLEN_VEHICLE, "Stolen Vehicle")
    assert entry.vehicle is not None
    assert entry.vehicle.summary() == "2014 GRY HOND CRV"
    assert entry.valid_until == datetime(2027, 1, 1, tzinfo=UTC), "the last day counts"
    assert dict(entry.extra) == {"Contact Phone": "555 0100"}


def test_a_plate_column_alone_is_enough() -> None:
    assert [entry.plate for entry in entries("csv", "plate\nABC1234\nXYZ789\n")] == ["ABC1234", "XYZ789"]


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("stolen_vehicle", Category.STOLEN_VEHICLE),
        ("STOLEN PLATE", Category.STOLEN_PLATE),
        ("Amber-Alert", Category.CHILD_ABDUCTION),
        ("Outstanding warrant", Category.WANTED_PERSON),
        ("BOLO", Category.WATCH),
        ("", Category.UNMAPPED),
        ("stolenish", Category.UNMAPPED),
        ("X", Category.UNMAPPED),
    ],
)
def test_categories_are_known_words_or_unmapped(words: str, category: Category) -> None:
    (entry,) = entries("csv", f"plate,category\nABC123,{words}\n")
    assert (entry.category, entry.source_code) == (category, words or None)


WRITTEN = {
    Category.STOLEN_VEHICLE: "Stolen|STOLEN VEHICLES|stolen car|Stolen Auto|Stolen Motor Vehicle|Vehicle - Stolen|"
    "Vehicle Theft|"
    "AUTO THEFT|Motor Vehicle Theft",
    Category.STOLEN_PLATE: "Stolen Plates|Stolen License Plate|stolen licence plate|STOLEN TAG|Plate Stolen|"
    "Lost or Stolen Plate",
    Category.FELONY_VEHICLE: "Felony|felony vehicles|Vehicle Used in Felony|Vehicle used in a felony",
    Category.WANTED_PERSON: "Wanted|Wanted Persons|WARRANT|Outstanding Warrant|Arrest Warrant",
    Category.MISSING_PERSON: "Missing|missing persons|Missing Adult|Missing - Juvenile",
    Category.ENDANGERED_PERSON: "Endangered|Endangered Missing|Endangered Missing Person|Missing/Endangered|"
    "Missing Endangered Person|Silver Alert",
    Category.CHILD_ABDUCTION: "AMBER|Amber Alert|Child Abducted|abducted child",
    Category.HUMAN_TRAFFICKING: "Trafficking",
    Category.PROTECTION_ORDER: "Protective Order|protection orders",
    Category.VIOLENT_PERSON: "Violent|Violent Offender",
    Category.GANG_OR_TERRORIST: "Gang|GANG MEMBER|Terrorist|Known or Suspected Terrorist",
    Category.SEX_OFFENDER: "Sex Offenders|Registered Sex Offender",
    Category.SUPERVISED_RELEASE: "Probation|PAROLE",
    Category.IMMIGRATION: "Immigration Violator",
    Category.SUSPENDED_REGISTRATION: "Registration Suspended|suspended",
    Category.STOLEN_BOAT: "Boat",
    Category.WATCH: "Watchlist|Watch List|Bolo|Be on the Lookout",
}
"""What custom lists of departments say of each kind of entry. A word that is not known is no alert at all where the law
asks for a category."""
WRITTEN_ELSEWHERE = {
    "vigilant": {
        Category.STOLEN_PLATE: "Stolen Lic Plate|Stolen Plate/Vehicle",
        Category.WANTED_PERSON: "Felony Warrant|WANTED SUBJECT|Warrant",
        Category.ENDANGERED_PERSON: "Missing Endangered Adult",
        Category.WATCH: "Vehicle of Interest|Person of Interest",
        Category.OFFICER_SAFETY: "Officer Safety",
    },
    "flock": {
        Category.GANG_OR_TERRORIST: "Gang or Suspected Terrorist",
        Category.WANTED_PERSON: "Wanted Fugitive|Fugitive|Warrant",
        Category.ENDANGERED_PERSON: "Missing or Endangered Person",
        Category.STOLEN_VEHICLE: "NCIC Stolen Vehicle",
        Category.STOLEN_PLATE: "NCIC Stolen Plate",
        Category.WATCH: "Custom Hotlist|Vehicle of Interest",
    },
    "genetec": {
        Category.WANTED_PERSON: "Wanted felon|Wanted Felons|Warrant",
        Category.WATCH: "Vehicle of interest",
    },
    "missing": {
        Category.MISSING_PERSON: "MP|DV|Missing|Missing Person|Missing Adult|Missing Juvenile",
        Category.CHILD_ABDUCTION: "CA|AA|Child Abduction|Amber|Amber Alert",
        Category.ENDANGERED_PERSON: "Endangered|Endangered Person|Endangered Missing|Endangered Missing Person|"
        "Missing Endangered|Missing Endangered Person|Silver Alert|Senior Alert",
    },
}


@pytest.mark.parametrize(("layout", "written"), [("csv", WRITTEN), *WRITTEN_ELSEWHERE.items()])
def test_what_departments_write_of_each_kind_of_entry_is_known(layout: str, written: dict[Category, str]) -> None:
    said = [(words, category) for category, line in written.items() for words in line.split("|")]
    names = {
        "vigilant": "Plate,State,Alert",
        "genetec": "PlateNumber,PlateState,Category",
        "flock": "plate,state,reason",
    }
    lines = [names.get(layout, "Plate,State,Category") + ",Case Number"]
    lines += [f"ABC{number:04d},VA,{words},26-1" for number, (words, _) in enumerate(said, start=1000)]
    found = entries(layout, "\n".join(lines) + "\n")
    assert [(entry.source_code, entry.category) for entry in found] == said
