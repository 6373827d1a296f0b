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
