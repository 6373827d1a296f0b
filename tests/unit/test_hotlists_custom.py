"""Custom lists: Flock, Vigilant and Genetec, JSON objects, and layouts that a mapping declares."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.fields.columns import FIELDS
from hotlists.layouts.mapped import mapped_parser
from hotlists.layouts.mapping import load_mapping, read_mapping
from hotlists.layouts.registry import parser_for
from hotlists.text.json_objects import MAX_DOCUMENT_BYTES
from hotlists.text.lines import MAX_LINE_BYTES
from hotlists.text.parsing import HotlistParser, ParsedList, ParsedRow
from schemas.errors import ConfigurationError, InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow

LAYOUTS = ("csv", "missing", "flock", "vigilant", "genetec")


def listed(layout: str | HotlistParser, text: str | bytes) -> ParsedList:
    parse = parser_for(layout) if isinstance(layout, str) else layout
    raw = text if isinstance(text, bytes) else text.encode()
    return parse(io.BytesIO(raw), file_name="list", hotlist_id="custom")


def rows(layout: str | HotlistParser, text: str | bytes) -> list[ParsedRow]:
    return list(listed(layout, text).rows)


def entries(layout: str | HotlistParser, text: str | bytes) -> list[HotlistEntry]:
    found = rows(layout, text)
    assert all(isinstance(row, HotlistEntry) for row in found), found
    return [row for row in found if isinstance(row, HotlistEntry)]


def rejects(layout: str | HotlistParser, text: str | bytes) -> list[RejectedRow]:
    return [row for row in rows(layout, text) if isinstance(row, RejectedRow)]


FLOCK: dict[str, Any] = {
    "id": "e-1",
    "plate": "ABC0123",
    "reason": "Stolen Vehicle",
    "caseNumber": "26-1",
    "state": "new_york",
    "expiry": "2027-01-01T05:00:00.000Z",
    "note": {"message": "Call Det. Ray"},
}


def test_flock_entries_of_the_api() -> None:
    page = {"entries": [FLOCK, FLOCK | {"id": "e-2", "state": "washington_dc", "reason": "x"}], "totalResults": 2}
    parsed = listed("flock", json.dumps(page))
    first, second = [row for row in parsed.rows if isinstance(row, HotlistEntry)]
    assert (first.plate, first.jurisdiction, first.case_number) == ("ABC0123", "US-NY", "26-1")
    assert (first.source_entry_id, first.instructions) == ("e-1", "Call Det. Ray")
    assert (first.category, first.valid_until) == (Category.STOLEN_VEHICLE, datetime(2027, 1, 1, 5, tzinfo=UTC))
    assert (second.jurisdiction, second.category, second.source_code) == ("US-DC", Category.UNMAPPED, "x")
    assert parsed.declared_rows() == 2
    assert (first.source_line, second.source_line) == (1, 2)


def test_one_page_of_several_says_that_it_is_not_all() -> None:
    parsed = listed("flock", json.dumps({"entries": [FLOCK], "totalResults": 4000, "nextPage": "abc"}))
    assert len(list(parsed.rows)) == 1
    assert parsed.declared_rows() == 4000


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(FLOCK) + "\n" + json.dumps(FLOCK | {"id": "e-2"}),
        json.dumps([FLOCK, FLOCK | {"id": "e-2"}]),
        json.dumps([FLOCK, FLOCK | {"id": "e-2"}], indent=2),
        json.dumps(FLOCK, indent=2) + "\n" + json.dumps(FLOCK | {"id": "e-2"}, indent=2),
        "\ufeff" + json.dumps({"name": "l", "id": "x", "entries": [FLOCK, FLOCK | {"id": "e-2"}]}, indent=1),
    ],
)
def test_json_is_read_as_it_is_saved(text: str) -> None:
    assert [entry.source_entry_id for entry in entries("flock", text)] == ["e-1", "e-2"]
    assert [entry.source_entry_id for entry in entries("flock", text.encode("utf-16"))] == ["e-1", "e-2"]


def test_flock_tables() -> None:
    text = "License Plate,Reason,Case Number,State,Expiration Date,Notes\nABC0123,BOLO,26-1,VA,12/31/2026,Two men\n"
    (entry,) = entries("flock", text)
    assert (entry.category, entry.jurisdiction, entry.instructions) == (Category.WATCH, "US-VA", "Two men")
    with pytest.raises(InvalidInput, match="no column for the category"):
        rows("flock", "plate,state\nABC123,VA\n")


def test_vigilant_lists() -> None:
    header = "Hot Plate,Plate State,Alert,Alert Level,Inactive After,Date Entered,Vehicle Make,Comments\n"
    text = header + (
        "ABC123,VA,Stolen Vehicle,High,30,2026-01-01,HOND,Two men\n"
        "DEF456,MD,BOLO,Low,12/31/2026 5:00 PM,,,\n"
        "GHI789,MD,Ours,Medium,,,,\n"
    )
    days, date, never = entries("vigilant", text)
    assert (days.priority, days.instructions) == ("High", "Two men")
    assert days.valid_until == datetime(2026, 1, 31, tzinfo=UTC)
    assert days.valid_from is None, "the day of entry is not the first day that counts"
    assert dict(days.extra) == {"Date Entered": "2026-01-01"}
    assert date.valid_until == datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert (never.valid_until, never.category, never.source_code) == (None, Category.UNMAPPED, "Ours")


@pytest.mark.parametrize("written", ["30", "30 days", "sometime"])
def test_vigilants_inactive_after_needs_its_begin(written: str) -> None:
    (bad,) = rejects("vigilant", f"Plate,State,Alert,Inactive After\nABC123,VA,BOLO,{written}\n")
    assert bad.column == "expires"


@pytest.mark.parametrize("header", ["Plate,State\nABC123,VA\n", "Plate,Alert\nABC123,BOLO\n"])
def test_vigilant_needs_plate_state_and_alert(header: str) -> None:
    with pytest.raises(InvalidInput, match="the header has no column for the"):
        rows("vigilant", header)


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
    ("line", "column"),
    [
        ("not json", "row"),
        ("[1, 2]", "row"),
        ('"ABC123"', "row"),
        ('{"plate": "ABC123"', "row"),
        ('{"plate": "ABC\\u0000123"}', "row"),
        ('{"plate": "ABC123", "note": "\\ud800"}', "row"),
        ('{"note": "no plate"}', "plate"),
        ('{"plate": null}', "plate"),
        ('{"plate": true, "Plate": "x"}', "row"),
        ('{"plate": "ABC123", "expires": "never"}', "expires"),
        ('{"plate": "ABC123", "a":' + '{"a":' * 20 + "1" + "}" * 21, "row"),
        ('{"plate": "ABC123", "a":' + "[" * 30_000 + "]" * 30_000 + "}", "row"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "row"),
    ],
)
def test_json_lines_that_cannot_be_used_are_rejected_one_by_one(line: str, column: str) -> None:
    good = '{"plate":"AB12"}'
    first, bad, last = rows("csv", f"{good}\n{line}\n{good}\n")
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (2, column)
    assert isinstance(first, HotlistEntry)
    assert isinstance(last, HotlistEntry)


def test_json_keys_are_columns() -> None:
    line = {"License Plate": 1234567, "LIS": "0H", "vehicle": {"color": "RED", "doors": 4}, "tags": ["a", 1.50]}
    line["on"] = True
    (entry,) = entries("csv", json.dumps(line))
    assert (entry.plate, entry.jurisdiction) == ("1234567", "US-OH")
    assert dict(entry.extra) == {"vehicle.doors": "4", "tags": '["a", "1.5"]', "on": "true"}
    assert entry.vehicle is not None
    assert entry.vehicle.color == "RED"
    (missing,) = entries("missing", '{"plate": "ABC1??4", "message_key": "EME", "mnp": "CA"}')
    assert missing.category is Category.CHILD_ABDUCTION


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"plate": "' + "A" * MAX_LINE_BYTES + '"}', "longer than"),
        ("[{}" + " " * MAX_DOCUMENT_BYTES + "]", "one object per line"),
        ('[{"plate": "ABC123"}', "no JSON"),
        ("[" * 200_000, "no JSON"),
        ("[]", "no objects"),
        ('[{"plate": "' + "A" * MAX_LINE_BYTES + '"}]', "longer than"),
        ('[{"plate":"ABC123"}]\n\x00', "no JSON"),
    ],
)
def test_json_that_is_no_list_is_refused_as_a_whole(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        rows("csv", text)


EXAMPLE = """
format = "csv"
delimiter = ";"
skip = '^(#|TOTAL)'
date_formats = ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
timezone = "America/New_York"
default_state = "VA"
default_category = "watch"

