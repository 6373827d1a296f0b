"""The demo's hotlists: their layouts, the entries of the clip, and nothing else that resembles what drives."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rendering.demo_lists import DemoHotlists, write_demo_hotlists
from rendering.scene.scenario import demo_scenario

AS_OF = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
def lists(tmp_path: Path) -> DemoHotlists:
    return write_demo_hotlists(tmp_path / "lists", demo_scenario(), as_of=AS_OF)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def plates_of(lists: DemoHotlists) -> list[tuple[str, str, str]]:
    """Return (hotlist, plate, state) of every row."""
    records = lists.ncic.read_text().splitlines()[1:]
    plates = [("ncic", record[27:37].strip(), record[37:39]) for record in records]
    plates += [("missing", row["plate"], row["state"]) for row in rows_of(lists.missing)]
    return plates + [("regional", row["plate"], row["state"]) for row in rows_of(lists.regional)]


def test_the_extract_has_the_columns_of_the_lpr_extract(lists: DemoHotlists) -> None:
    header, *records = lists.ncic.read_text().splitlines()
    assert lists.ncic.name == "VEHEXTRT.txt"
    assert "2026-03-01 06:00" in header
    assert 200 <= len(records) <= 210
    for record in records:
        assert len(record) == 65
        assert "O" not in record
        assert record[1:10].isdigit()
        assert datetime.strptime(record[19:27], "%Y%m%d").replace(tzinfo=UTC) < AS_OF
        assert record[39:43] in ("2026", "2027")
        assert record[45:49].strip() == "" or 1998 <= int(record[45:49]) <= 2026


def test_stolen_plates_say_nothing_of_the_vehicle(lists: DemoHotlists) -> None:
    records = lists.ncic.read_text().splitlines()[1:]
    assert all((record[45:] == " " * 20) == (record[0] == "P") for record in records)


def test_the_other_lists_have_the_columns_promised(lists: DemoHotlists) -> None:
    missing, regional = rows_of(lists.missing), rows_of(lists.regional)
    assert ",".join(missing[0]) == (
        "plate,state,category,case_number,message_key,make,model,color,year,expires,instructions"
    )
    assert ",".join(regional[0]) == "plate,state,category,make,model,color,year,case_number,expires,notes"
    assert {row["message_key"][:3] for row in missing} <= {"EMD", "EME", "EMI", "EMO", "EMJ"}
    for row in (*missing, *regional):
        assert datetime.fromisoformat(row["expires"]).replace(tzinfo=UTC) > AS_OF


def test_every_listed_vehicle_of_the_clip_is_on_its_list_once(lists: DemoHotlists) -> None:
    plates = plates_of(lists)
    for entry in demo_scenario().listed:
        assert plates.count((entry.hotlist, entry.plate, entry.state)) == 1


def test_no_other_entry_resembles_what_drives(lists: DemoHotlists) -> None:
    scenario = demo_scenario()
    meant = {(entry.hotlist, entry.plate, entry.state) for entry in scenario.listed}
    driven = {text for vehicle in scenario.vehicles for text in (vehicle.serial, vehicle.looks_like)}
    for row in plates_of(lists):
        if row in meant:
            continue
        for text in driven:
            if len(text) == len(row[1]):
                assert sum(a not in ("?", b) for a, b in zip(row[1], text, strict=True)) >= 3


def test_the_lists_are_the_same_each_time(lists: DemoHotlists, tmp_path: Path) -> None:
    again = write_demo_hotlists(tmp_path / "again", demo_scenario(), as_of=AS_OF)
    for first, second in ((lists.ncic, again.ncic), (lists.missing, again.missing), (lists.regional, again.regional)):
        assert first.read_bytes() == second.read_bytes()
