"""Minnesota: NCIC's fields, separated by commas."""

from __future__ import annotations

import pytest

from schemas.types import Category, VehicleDescription
from tests.unit.hotlists.list_samples import (
    MN,
    entry,
)


def test_every_field_of_minnesotas_sample() -> None:
    found = entry("mn", MN)
    assert (found.plate, found.jurisdiction, found.category) == ("JFJ4764", "US-OH", Category.SUPERVISED_RELEASE)
    assert (found.source_entry_id, found.source_code) == ("C845996328", "C")
    assert found.originating_agency == "0H0671200"
    assert found.vehicle == VehicleDescription(2013, "CHEV", "AVA", "PK", "CRM")
    assert dict(found.extra) == {"date_entered": "20211122", "plate_year": "2022", "license_type": "TK"}
    assert (found.source_line, found.raw, found.valid_from) == (1, MN, None)


@pytest.mark.parametrize(
    ("written", "kept"), [("2021-11-22", "20211122"), ("11/22/2021", "20211122"), ("20211122", "20211122")]
)
def test_dates_as_spreadsheets_write_them(written: str, kept: str) -> None:
    assert dict(entry("mn", MN.replace("20211122", written)).extra)["date_entered"] == kept