[columns]
plate = "Kfz"
category = "Code"
case_number = 4
expires = "Until"

[categories]
SV = "stolen_vehicle"
"S+" = "stolen_plate"
"""

LIST = (
    "# made by hand\nKfz;Code;Until;No;Note\n"
    "ABC123;sv;31.12.2026;7;x\n"
    "DEF456;S+;31.12.2026 18:00;;\n"
    "GHI789;;;;\nJKL012;odd;;;\nMNO345;BOLO;;;\n"
    "PQR678;SV;12/31/2026;;\nTOTAL 6\n"
)


def mapped(toml: str) -> HotlistParser:
    return mapped_parser(read_mapping(toml))


def test_a_mapping_declares_a_layout() -> None:
    *good, bad = rows(mapped(EXAMPLE), LIST)
    found = [row for row in good if isinstance(row, HotlistEntry)]
    assert [(entry.plate, entry.category) for entry in found] == [
        ("ABC123", Category.STOLEN_VEHICLE),
        ("DEF456", Category.STOLEN_PLATE),
        ("GHI789", Category.WATCH),
        ("JKL012", Category.UNMAPPED),
        ("MNO345", Category.WATCH),
    ]
    assert {entry.jurisdiction for entry in found} == {"US-VA"}
    assert found[0].valid_until == datetime(2027, 1, 1, 5, tzinfo=UTC), "a day of New York"
    assert found[1].valid_until == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert (found[0].case_number, found[0].source_code, dict(found[0].extra)) == ("7", "sv", {"Note": "x"})
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (8, "expires")
    assert "%d.%m.%Y was expected" in bad.reason


def test_a_state_given_for_the_import_wins_over_the_mappings() -> None:
    parsed = mapped(EXAMPLE)(io.BytesIO(LIST.encode()), file_name="l", hotlist_id="l", default_state="US-MD")
    assert {row.jurisdiction for row in parsed.rows if isinstance(row, HotlistEntry)} == {"US-MD"}


def test_all_of_a_mapping_is_part_of_what_entries_depend_on() -> None:
    changes = [("watch", "felony_vehicle"), ("New_York", "Chicago"), ("SV =", "SW ="), ('"VA"', '"MD"')]
    contexts = {listed(mapped(EXAMPLE.replace(*change)), LIST).context for change in changes}
    assert len(contexts | {listed(mapped(EXAMPLE), LIST).context}) == len(changes) + 1


def test_columns_by_number_without_a_header() -> None:
    toml = 'format = "tsv"\nheader = false\n[columns]\nplate = 2\nstate = 3\ncategory = 6\n'
    good, bad = rows(mapped(toml), "stolen\tABC123\tVA\nx\tDEF456\tMD\t1\t2\t3\t4\n")
    assert isinstance(good, HotlistEntry)
    assert (good.plate, good.jurisdiction, dict(good.extra)) == ("ABC123", "US-VA", {"column 1": "stolen"})
    assert isinstance(bad, RejectedRow)


def test_quoted_rows_over_several_lines_are_read_with_a_mapping_too() -> None:
    (entry,) = entries(mapped('[columns]\nplate = "p"\n'), 'n;p\n"two\nlines; ""quoted""";ABC123\n')
    assert (entry.plate, dict(entry.extra)) == ("ABC123", {"n": 'two\nlines; "quoted"'})


