"""Which column is which field."""

from __future__ import annotations

import pytest

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
