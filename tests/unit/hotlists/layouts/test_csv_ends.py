"""Lines of a table that are none of its rows: counts and ends."""

from __future__ import annotations

import pytest

from tests.unit.hotlists.list_samples import entries, plates_and_reasons

ENDS = [
    *("TOTAL,2", "Total", '"Total","2"', "TOTAL,,2", "END OF FILE", "EOF", "Records 2", "Count,2,", "2 records"),
    *("Grand Total,2,", "TRAILER", "END OF REPORT"),
]


@pytest.mark.parametrize("line", ENDS)
@pytest.mark.parametrize("layout", ["csv", "missing"])
def test_a_count_or_an_end_is_no_entry(layout: str, line: str) -> None:
    plates, reasons = plates_and_reasons(
        layout, f"plate,state,category\nABC1234,VA,missing\nDEF5678,MD,missing\n{line}\n"
    )
    assert plates == ["ABC1234", "DEF5678"]
    assert ["count or an end" in reason for reason in reasons] == [True]


@pytest.mark.parametrize("plate", ["END-1234", "ROW 123", "123 ROW", "EOF1234", "LIST12"])
def test_a_plate_with_such_a_word_in_it_is_one(plate: str) -> None:
    (found,) = entries("csv", f"plate\n{plate}\n")
    assert found.plate == plate


def test_a_row_of_such_a_plate_with_a_category_is_one() -> None:
    (found,) = entries("csv", "plate,state,category\nTOTAL,VA,stolen vehicle\n")
    assert found.plate == "TOTAL"


def test_a_header_goes_on_over_line_ends_in_its_quotes() -> None:
    (found,) = entries("csv", '"Plate\nnumber","State\n(two\nletters)",Category\nABC1234,VA,stolen vehicle\n')
    assert (found.plate, found.source_line) == ("ABC1234", 5)


@pytest.mark.parametrize("value", ["1e6", "1E+6", "1234567.0", "1.5e3"])
def test_a_number_that_json_writes_otherwise_is_no_plate(value: str) -> None:
    plates, reasons = plates_and_reasons("csv", f'{{"plate": {value}}}\n{{"plate": 1234567}}\n')
    assert plates == ["1234567"]
    assert ["a number" in reason for reason in reasons] == [True]
