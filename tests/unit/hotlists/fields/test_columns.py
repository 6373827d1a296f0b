"""Which column is which field."""

from __future__ import annotations

import pytest

from hotlists.fields.columns import heading, known_headings
from schemas.errors import InvalidInput
from schemas.types import Category
from tests.unit.hotlists.list_samples import (
    entries,
)


@pytest.mark.parametrize(
    "header",
    [
        "Plate Number,Description,State/Province",
        "License Plate,Reason,Plate State",
        "LIC,Alert,LIS",
        "Tag,ALERT TYPE,Tag State",
        "licence_plate,Category,Province",
        "LicensePlateNumber,alert_reason,State",
    ],
)
def test_common_names_of_columns_are_known(header: str) -> None:
    (entry,) = entries("csv", f"{header}\nABC123,Stolen Plate,0H\n")
    assert (entry.plate, entry.category, entry.jurisdiction) == ("ABC123", Category.STOLEN_PLATE, "US-OH")
    assert entry.extra == ()


def test_of_two_columns_for_one_field_the_plainer_name_counts_and_the_other_is_kept() -> None:
    (entry,) = entries("csv", "Tag,Plate,Description,Category,OCA,Case #\nT1234,ABC123,red car,BOLO,9,26-1\n")
    assert (entry.plate, entry.category, entry.case_number) == ("ABC123", Category.WATCH, "26-1")
    assert dict(entry.extra) == {"Tag": "T1234", "Description": "red car", "OCA": "9"}


@pytest.mark.parametrize("header", ["Plate,State,Category,State", "Plate,Plate,State", "Plate,case #,Case#,State"])
def test_a_column_of_a_field_that_stands_there_twice_is_refused(header: str) -> None:
    with pytest.raises(InvalidInput, match=r"names '.*' 2 times") as refusal:
        entries("csv", f"{header}\nABC123,VA,stolen vehicle,MD\n")
    assert refusal.value.line == 1


def test_a_column_of_no_field_may_stand_there_twice() -> None:
    (entry,) = entries("csv", "Plate,Remark,Remark\nABC123,a,b\n")
    assert (entry.plate, [text for _, text in entry.extra]) == ("ABC123", ["a", "b"])


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *(("Case No", "case_number"), ("OCA #", "case_number"), ("Tag Nbr", "plate"), ("State No", None)),
        *(("Category Number", None), ("Make #", None), ("Expires No", None), ("Registration", "plate")),
    ],
)
def test_only_plates_and_cases_are_numbers(name: str, field: str | None) -> None:
    assert known_headings("csv").get(heading(name)) == field


def test_what_lists_with_a_header_call_a_plate_is_none_in_others() -> None:
    for layout in ("csv", "flock", "vigilant"):
        assert known_headings(layout)["vrm"] == "plate"
    assert "vrm" not in known_headings("genetec")
    assert known_headings("genetec")["plate"] == "plate"
