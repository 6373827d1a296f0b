"""Common headings of plates and states, with and without a word for the number."""

from __future__ import annotations

import pytest

from hotlists.fields.columns import find_fields, known_headings
from tests.unit.hotlists.list_samples import entries

NAMES = ["Tag", "LP", "Lic", "VRM", "VRN", "LPN", "Plate", "License Plate", "Licence Plate", "Registration", "Veh Lic"]
ENDINGS = ["", " No", " No.", " #", "#", " Number", "_NUMBER", " Num", " Nbr", "-nr", "No", ".", " \u2116"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_plate_by_any_common_name(name: str, ending: str) -> None:
    (found,) = entries("csv", f"Id,{name}{ending},{name} State\n1,ABC1234,VA\n")
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-VA" if "Veh" not in name else found.jurisdiction)


@pytest.mark.parametrize("name", ["TAG", "LP #", "VRM", "Lic No", "\ufeffTag", "T\u200bag", "\uff34ag", "Tag\u00a0No"])
@pytest.mark.parametrize("layout", ["flock", "vigilant", "missing"])
def test_other_layouts_with_a_header_know_them_too(name: str, layout: str) -> None:
    (found,) = entries(layout, f"{name},State,Reason,Case\nABC1234,VA,stolen vehicle,26-1\n")
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-VA")


def test_a_lists_own_heading_comes_before_a_common_one() -> None:
    (found,) = entries("csv", "Registration,Plate\n2026,ABC1234\n")
    assert found.plate == "ABC1234"


CALLED = {
    "plate": "Plates|Plate Text|Plate Value|License Plates|Number Plate|Registration Plate|Vehicle Plate|Veh Plate|"
    "Vehicle License Plate|Vehicle Licence Plate|Vehicle License|Vehicle Lic|Lic Plate|Lic Tag|Lic Plt|License Tag|"
    "License No|License #|License Num|License Nbr|License Number|Tags|Vehicle Tag|Tag/LP|Tag or Plate|Vehicle LP|"
    "Vehicle LPN|"
    "Car Plate|Full Plate|Placa|Veh Tag|Plate Tag|Tag Plate|Plt|VRP|Reg|Rego|Reg Plate|Registration Mark|"
    "Registration Number|Vehicle Registration|Vehicle Registration Mark|Reg Mark|Vehicle Reg|Veh Reg|Plate N|Plate Nos|"
    "Plate Nmbr|Plate Numbers|License Plate No|Licence Plate Number",
    "state": "ST|Plate St|Plt St|License Plate St|Licence Plate State|Number Plate State|LP St|LPS|Lic St|License St|"
    "License State|Tag St|Reg St|Vehicle State|State of Registration|State of Issue|Issuing State|Issue State|"
    "State Code|"
    "Province|LIS|Jurisdiction|Plate Jurisdiction|LP Jurisdiction|Issuing Jurisdiction|Plate Issuing State|"
    "Lic Plate State|"
    "Lic Plate St|Veh State|ST/Prov|State or Province|State Name|State Abbreviation|Prov|State/Province|"
    "License Plate State",
    "category": "Category|Reason|Alert|Alert Type|Alert Reason|Hotlist Reason|Description|Offense|Offense Type|"
    "Offense Description|Offence|Crime|Crime Type|Hit Reason|Hit Type|Reason Code|Hotlist Type|Hot List Type|Hotlist|"
    "Hot List|Entry Type|Record Type|Wanted For|Cat",
    "source_entry_id": "NIC|NCIC Number|Entry ID",
    "case_number": "Case Number|Case No|Case #|Case ID|Case|OCA|Incident Number|Incident #|Incident No|"
    "Report Number|Report #|"
    "Report No.|Incident|Report|Complaint|Complaint #|CAD|CAD #|Agency Case Number|File Number|File #",
    "make": "Make|Vehicle Make|VMA",
    "model": "Model|Vehicle Model|VMO",
    "style": "Style|Vehicle Style|Body Style|Body Type|VST",
    "color": "Color|Colour|Vehicle Color|Vehicle Colour|VCO",
    "year": "Year|Vehicle Year|Model Year|VYR",
    "expires": "Expires|Expiry|Expires At|Expires On|Expire Date|Expiry Date|Expiration|Expiration Date|"
    "Valid Until|Valid To|"
    "End Date|Expire|Expires Date|Date Expires|Date of Expiry|Exp Date|Exp. Date|Expiration Time|Expiry Time|"
    "Expiration Datetime|End Time|Valid Through|Valid Thru|Good Until|Good Through|Until|Inactive After|Inactive Date|"
    "Purge Date|Removal Date|Remove After|Delete After",
    "valid_from": "Valid From|Effective Date|Start Date|Effective|Effective From|Start Time|Start|Begin Date|Begin|"
    "Active From|Active Date|Valid Since",
    "instructions": "Instructions|Instruction|Action|Action Required",
    "priority": "Priority|Alert Level",
    "originating_agency": "Originating Agency|Entering Agency|Agency|ORI",
}
"""What departments call the columns of their lists. An end that is read over leaves an entry in force for ever."""
CALLED_ELSEWHERE = {
    "vigilant": {
        "plate": "Hot Plate|License Plate Number|Lic Plate",
        "state": "Plate State|License State",
        "category": "Alert|Alert Type|Alert Name|Alert Reason|Reason",
        "priority": "Priority|Alert Level|Level",
        "expires": "Inactive After|Make Inactive After|Inactive Date|Expires|Expiration Date|Expiry Date",
        "valid_from": "Active From|Active Date|Start Date",
        "case_number": "Case Number|Case #|Case No|Incident Number|OCA",
        "make": "Make|Vehicle Make",
        "model": "Model|Vehicle Model",
        "style": "Style|Vehicle Style",
        "color": "Color|Vehicle Color",
        "year": "Year|Vehicle Year",
        "instructions": "Instructions|Comments|Notes",
        "originating_agency": "Agency|ORI",
    },
    "flock": {
        "plate": "License Plate|Plate Number|License Plate Number|Tag",
        "category": "Reason|Hotlist Reason|Alert Reason",
        "case_number": "caseNumber|Case #|Case No|Case",
        "source_entry_id": "id|Entry ID",
        "state": "State|Plate State|License Plate State",
        "expires": "Expiry|Expiry Date|Expiration|Expiration Date|Expires|Expires At",
        "instructions": "Note|Notes|note.message",
    },
    "genetec": {
        "plate": "PlateNumber|Plate|MatchPlate|License Plate",
        "state": "PlateState|State",
        "category": "Category",
        "valid_from": "EffectiveDate",
        "expires": "ExpiryDate|Expiration Date",
        "priority": "Priority",
        "make": "VehicleMake|Make",
        "model": "VehicleModel|Model",
        "color": "VehicleColor|Color",
        "year": "VehicleYear|Year",
        "case_number": "Case Number",
        "instructions": "Instructions|Comments",
    },
}


@pytest.mark.parametrize(("layout", "called"), [("csv", CALLED), *CALLED_ELSEWHERE.items()])
def test_columns_by_any_common_name_hold_what_they_say(layout: str, called: dict[str, str]) -> None:
    headings = known_headings(layout)
    for field, names in called.items():
        for name in names.split("|"):
            assert find_fields([name], headings) == {field: 0}, name


def test_of_two_names_for_one_field_the_plainer_one_counts() -> None:
    """`Plate` before `Tag`, the category before a description: the other stays as it is."""
    preferred = [
        "Plate|Tag|Registration",
        "State|LIS",
        "Category|Reason|Description",
        "Case Number|Report",
        "Expires|Until",
    ]
    for names in map(str.split, preferred, "|" * len(preferred)):
        assert set(find_fields(names[::-1], known_headings("csv")).values()) == {len(names) - 1}


@pytest.mark.parametrize("name", ["LP/Tag", "License Plate/Tag", "Plate or Tag", "Veh LP", "Auto Tag", "Plate N\u00b0"])
def test_a_plate_by_two_names_is_one(name: str) -> None:
    (found,) = entries("csv", f"{name},State/Prov\nABC1234,VA\n")
    assert (found.plate, found.jurisdiction) == ("ABC1234", "US-VA")
