"""California CLEW: three tables told by their names, a header that dates them, a footer that counts them."""

from __future__ import annotations

import io
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import category_map
from hotlists.layouts.registry import parser_for
from hotlists.text.parsing import FOOTER_MISSING
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow
from tests.unit.hotlists.list_samples import (
    CLEW_ROW,
    PLATES,
    entry,
    read,
    rejected,
    rows,
)

CLEW_HEADER = "DATE07/02/2018 09:00"


def test_clew_row_gives_plate_state_county_and_date_of_loss() -> None:
    found = entry("ca-clew", CLEW_ROW)
    assert (found.plate, found.jurisdiction, found.category) == ("ABC1234", "US-CA", Category.STOLEN_VEHICLE)
    assert (found.source_code, found.source_entry_id, found.vehicle) == ("SVS", None, None)
    assert found.extra == (("county", "12"), ("date_of_loss", "20190515"))
    assert found.valid_from is None, "a recording older than the entry must still be matched"
    assert (found.source_line, found.raw) == (1, CLEW_ROW)


def test_clew_table_with_header_and_footer() -> None:
    parsed = read("ca-clew", f"{CLEW_HEADER}\r\n{CLEW_ROW}\r\nXYZ999  CA0220180430\r\nTOTAL RECORD 0000002\r\n")
    assert parsed.header == CLEW_HEADER
    assert parsed.as_of == datetime(2018, 7, 2, 9, 0, tzinfo=UTC)
    assert [row.plate for row in parsed.rows if isinstance(row, HotlistEntry)] == ["ABC1234", "XYZ999"]
    assert parsed.declared_rows() == 2


@pytest.mark.parametrize(
    ("end", "declared"),
    [
        ("TOTAL RECORD 0000001\n", 1),
        ("TOTAL RECORDS: 1\n", 1),
        ("TOTAL RECORD 0000072\n", 72),
        ("TOTAL RECORD 00000", 0),
        (f"TOTAL RECORD {'9' * 5000}", 999_999_999_999),
        ("TOTAL RECORD", FOOTER_MISSING),
        ("TOTAL RECO", FOOTER_MISSING),
        ("", FOOTER_MISSING),
    ],
)
def test_clew_footer_tells_whether_the_table_is_whole(end: str, declared: int) -> None:
    parsed = read("ca-clew", f"{CLEW_HEADER}\n{CLEW_ROW}\n{end}")
    assert len(list(parsed.rows)) == 1, "a footer, cut off or not, is no row"
    assert parsed.declared_rows() == declared


def test_clew_tables_that_were_joined_add_up() -> None:
    table = f"{CLEW_HEADER}\n{CLEW_ROW}\nTOTAL RECORD 0000001\n"
    parsed = read("ca-clew", table + table)
    assert len(list(parsed.rows)) == 2
    assert parsed.declared_rows() == 2


def test_clew_header_may_be_missing_and_an_impossible_date_is_none() -> None:
    assert read("ca-clew", CLEW_ROW).header is None
    assert read("ca-clew", f"DATE02/30/2018 09:00\n{CLEW_ROW}").as_of is None
    assert read("ca-clew", f"DATE07/02/2018\n{CLEW_ROW}").as_of == datetime(2018, 7, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "code", "category"),
    [
        ("svs.tbl", "SVS", Category.STOLEN_VEHICLE),
        ("sfr.tbl", "SFR", Category.FELONY_VEHICLE),
        ("slr.tbl", "SLR", Category.STOLEN_PLATE),
        ("SVS_20180702.TBL", "SVS", Category.STOLEN_VEHICLE),
        ("clew-sfr-today.txt", "SFR", Category.FELONY_VEHICLE),
        ("slr20180702.tbl", "SLR", Category.STOLEN_PLATE),
    ],
)
def test_clew_file_name_is_the_list_type(name: str, code: str, category: Category) -> None:
    found = entry("ca-clew", CLEW_ROW, name=name)
    assert (found.source_code, found.category) == (code, category)
    assert read("ca-clew", CLEW_ROW, name=name).context == code, "the same row means something else in another table"