def test_nested_keys_of_objects() -> None:
    toml = 'date_formats = ["epoch_ms"]\n[columns]\nplate = "vehicle.plate"\nexpires = "end"\n'
    text = '{"vehicle": {"plate": "ABC123", "vin": "1"}, "end": 1798675200000}\n{"plate": "DEF456"}\n'
    good, bad = rows(mapped(toml), text)
    assert isinstance(good, HotlistEntry)
    assert (good.plate, dict(good.extra)) == ("ABC123", {"vehicle.vin": "1"})
    assert good.valid_until == datetime(2026, 12, 31, tzinfo=UTC)
    assert isinstance(bad, RejectedRow)
    assert "no key 'vehicle.plate'" in bad.reason


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('colums = 1\n[columns]\nplate = "p"\n', "unknown key 'colums'"),
        ('[columns]\nplate = "p"\ncolour = "c"\n', "unknown key 'columns.colour'"),
        ('format = "csv"\n', "key 'columns' is missing"),
        ('[columns]\nstate = "s"\n', "key 'columns.plate' is missing"),
        ("[columns]\nplate = 0\n", "'columns.plate': a column is a name, or a number from 1"),
        ("[columns]\nplate = true\n", "'columns.plate'"),
        ('format = "xml"\n[columns]\nplate = "p"\n', "'format'"),
        ('delimiter = "x"\n[columns]\nplate = "p"\n', "'delimiter': a delimiter is one of"),
        ('skip = "("\n[columns]\nplate = "p"\n', "'skip': this is no regular expression"),
        ('date_formats = ["yyyy"]\n[columns]\nplate = "p"\n', "'yyyy' is no date format"),
        ('date_formats = ["%d/%m"]\n[columns]\nplate = "p"\n', "'%d/%m' is no date format"),
        ('date_formats = ["%Y-%Q"]\n[columns]\nplate = "p"\n', "'%Y-%Q' is no date format"),
        ('timezone = "Mars"\n[columns]\nplate = "p"\n', "'Mars' is no time zone"),
        ('default_state = "Atlantis"\n[columns]\nplate = "p"\n', "'Atlantis' is no state"),
        ('[columns]\nplate = "p"\n[categories]\nA = "stolen"\n', "'categories.A'"),
        ('header = false\nformat = "csv"\n[columns]\nplate = "p"\n', "columns.plate is a name"),
        ('format = "jsonl"\n[columns]\nplate = 1\n', "columns.plate has to be a name"),
        ("x = [", "not valid TOML"),
    ],
)
def test_a_mapping_that_does_not_fit_names_its_key(toml: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        read_mapping(toml)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("toml", "text", "words"),
    [
        ('[columns]\nplate = "Kfz"\n', "plate,state\nABC123,VA\n", "no column is named 'Kfz'.*'plate,state'"),
        ('[columns]\nplate = "p"\nstate = "s"\n', "p,x\nABC123,VA\n", "no column is named 's'.*for 'state'.*'p,x'"),
        ('[columns]\nplate = "p"\n', "p,p\nABC123,VA\n", "2 columns are named 'p'"),
        ("[columns]\nplate = 5\n", "a,b\nABC123,VA\n", "no column 5.*'a,b'"),
        ("[columns]\nplate = 5\n", '{"plate": "ABC123"}', "name keys, not numbers"),
        ('skip = "."\n[columns]\nplate = "p"\n', "p\nABC123\n", "every line is skipped"),
    ],
)
def test_a_file_that_a_mapping_does_not_fit_is_refused_with_its_header(toml: str, text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        rows(mapped(toml), text)


def test_a_mapping_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "region.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    assert load_mapping(path) == read_mapping(EXAMPLE)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_mapping(path)


def test_the_documented_mapping_reads_the_documented_list() -> None:
    text = (Path(__file__).parents[2] / "docs" / "hotlist-layouts.md").read_text(encoding="utf-8")
    toml = text.split("```toml\n# region.toml\n", 1)[1].split("```", 1)[0]
    sample = text.split("```text\n# regional list", 1)[1].split("```", 1)[0]
    assert len(read_mapping(toml).columns.given()) == len(FIELDS)
    stolen, missing, watched = entries(mapped(toml), "# regional list" + sample)
    assert (stolen.category, missing.category, watched.category) == (
        Category.STOLEN_VEHICLE,
        Category.MISSING_PERSON,
        Category.WATCH,
    )
    assert stolen.vehicle is not None
    assert stolen.vehicle.summary() == "2014 GRY HOND CRV SUV"
    assert (stolen.source_entry_id, stolen.priority, dict(stolen.extra)) == ("R-1", "2", {"Remark": "dent in hood"})
    assert (missing.instructions, missing.jurisdiction) == ("Check on the driver; call in", "US-VA")
    assert missing.valid_until == datetime(2026, 3, 5, 23, tzinfo=UTC)


_STARTS = (b"plate,state\n", b'{"plate":"AB12"}\n', b"[", b"Hot Plate,State,Alert\n", b"Stolen;QC;ABC123\n", b"")


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(LAYOUTS), st.sampled_from(_STARTS), st.binary(max_size=200))
def test_any_bytes_give_rows_or_one_refusal(layout: str, start: bytes, data: bytes) -> None:
    try:
        found = rows(layout, start + data)
    except InvalidInput:
        return
    assert all(isinstance(row, (HotlistEntry, RejectedRow)) for row in found)


