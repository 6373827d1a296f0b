"""Common headings of plates and states, with and without a word for the number."""

from __future__ import annotations

import pytest

from tests.unit.hotlists.list_samples import entries

NAMES = ["Tag", "LP", "Lic", "VRM", "VRN", "LPN", "Plate", "License Plate", "Licence Plate", "Registration", "Veh Lic"]
ENDINGS = ["", " No", " No.", " #", "#", " Number", "_NUMBER", " Num", " Nbr", "-nr", "No", ".", " \u2116"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_plate_by_any_common_name(name: str, ending: str, delimiter: str) -> None:
    text = f"Id,{name}{ending},{name} State\n1,ABC1234,VA\n".replace(",", delimiter)
    (found,) = entries("csv", text)
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-VA" if "Veh" not in name else found.jurisdiction)


@pytest.mark.parametrize("name", ["TAG", "LP #", "VRM", "Lic No", "\ufeffTag", "T\u200bag", "\uff34ag", "Tag\u00a0No"])
@pytest.mark.parametrize("layout", ["flock", "vigilant", "missing"])
def test_other_layouts_with_a_header_know_them_too(name: str, layout: str) -> None:
    (found,) = entries(layout, f"{name},State,Reason,Case\nABC1234,VA,stolen vehicle,26-1\n")
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-VA")


def test_a_lists_own_heading_comes_before_a_common_one() -> None:
    (found,) = entries("csv", "Registration,Plate\n2026,ABC1234\n")
    assert found.plate == "ABC1234"


@pytest.mark.parametrize(
    "name",
    ["Expires", "Exp Date", "Exp. Date", "Expire", "End Time", "Valid Thru", "Until", "Purge Date", "Expiry Time"],
)
def test_an_end_by_any_common_name_is_one(name: str) -> None:
    """Read over, it would leave the entry in force for ever."""
    (found,) = entries("csv", f"LP,{name}\nABC1234,2026-12-31\n")
    assert found.valid_until is not None


@pytest.mark.parametrize("name", ["Start", "Effective", "Begin Date", "Active From", "Start Time"])
def test_a_begin_by_any_common_name_is_one(name: str) -> None:
    (found,) = entries("csv", f"LP,{name}\nABC1234,2026-12-31\n")
    assert found.valid_from is not None


@pytest.mark.parametrize("name", ["Offense", "Cat", "Crime", "Hit Reason", "Hotlist", "Reason Code", "Wanted For"])
def test_a_category_by_any_common_name_is_one(name: str) -> None:
    (found,) = entries("csv", f"LP,{name}\nABC1234,stolen vehicle\n")
    assert found.category.value == "stolen_vehicle"


@pytest.mark.parametrize("name", ["Incident", "Incident No", "Report No.", "CAD #", "File Number", "Complaint #"])
def test_a_case_by_any_common_name_is_one(name: str) -> None:
    (found,) = entries("csv", f"LP,{name}\nABC1234,26-1\n")
    assert found.case_number == "26-1"


@pytest.mark.parametrize("name", ["LP/Tag", "License Plate/Tag", "Plate or Tag", "Veh LP", "Auto Tag", "Plate N\u00b0"])
def test_a_plate_by_two_names_is_one(name: str) -> None:
    (found,) = entries("csv", f"{name},State/Prov\nABC1234,VA\n")
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-VA")
