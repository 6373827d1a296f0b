"""Genetec's and Cloudrunner's hotlists."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.errors import InvalidInput
from schemas.types import Category
from tests.unit.hotlists.list_samples import (
    entries,
    rows,
)


@pytest.mark.parametrize("delimiter", [";", ",", "\t", ":"])
@pytest.mark.parametrize("has_header", [True, False])
def test_genetec_lists(delimiter: str, has_header: bool) -> None:
    names = ["Category", "PlateState", "PlateNumber", "EffectiveDate", "ExpiryDate"]
    table = [["Stolen", "QC", "ABC123", "2026-01-01", "2026-12-31"], ["Amber alert", "", "DE**12", "", ""]]
    text = "".join(delimiter.join(row) + "\r\n" for row in ([names, *table] if has_header else table))
    stolen, amber = entries("genetec", text)
    assert (stolen.plate, stolen.jurisdiction, stolen.category) == ("ABC123", "CA-QC", Category.STOLEN_VEHICLE)
    assert (stolen.valid_from, stolen.valid_until) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert (amber.plate, amber.category) == ("DE??12", Category.CHILD_ABDUCTION)
    assert stolen.source_line == (2 if has_header else 1)


def test_genetec_attributes_and_priority() -> None:
    (entry,) = entries("genetec", "PlateNumber;Priority;CarColor;VehicleMake\nABC123;0;Red;HOND\n")
    assert (entry.priority, dict(entry.extra)) == ("0", {"CarColor": "Red"})
    (headless,) = entries("genetec", "Stolen;QC;ABC123;;;VIN1;x\n")
    assert dict(headless.extra) == {"attribute 6": "VIN1", "attribute 7": "x"}


def test_cloudrunner_lists() -> None:
    plain, state = entries("genetec", "ABC123;\nDEF456;CA\n")
    assert (plain.plate, plain.jurisdiction, state.plate, state.jurisdiction) == ("ABC123", None, "DEF456", "US-CA")


@pytest.mark.parametrize(
    "text",
    [
        "license,state\nABC123,VA\n",
        "V123456789LA057020020190509AB123456  CA2009MC2009YAMACYLMCBLK\n",
        "Stolen;soon;later;ABC123\n",
    ],
)
def test_genetec_refuses_other_layouts(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rows("genetec", text)
    assert refusal.value.line == 1


@pytest.mark.parametrize(
    ("first", "is_row"),
    [
        *(("Stolen;QC;ABC123;;", True), ("Stolen;;ABC123;;", True), ("Stolen;XX;ABC123;;", False)),
        *(("Stolen;XX;ABC123;2026-01-01;", True), ("Stolen;XX;ABC123;;2026-01-01", True)),
        *(("Stolen;XX;ABC123;2026-01-01;soon", False), ("Stolen;XX;ABC123;soon;2026-01-01", False)),
        *(("ABC123;VA", True), ("ABC123;", True), ("ABC123;XX", False), ("ABC123", False)),
    ],
)
def test_a_first_row_is_genetecs_where_its_state_or_its_dates_are_such(first: str, is_row: bool) -> None:
    if not is_row:
        with pytest.raises(InvalidInput, match="first line") as refusal:
            rows("genetec", f"{first}\n")
        assert refusal.value.line == 1
        return
    (found,) = entries("genetec", f"{first}\n")
    assert (found.plate, found.source_line) == ("ABC123", 1)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        # Of several delimiters that with which all columns are there; then the first one.
        ("a,b;QC;ABC123\n", {"category": "a,b", "state": "CA-QC"}),
        ("a;b,QC,ABC123,,\n", {"category": "a;b", "state": "CA-QC"}),
        ("ABC123,VA\n", {"category": None, "state": "US-VA"}),
        ("QC;ABC123\n", None),
    ],
)
def test_what_divides_genetecs_columns(text: str, fields: dict[str, str] | None) -> None:
    if fields is None:
        with pytest.raises(InvalidInput):
            rows("genetec", text)
        return
    (found,) = entries("genetec", text)
    assert (found.plate, found.source_code, found.jurisdiction) == ("ABC123", fields["category"], fields["state"])