@settings(deadline=None)
@given(
    st.sampled_from([EXAMPLE, '[columns]\nplate = "p"\n', 'format = "jsonl"\n[columns]\nplate = "p"\n']),
    st.sampled_from([b"Kfz;Code;Until;No\n", b"p\n", b'{"p":"AB12"}\n', b""]),
    st.binary(max_size=200),
)
def test_any_bytes_give_rows_or_one_refusal_with_a_mapping(toml: str, start: bytes, data: bytes) -> None:
    try:
        found = rows(mapped(toml), start + data)
    except InvalidInput:
        return
    assert all(isinstance(row, (HotlistEntry, RejectedRow)) for row in found)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["plate", "state", "expires", "x"]) | st.text(max_size=4), _values)))
def test_any_objects_are_entries_or_rejects_and_none_is_lost(objects: list[dict[str, Any]]) -> None:
    text = '{"plate":"AB12"}\n' + "".join(json.dumps(value) + "\n" for value in objects)
    found = rows("csv", text)
    assert len(found) == len(objects) + 1
    for row in found:
        if isinstance(row, HotlistEntry):
            assert "\0" not in repr(row.extra)
            json.dumps(row.extra, ensure_ascii=False).encode()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_mapping_or_refused(text: str) -> None:
    try:
        read_mapping(text)
    except ConfigurationError:
        return
