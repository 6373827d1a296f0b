"""From a row with named columns to an entry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow, VehicleDescription
from tests.unit.hotlists.list_samples import (
    entries,
    read,
    rows,
)


def test_the_sources_own_id_and_a_begin_are_taken() -> None:
    (entry,) = entries("csv", "LIC,NIC,Effective Date,Expires\nABC123,V123456789,2026-01-01,2026-06-30\n")
    assert entry.source_entry_id == "V123456789"
    assert (entry.valid_from, entry.valid_until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def test_an_entry_that_ends_before_it_begins_is_rejected() -> None:
    (bad,) = rows("csv", "plate,valid_from,expires\nABC123,2026-07-01,2026-06-01\n")
    assert isinstance(bad, RejectedRow)
    assert bad.reason == "the entry ends before it begins"


def test_the_headers_meaning_is_part_of_what_entries_depend_on() -> None:
    def context(header: str) -> str:
        text = f"{header}\nABC123,DEF456\n".encode()
        return read("csv", text).context

    assert context("plate,tag") == context("plate,tag")
    assert len({context("plate,tag"), context("tag,plate"), context("plate,note")}) == 3


def test_every_field_of_a_row_stands_in_its_place() -> None:
    columns = "Case,NIC,Plate,State,Category,Make,Model,Style,Color,Year,Expires,Effective Date,Instructions"
    header = f"{columns},Priority,ORI,,Note"
    row = "26-1,v1,abc-123,MD,Stolen Plate,D0DG,CHA,4D,0NG,98,2026-12-31,2026-01-01,armed,high,VA1,x, y"
    (found,) = entries("csv", f"{header}\n{row}\n")
    assert found == HotlistEntry(
        *(found.entry_id, "csv", "abc-123", Category.STOLEN_PLATE, "US-MD", "v1", "Stolen Plate"),
        *(VehicleDescription(1998, "DODG", "CHA", "4D", "ONG"), "VA1", "26-1", "high", "armed"),
        *(
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2027, 1, 1, tzinfo=UTC),
            (("column 16", "x"), ("Note", "y")),
            2,
            row,
        ),
    )
    odd = header.replace(",,Note", ",Note,Other")
    (kept,) = entries("csv", f"{odd}\n,,ABC123,Atlantis,,,,,,n/k,,,,,,a,\n")
    assert kept == HotlistEntry(
        *(
            kept.entry_id,
            "csv",
            "ABC123",
            Category.UNMAPPED,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
        ),
        *((("Note", "a"), ("year", "n/k"), ("state", "Atlantis")), 2, ",,ABC123,Atlantis,,,,,,n/k,,,,,,a,"),
    )


@pytest.mark.parametrize(
    ("begins", "ends", "is_taken"),
    [
        *(("2026-07-01", "2026-07-01", True), ("2026-07-01", "2026-06-30", False), ("2026-07-01", "2026-06-29", False)),
        *(("2026-07-01T12:00", "2026-07-01T12:00", False), ("2026-07-01T12:00", "2026-07-01T12:01", True)),
        *(("", "1971-01-01", True), ("2026-07-01", "", True)),
    ],
)
def test_an_entry_ends_after_it_begins(begins: str, ends: str, is_taken: bool) -> None:
    (row,) = rows("csv", f"plate,valid_from,expires\nABC123,{begins},{ends}\n")
    assert isinstance(row, HotlistEntry) is is_taken


@pytest.mark.parametrize(
    ("state", "words", "is_shifted"),
    [
        *(("RED", "VA", True), ("VA", "MD", False), ("RED", "stolen vehicle", False), ("RED", "QQ", False)),
        *(("", "VA", False), ("RED", "", False)),
    ],
)
def test_a_row_whose_category_is_a_state_and_whose_state_is_none_is_shifted(
    state: str, words: str, is_shifted: bool
) -> None:
    (row,) = rows("csv", f"plate,state,category\nABC123,{state},{words}\n")
    assert isinstance(row, RejectedRow) is is_shifted
    if isinstance(row, RejectedRow):
        assert (row.column, f"'{words}'" in row.reason, f"'{state}'" in row.reason) == ("row", True, True)


def test_a_header_without_a_needed_column_names_those_that_are_known() -> None:
    with pytest.raises(InvalidInput, match="no column for the state") as refusal:
        read("vigilant", b"Plate,Alert,Case\nABC123,stolen,1\n")
    assert refusal.value.line == 1
