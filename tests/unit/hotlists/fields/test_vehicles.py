"""Years of vehicles."""

from __future__ import annotations

import pytest

from hotlists.fields.errors import FieldError
from hotlists.fields.vehicles import check_year, describe_vehicle, letters, odd_year
from schemas.types import VehicleDescription
from tests.unit.hotlists.list_samples import (
    entries,
)


@pytest.mark.parametrize(
    ("written", "year"),
    [
        *(("2014", 2014), ("14", 2014), ("98", 1998), ("40", 2040), ("41", 1941), ("1885", 1885), ("2100", 2100)),
        *(("unknown", None), ("3", None), ("1884", None), ("2101", None), ("201", None)),
    ],
)
def test_years(written: str, year: int | None) -> None:
    (entry,) = entries("csv", f"plate,year\nABC123,{written}\n")
    assert (entry.vehicle.year if entry.vehicle else None) == year
    assert year is not None or dict(entry.extra)["year"] == written


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("D0DG", "DODG"), ("0NG", "ONG"), ("0", "0"), ("00", "00"), ("M20", "M20"), ("GT0/B0", "GTO/BO"), ("", "")),
        *(("FORD", "FORD"), ("0-", "0-"), ("A1", "A1")),
    ],
)
def test_codes_of_letters_get_the_letter_back_where_nothing_else_is_a_digit(text: str, code: str) -> None:
    assert letters(text) == code


@pytest.mark.parametrize(("year", "odd"), [("", ""), ("2014", ""), ("14", ""), ("1884", "1884"), ("UNK", "UNK")])
def test_a_year_that_is_none_is_kept_beside(year: str, odd: str) -> None:
    assert odd_year(year) == odd


def test_a_vehicle_of_columns() -> None:
    assert describe_vehicle("14", "D0DG", "CH0", "4D", "0NG") == VehicleDescription(2014, "DODG", "CH0", "4D", "ONG")
    assert describe_vehicle(" 14 ") == VehicleDescription(2014, None, None, None, None)
    assert describe_vehicle() is describe_vehicle("UNK") is None


@pytest.mark.parametrize("year", ["UNKNOWNS", "2014", ""])
def test_a_year_may_be_some_word(year: str) -> None:
    check_year(year)
    with pytest.raises(FieldError, match=r"^VYR: the vehicle year holds '.*': the columns are shifted$"):
        check_year(f"{year:9}".replace(" ", "X"))
