"""What makes an entry, whatever the layout: its state, its identity."""

from __future__ import annotations

import pytest

from tests.unit.hotlists.list_samples import (
    COLUMN_ROWS,
    MN,
    NY,
    entries,
    entry,
)


@pytest.mark.parametrize("layout", COLUMN_ROWS)
def test_states_and_makes_are_read_with_zero_for_the_letter_o(layout: str) -> None:
    line, state = COLUMN_ROWS[layout], {"mi": "WI", "nj": "NJ", "ny": "NY", "co": "CO"}[layout]
    line = line.replace(f" {state}", " 0H").replace("CHEV", "F0RD").replace("NIS ", "F0RD").replace("BUIC", "F0RD")
    found = entry(layout, line.replace(" FORD ", " F0RD "))
    assert found.jurisdiction == "US-OH"
    assert found.vehicle is not None
    assert found.vehicle.make == "FORD"


@pytest.mark.parametrize("layout", COLUMN_ROWS)
def test_only_an_empty_state_is_the_default_one(layout: str) -> None:
    line, state = COLUMN_ROWS[layout], {"mi": "WI", "nj": "NJ", "ny": "NY", "co": "CO"}[layout]
    assert entry(layout, line.replace(f" {state}", "   "), "US-VA").jurisdiction == "US-VA"
    assert entry(layout, line.replace(f" {state}", "   ")).jurisdiction is None
    unknown = entry(layout, line.replace(f" {state}", " ZZ"), "US-VA")
    assert unknown.jurisdiction is None
    assert dict(unknown.extra)["state"] == "ZZ"


def test_one_number_in_two_states_is_two_entries_and_a_repeated_row_one() -> None:
    one, other, again = (entry("ny", line).entry_id for line in (NY, NY.replace("NY", "NJ"), NY.replace("WH", "BK")))
    assert one != other
    assert one == again


def test_a_list_in_small_letters_is_read() -> None:
    for layout, line in COLUMN_ROWS.items():
        found, small = entry(layout, line), entry(layout, line.lower())
        assert (small.category, small.jurisdiction) == (found.category, found.jurisdiction)
        assert small.entry_id == found.entry_id


def test_the_same_number_in_two_states_is_two_entries_and_a_repeated_row_is_one() -> None:
    va, md, again = entries(
        "csv", "plate,state,category\nABC-123,VA,stolen\nABC123,MD,stolen\nabc 123,Virginia,Stolen Vehicle\n"
    )
    assert va.entry_id == again.entry_id
    assert va.entry_id != md.entry_id


def test_a_records_own_id_is_the_same_in_small_letters_and_counts_more_than_its_plate() -> None:
    one = entry("mn", MN).entry_id
    assert entry("mn", MN.replace("C845996328", "c845996328")).entry_id == one
    assert entry("mn", MN.replace("JFJ4764", "XYZ999")).entry_id == one
    assert entry("mn", MN.replace("C845996328", "C845996329")).entry_id != one


def test_category_and_case_tell_entries_of_one_plate_apart() -> None:
    found = entries(
        "csv",
        "plate,state,category,case_number\nABC123,VA,stolen,1\nABC123,VA,stolen,2\nABC123,VA,felony,1\nABC123,VA,stolen,1\n",
    )
    assert len({one.entry_id for one in found}) == 3


def test_words_that_nobody_knows_tell_entries_of_one_plate_apart() -> None:
    one, other, again = entries("csv", "plate,category\nABC123,odd one\nABC123,odd two\nABC123,Odd One\n")
    assert one.entry_id == again.entry_id
    assert one.entry_id != other.entry_id
