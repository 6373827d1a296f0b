"""Every search is written down before anybody sees what it found."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import policy
from operations.criteria import VehicleCriteria
from operations.searches.searching import search_reads
from schemas.audit import Action
from schemas.errors import InvalidInput, PlatewatchError
from schemas.settings import PolicySettings, Settings
from schemas.types import Movement, PlateRead, ReaderVersion, VehicleDescription, VendorReport
from storage.audit.reader import audit_entries
from storage.database import Database
from tests.integration.alerts.records import ReadRecord, Records
from tests.integration.operations.audited import LEE, close_audit, only_row
from tests.integration.storage.samples import START, sample_read

SETTINGS = Settings()
WHY = {"purpose": "stolen vehicle", "case_number": "26-117"}
OF = {"offense": ["240 motor vehicle theft"]}


def test_a_search_is_written_down(database: Database) -> None:
    read = sample_read(0)
    Records(database).write([ReadRecord(read)])
    found = search_reads(LEE, database, SETTINGS, "vnv 4527", since=START, camera_id="gate-0", **WHY)
    assert found == [read]
    row = only_row(database, Action.SEARCH)
    assert (row.purpose, row.case_number, row.results) == ("stolen vehicle", "26-117", 1)
    assert row.details == {"pattern": "VNV4527", "since": "2026-11-20T23:59:30Z", "camera": "gate-0"} | OF


RED = VehicleDescription(2014, "Ford", "F-150", "pickup-truck", "dark-red", "truck")


def test_a_search_by_vehicle_is_written_down_with_what_was_asked(database: Database) -> None:
    read = dataclasses.replace(sample_read(0), vehicle=RED, movement=Movement("2", "northbound", 30.0))
    Records(database).write([ReadRecord(read), ReadRecord(sample_read(1))])
    asked = VehicleCriteria("Lane 2", "N", 29.0, 31.0, "ford", "F150", "red", "Truck", "platewatch")
    found = search_reads(LEE, database, SETTINGS, "VNV*", vehicle=asked, **WHY)
    assert found == [read]
    assert only_row(database, Action.SEARCH).details == {
        "pattern": "VNV*",
        "lane": "Lane 2",
        "direction": "N",
        "speed_over": 29.0,
        "speed_under": 31.0,
        "make": "ford",
        "model": "F150",
        "color": "red",
        "vehicle_class": "Truck",
        "vendor": "platewatch",
        **OF,
    }


@pytest.mark.parametrize(
    "other",
    [
        {"lane": "3"},
        {"direction": "south"},
        {"speed_over": 30.0},
        {"speed_under": 30.0},
        {"make": "Honda"},
        {"model": "F-250"},
        {"color": "blue"},
        {"vehicle_class": "motorcycle"},
        {"vehicle_class": "truck trailer"},
        {"vendor": "rekor"},
    ],
)
def test_each_of_the_criteria_counts(database: Database, other: dict[str, Any]) -> None:
    read = dataclasses.replace(sample_read(0), vehicle=RED, movement=Movement("2", "north", 30.0))
    silent = dataclasses.replace(sample_read(1), vehicle=None, movement=None)
    Records(database).write([ReadRecord(read), ReadRecord(silent)])
    assert search_reads(LEE, database, SETTINGS, "VNV4527", vehicle=VehicleCriteria(**other), **WHY) == []


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        (VehicleDescription(make="CHEV"), {"make": "Chevrolet"}),
        (VehicleDescription(make="Chevrolet"), {"make": "CHEV"}),
        (VehicleDescription(make="chevy"), {"make": "chevrolet"}),
        (VehicleDescription(make="Mercedes-Benz"), {"make": "mercedes"}),
        (VehicleDescription(color="SIL"), {"color": "grey"}),
        (VehicleDescription(color="silver-gray"), {"color": "silver"}),
        (VehicleDescription(color="BLK/RED"), {"color": "dark red"}),
        (VehicleDescription(color="teal"), {"color": "teal"}),
        (VehicleDescription(model="toyota_camry"), {"model": "Camry"}),
        (VehicleDescription(style="truck-standard"), {"vehicle_class": "truck"}),
    ],
)
def test_readers_and_lists_have_other_words_for_the_same(
    database: Database, seen: VehicleDescription, asked: dict[str, Any]
) -> None:
    read = dataclasses.replace(sample_read(0), vehicle=seen)
    Records(database).write([ReadRecord(read)])
    assert search_reads(LEE, database, SETTINGS, "VNV4527", vehicle=VehicleCriteria(**asked), **WHY) == [read]


def test_a_vendor_is_found_whatever_its_reader_calls_itself(database: Database) -> None:
    theirs = dataclasses.replace(
        sample_read(0), report=VendorReport("rekor"), reader=ReaderVersion("Scout", "4.1"), vehicle=None
    )
    ours = sample_read(1)
    Records(database).write([ReadRecord(theirs), ReadRecord(ours)])

    def found(vendor: str) -> list[PlateRead]:
        return search_reads(LEE, database, SETTINGS, "VNV4527", vehicle=VehicleCriteria(vendor=vendor), **WHY)

    assert (found("Rekor"), found("platewatch"), found("axis")) == ([theirs], [ours], [])


def test_without_a_plate_it_is_about_one_event(database: Database) -> None:
    reads = [dataclasses.replace(sample_read(number, f"AAA{number}"), vehicle=RED) for number in range(3)]
    Records(database).write([ReadRecord(read) for read in reads])
    red, week = VehicleCriteria(color="red"), START + timedelta(days=7)
    found = search_reads(LEE, database, SETTINGS, None, since=START, until=week, vehicle=red, **WHY)
    assert found == reads[::-1]
    row = only_row(database, Action.SEARCH)
    assert row.details == {"since": "2026-11-20T23:59:30Z", "until": "2026-11-27T23:59:30Z", "color": "red"} | OF
    at_one = search_reads(LEE, database, SETTINGS, None, since=START, until=week, camera_id="gate-1", **WHY)
    assert at_one == [reads[1]]
    before = search_reads(LEE, database, SETTINGS, None, since=START, until=reads[1].captured_at, vehicle=red, **WHY)
    assert before == [reads[0]]


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"vehicle": VehicleCriteria(color="red")}, "needs the time"),
        ({"since": START}, "needs a camera"),
        ({"since": START, "until": START + timedelta(days=7, seconds=1), "camera_id": "gate-0"}, "7 days at most"),
        ({"since": datetime.now(UTC) - timedelta(days=8), "camera_id": "gate-0"}, "7 days at most"),
        ({"since": START, "vehicle": VehicleCriteria(color=" ")}, "says nothing"),
    ],
)
def test_a_search_of_everybody_is_refused_and_nothing_is_written_down(
    database: Database, asked: dict[str, Any], fault: str
) -> None:
    with pytest.raises(InvalidInput, match=fault):
        search_reads(LEE, database, SETTINGS, None, **asked, **WHY)
    assert audit_entries(database) == []


def test_a_search_that_finds_nothing_is_one(database: Database) -> None:
    assert search_reads(LEE, database, SETTINGS, "QQ*", **WHY) == []
    assert only_row(database, Action.SEARCH).results == 0


def test_what_cannot_be_searched_for_is_not_written_down(database: Database) -> None:
    with pytest.raises(InvalidInput):
        search_reads(LEE, database, SETTINGS, "A*")
    assert audit_entries(database) == []


def test_nothing_is_shown_that_cannot_be_written_down(database: Database) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    close_audit(database)
    with pytest.raises(PlatewatchError):
        search_reads(LEE, database, SETTINGS, "VNV4527", **WHY)


@pytest.mark.parametrize(
    ("purpose", "case_number", "fault"),
    [
        (None, "26-117", "the purpose is missing"),
        ("stolen vehicle", None, "the case or call number is missing"),
        ("n/a", "26-117", "the purpose says nothing"),
        ("26-117", "26-117", "the purpose is a number"),
        ("stolen vehicle", "none", "the case or call number has no digit"),
    ],
)
def test_a_search_without_a_reason_is_refused_and_counted(
    database: Database, purpose: str | None, case_number: str | None, fault: str
) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    with pytest.raises(InvalidInput, match=fault):
        search_reads(LEE, database, SETTINGS, "VNV4527", purpose=purpose, case_number=case_number)
    row = only_row(database, Action.REFUSED)
    assert (row.actor, row.purpose, row.case_number, row.results) == (LEE, purpose, case_number, None)
    assert {**row.details, "offense": None} == {
        "pattern": "VNV4527",
        "refused": "search",
        "why_refused": row.details["why_refused"],
        "offense": None,
    }
    assert fault in row.details["why_refused"]


def test_a_law_may_ask_for_less_and_a_placeholder_is_none_of_it(database: Database, tmp_path: Path) -> None:
    virginia = (Path(policy.__file__).parent / "profiles" / "virginia.toml").read_text()
    law = tmp_path / "own.toml"
    law.write_text(virginia.replace("purpose = true\ncase_number = true", "purpose = true\ncase_number = false"))
    settings = Settings(policy=PolicySettings(profile=str(law)))
    assert search_reads(LEE, database, settings, "VNV4527", purpose="stolen vehicle") == []
    assert only_row(database, Action.SEARCH).case_number is None
    with pytest.raises(InvalidInput, match="purpose is missing"):
        search_reads(LEE, database, settings, "VNV4527")
    with pytest.raises(InvalidInput, match="number has neither letters"):
        search_reads(LEE, database, settings, "VNV4527", purpose="stolen vehicle", case_number="-")


def under(profile: str) -> Settings:
    return Settings(policy=PolicySettings(profile=profile))


@pytest.mark.parametrize(
    ("profile", "purpose", "said"),
    [
        (
            "virginia",
            "because my neighbor asked",
            "names no purpose that is known; permitted are criminal_investigation, ",
        ),
        ("virginia", "help with an immigration case", "names immigration_enforcement; permitted are"),
        ("nebraska", "gossip about a friend", "Nebraska Revised Statutes 60-3201 to 60-3209"),
        ("utah", "parking enforcement", "names traffic_enforcement"),
        ("idaho", "speeding complaint", "traffic_enforcement is forbidden: Idaho Code 49-1432"),
        ("illinois", "deportation order", "immigration_enforcement is forbidden: 625 ILCS 5/2-130"),
        ("north-carolina", "red light running", "traffic_enforcement is forbidden"),
        ("vermont", "stolen vehicle", "does not say the specific facts that 23 V.S.A. 1607"),
    ],
)
def test_a_purpose_that_the_law_does_not_permit_is_refused_and_counted(
    database: Database, profile: str, purpose: str, said: str
) -> None:
    Records(database).write([ReadRecord(sample_read(0))])
    with pytest.raises(InvalidInput, match="the purpose") as refused:
        search_reads(LEE, database, under(profile), "VNV4527", since=START, purpose=purpose, case_number="26-117")
    assert said in str(refused.value)
    row = only_row(database, Action.REFUSED)
    assert (row.purpose, row.details["refused"]) == (purpose, "search")
    assert said in row.details["why_refused"]


def test_an_agency_s_own_decision_opens_the_list(database: Database) -> None:
    own = {"also_purposes": ("traffic_enforcement",), "also_purposes_reason": "counsel, 2026-11-02"}
    settings = Settings(policy=PolicySettings.model_validate({"profile": "utah", **own}))
    assert search_reads(LEE, database, settings, "VNV4527", purpose="parking enforcement", case_number="26-117") == []


def test_a_closed_list_needs_a_purpose_whatever_else_the_law_asks(database: Database, tmp_path: Path) -> None:
    virginia = (Path(policy.__file__).parent / "profiles" / "virginia.toml").read_text()
    law = tmp_path / "own.toml"
    law.write_text(virginia.replace("purpose = true\ncase_number = true", "purpose = false\ncase_number = false"))
    with pytest.raises(InvalidInput, match="the purpose is missing"):
        search_reads(LEE, database, Settings(policy=PolicySettings(profile=str(law))), "VNV4527")


def test_old_reads_need_a_warrant_in_vermont(database: Database) -> None:
    why = {"purpose": "stolen vehicle seen leaving Main Street", "case_number": "26-117"}
    recent, old = datetime.now(UTC) - timedelta(days=30), datetime.now(UTC) - timedelta(days=200)
    assert search_reads(LEE, database, under("vermont"), "VNV4527", since=recent, **why) == []
    for since in (None, old):
        with pytest.raises(InvalidInput, match="goes back more than 181 days, which needs a warrant"):
            search_reads(LEE, database, under("vermont"), "VNV4527", since=since, **why)
        assert search_reads(LEE, database, under("vermont"), "VNV4527", since=since, warrant="W-26-9", **why) == []
    assert audit_entries(database)[0].details["warrant"] == "W-26-9"
    with pytest.raises(InvalidInput, match="the warrant's number has no digit"):
        search_reads(LEE, database, under("vermont"), "VNV4527", warrant="yes", **why)
