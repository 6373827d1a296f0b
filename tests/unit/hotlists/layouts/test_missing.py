"""Missing persons."""

from __future__ import annotations

import pytest

from schemas.types import Category, HotlistEntry
from tests.unit.hotlists.list_samples import (
    rows,
)


def test_a_description_in_a_missing_persons_list_does_not_take_its_category_away() -> None:
    (entry,) = rows("missing", "License Plate,State,Description\nABC1??4,VA,Tall man in a red coat\n")
    assert isinstance(entry, HotlistEntry)
    assert (entry.category, dict(entry.extra)) == (
        Category.MISSING_PERSON,
        {"Description": "Tall man in a red coat"},
    )


@pytest.mark.parametrize(
    ("category", "key", "expected"),
    [
        ("", "EMD", Category.ENDANGERED_PERSON),
        ("", "eme-c", Category.ENDANGERED_PERSON),
        ("", "EMI-P", Category.ENDANGERED_PERSON),
        ("", "EMJ", Category.MISSING_PERSON),
        ("", "EMO-CP", Category.MISSING_PERSON),
        ("AA", "EME", Category.CHILD_ABDUCTION),
        ("CA", "", Category.CHILD_ABDUCTION),
        ("MP", "EMV", Category.MISSING_PERSON),
        ("endangered person", "EMO", Category.ENDANGERED_PERSON),
        ("Silver Alert", "", Category.ENDANGERED_PERSON),
        ("", "", Category.MISSING_PERSON),
        ("", "EMX", Category.UNMAPPED),
        ("something", "", Category.UNMAPPED),
    ],
)
def test_missing_persons_get_the_most_urgent_category_that_their_codes_name(
    category: str, key: str, expected: Category
) -> None:
    text = f"plate,state,category,case_number,message_key\nABC1??4,VA,{category},26-1,{key}\n"
    (entry,) = rows("missing", text)
    assert isinstance(entry, HotlistEntry)
    assert (entry.category, entry.plate) == (expected, "ABC1??4")


def test_missing_person_fields() -> None:
    header = "plate,state,category,case_number,message_key,make,model,color,year,expires,instructions\n"
    (entry,) = rows("missing", header + "ABC1??4,VA,,26-7,EME,HOND,ODY,GRY,2014,2026-12-31,Two children aboard\n")
    assert isinstance(entry, HotlistEntry)
    assert (entry.instructions, entry.case_number, entry.source_code) == ("Two children aboard", "26-7", "EME")
    assert entry.extra == ()
