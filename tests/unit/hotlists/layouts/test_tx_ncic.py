"""Texas, NCIC's records."""

from __future__ import annotations

from schemas.types import Category, VehicleDescription
from tests.unit.hotlists.list_samples import (
    TX_NCIC,
    entry,
)


def test_every_field_of_texas_sample_of_ncics_records() -> None:
    found = entry("tx-ncic", TX_NCIC)
    assert (found.plate, found.jurisdiction, found.category) == ("GGX6728", "US-OH", Category.SUPERVISED_RELEASE)
    assert (found.source_entry_id, found.source_code) == ("C165399977", "C")
    assert found.originating_agency == "0H0671200"
    assert found.vehicle == VehicleDescription(2009, "DODG", "CHA", "4D", "GRY"), "the model is no year"
    assert dict(found.extra) == {"date_entered": "20200124", "plate_year": "2021"}