def test_every_clew_table_has_a_category() -> None:
    assert dict(category_map("ca-clew")) == {
        "SVS": Category.STOLEN_VEHICLE,
        "SFR": Category.FELONY_VEHICLE,
        "SLR": Category.STOLEN_PLATE,
    }


@pytest.mark.parametrize("name", ["hotlist.tbl", "dslr.tbl", "svs-and-sfr.tbl", ""])
def test_clew_file_whose_name_tells_no_type_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parser_for("ca-clew")(io.BytesIO(CLEW_ROW.encode()), file_name=name, hotlist_id="x")
    assert all(table in str(refused.value) for table in ("svs.tbl", "sfr.tbl", "slr.tbl"))


@pytest.mark.parametrize(
    ("line", "plate", "state"),
    [
        ("ABC123 CA0120180627", "ABC123", "US-CA"),
        ("2N0NCAL NC0120180627", "2N0NCAL", "US-NC"),
        ("ABC123 NC0120180627", "ABC123", "US-NC"),
        ("ABC123  0R0120180627", "ABC123", "US-OR"),
        ("ABC123  CA", "ABC123", "US-CA"),
        ("ABC123  CA  20180627", "ABC123", "US-CA"),
        ("12345678CA0120180627", "12345678", "US-CA"),
        ("AB 1234 CA0120180627", "AB 1234", "US-CA"),
    ],
)
def test_clew_rows_as_they_really_are(line: str, plate: str, state: str) -> None:
    found = entry("ca-clew", line)
    assert (found.plate, found.jurisdiction) == (plate, state)


def test_clew_row_with_one_blank_is_refused_in_a_table_that_pads_its_plates() -> None:
    good, bad = rows("ca-clew", "ABC123  CA0120180627\nBC1234 CA0120180627\n")
    assert isinstance(good, HotlistEntry)
    assert isinstance(bad, RejectedRow), "it may be ABC1234 without its first letter"


def test_clew_row_without_a_state_is_of_the_default_one() -> None:
    assert entry("ca-clew", "ABC1234   1220190515").jurisdiction is None
    assert entry("ca-clew", "ABC1234   1220190515", state="US-CA").jurisdiction == "US-CA"


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("ABC12", "LIC", "ends at column 5"),
        ("ABC1234 C", "LIS", "ends at column 9"),
        ("        CA1220190515", "LIC", "empty"),
        ("ABC1*34 CA1220190515", "LIC", "holds '*'"),
        ("ABC1234 CA12201905", "DATE", "eight digits"),
        ("ABC1234 CA12MAY 2019", "DATE", "eight digits"),
        ("ABC123 NC01", "LIC", "shifted"),
        ("ABC1234 CA1", "COUNTY", "two digits"),
        ("AB 123 CA0120180627", "LIC", "shifted"),
        ("ABC1234  CA1220190515", "LIS", "shifted"),
        ("ABC123 XX0120180627", "LIC", "shifted"),
    ],
)
def test_clew_rows_that_may_name_another_vehicle_are_rejected(line: str, column: str, words: str) -> None:
    row = rejected("ca-clew", line)
    assert (row.column, row.raw) == (column, line)
    assert words in row.reason


def test_one_number_in_two_states_is_two_entries() -> None:
    first, second, again = (entry("ca-clew", line) for line in (CLEW_ROW, "ABC1234 NV1220190515", CLEW_ROW))
    assert first.entry_id != second.entry_id
    assert first.entry_id == again.entry_id


plates = PLATES.filter(lambda text: len(text) <= 8 and "DATE" not in text)

states = st.sampled_from([("CA", "US-CA"), ("0H", "US-OH"), ("OR", "US-OR"), ("NV", "US-NV"), ("NB", "US-NE")])

digits = st.text(string.digits, min_size=8, max_size=8)


@given(plate=plates, state=states, county=st.integers(1, 58), date=st.one_of(st.just(""), digits))
def test_a_rendered_clew_row_reads_back(plate: str, state: tuple[str, str], county: int, date: str) -> None:
    found = entry("ca-clew", f"{plate:<8}{state[0]}{county:02}{date}")
    assert (found.plate, found.jurisdiction) == (plate, state[1])
    assert dict(found.extra) == {"county": f"{county:02}", **({"date_of_loss": date} if date else {})}
