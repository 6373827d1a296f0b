"""Texas, the state's own records."""

from __future__ import annotations

import pytest

from schemas.types import Category, HotlistEntry, VehicleDescription
from tests.unit.hotlists.list_samples import (
    TX_TCIC,
    entry,
    read,
)


def test_every_field_of_texas_sample_of_its_own_records() -> None:
    found = entry("tx-tcic", TX_TCIC)
    assert (found.plate, found.jurisdiction, found.category) == ("17MFM5", "US-TX", Category.WANTED_PERSON)
    assert (found.source_entry_id, found.source_code) == ("TW1026325915", "W")
    assert found.vehicle == VehicleDescription(2009, "FORD", "TK", "PK", "WHI")
    assert found.extra == ()


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("E", Category.VIOLENT_PERSON),
        ("M", Category.MISSING_PERSON),
        ("O", Category.PROTECTION_ORDER),
        ("0", Category.PROTECTION_ORDER),
        ("P", Category.STOLEN_PLATE),
        ("T", Category.OFFICER_SAFETY),
        ("V", Category.STOLEN_VEHICLE),
        ("W", Category.WANTED_PERSON),
        ("X", Category.SEX_OFFENDER),
        ("Y", Category.CHILD_SAFETY_CHECK),
        ("C", Category.UNMAPPED),
        ("7", Category.UNMAPPED),
    ],
)
def test_texas_own_codes_stand_second_in_the_id(code: str, category: Category) -> None:
    found = entry("tx-tcic", f"T{code}{TX_TCIC[2:]}")
    assert (found.category, found.source_code) == (category, "O" if code == "0" else code)
    assert found.source_entry_id == f"T{code}1026325915"


def test_texas_own_code_may_stand_alone() -> None:
    assert entry("tx-tcic", f"TV,{TX_TCIC.partition(',')[2]}").source_entry_id is None


def test_names_of_this_layout_are_a_header() -> None:
    parsed = read("tx-tcic", f"Record ID,Plate Number,State,Year,Make,Model,Body,Color\n{TX_TCIC}\n")
    assert parsed.header is not None
    assert [row.plate for row in parsed.rows if isinstance(row, HotlistEntry)] == ["17MFM5"]
