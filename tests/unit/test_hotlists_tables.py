"""Delimited lists: generic CSV and missing persons."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlists.layouts import csv as csv_layout
from hotlists.layouts import missing as missing_layout
from hotlists.text.parsing import ParsedRow
from schemas.errors import InvalidInput
from schemas.types import Category, HotlistEntry, RejectedRow


def rows(text: str | bytes) -> list[ParsedRow]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(csv_layout.parse(io.BytesIO(raw), file_name="list.csv", hotlist_id="regional").rows)


def missing_rows(text: str) -> list[ParsedRow]:
    return list(missing_layout.parse(io.BytesIO(text.encode()), file_name="m.csv", hotlist_id="missing").rows)


def entries(text: str | bytes) -> list[HotlistEntry]:
    found = rows(text)
    assert all(isinstance(row, HotlistEntry) for row in found), found
    return [row for row in found if isinstance(row, HotlistEntry)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_known_columns_are_taken_by_name_and_others_are_kept(delimiter: str) -> None:
    names = ["Case Number", "PLATE", "State", "category", "MAKE", "model", "Color", "year", "Expires", "Contact Phone"]
    values = ["26-0042", "8KV-4921", "va", "Stolen Vehicle", "HOND", "CRV", "GRY", "2014", "2026-12-31", "555 0100"]
    (entry,) = entries(delimiter.join(names) + "\n" + delimiter.join(values) + "\n")
    assert (entry.plate, entry.jurisdiction, entry.case_number) == ("8KV-4921", "US-VA", "26-0042")
    assert (entry.category, entry.source_code) == (Category.STOLEN_VEHICLE, "Stolen Vehicle")
    assert entry.vehicle is not None
    assert entry.vehicle.summary() == "2014 GRY HOND CRV"
    assert entry.valid_until == datetime(2027, 1, 1, tzinfo=UTC), "the last day counts"
    assert dict(entry.extra) == {"Contact Phone": "555 0100"}


def test_a_plate_column_alone_is_enough() -> None:
    assert [entry.plate for entry in entries("plate\nABC1234\nXYZ789\n")] == ["ABC1234", "XYZ789"]


def test_quoted_fields_hold_delimiters_quotes_and_line_ends() -> None:
    text = 'plate,note,state\r\nABC123,"red, with ""bars""\r\nand a dent",VA\r\nDEF456,plain,MD\r\n'
    first, second = entries(text)
    assert dict(first.extra) == {"note": 'red, with "bars"\nand a dent'}
    assert (first.source_line, second.source_line) == (2, 4)
    assert second.jurisdiction == "US-MD"


def test_one_stray_quote_costs_its_own_row_only() -> None:
    text = 'plate,note\nABC123,"never closed\n' + "".join(f"DEF{i:03d},ok\n" for i in range(100))
    bad, *good = rows(text)
    assert isinstance(bad, RejectedRow)
    assert (bad.line, bad.column) == (2, "quotes")
    assert len(good) == 100
    assert all(isinstance(row, HotlistEntry) for row in good)


def test_a_row_with_too_many_fields_is_not_shifted_into_the_wrong_columns() -> None:
    good, bad = rows("plate,note,state\nABC123,fine,VA,,\nDEF456,red, dented,VA\n")
    assert isinstance(good, HotlistEntry), "empty fields at the end are harmless"
    assert isinstance(bad, RejectedRow)
    assert "4 fields, the header 3" in bad.reason


def test_short_rows_empty_rows_and_the_line_that_excel_adds() -> None:
    text = "sep=;\nplate;state;note\nABC123\n;;\nDEF456;VA\n"
    assert [(entry.plate, entry.source_line) for entry in entries(text)] == [("ABC123", 3), ("DEF456", 5)]


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("stolen_vehicle", Category.STOLEN_VEHICLE),
        ("STOLEN PLATE", Category.STOLEN_PLATE),
        ("Amber-Alert", Category.CHILD_ABDUCTION),
        ("Outstanding warrant", Category.WANTED_PERSON),
        ("BOLO", Category.WATCH),
        ("", Category.UNMAPPED),
        ("stolenish", Category.UNMAPPED),
        ("X", Category.UNMAPPED),
    ],
)
def test_categories_are_known_words_or_unmapped(words: str, category: Category) -> None:
    (entry,) = entries(f"plate,category\nABC123,{words}\n")
    assert (entry.category, entry.source_code) == (category, words or None)


@pytest.mark.parametrize(
    ("written", "until"),
    [
        ("2026-12-31", datetime(2027, 1, 1, tzinfo=UTC)),
        ("12/31/2026", datetime(2027, 1, 1, tzinfo=UTC)),
        ("20261231", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T18:00:00Z", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31T18:00:00-05:00", datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("12/31/2026 18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("12/31/2026 6:05 PM", datetime(2026, 12, 31, 18, 5, tzinfo=UTC)),
        ("12/31/2026 12:00:30 a.m.", datetime(2026, 12, 31, 0, 0, 30, tzinfo=UTC)),
        ("1/5/27", datetime(2027, 1, 6, tzinfo=UTC)),
        ("2026-12-31T18:00", datetime(2026, 12, 31, 18, tzinfo=UTC)),
        ("2026-12-31 18:00:30.250", datetime(2026, 12, 31, 18, 0, 30, 250_000, tzinfo=UTC)),
        ("", None),
    ],
)
def test_expiry(written: str, until: datetime | None) -> None:
    (entry,) = entries(f"plate,expires\nABC123,{written}\n")
    assert entry.valid_until == until


@pytest.mark.parametrize(
    "written",
    [
        *("tomorrow", "2026-02-30", "0000-00-00", "9999-12-31T23:59:00-14:00", "9999-12-31", "31/12/2026"),
        *("0026-12-31", "12/31/2026 13:00 PM", "2026-12-31T25:00", "30"),
    ],
)
def test_an_expiry_that_is_no_date_rejects_its_row(written: str) -> None:
    (bad,) = rows(f"plate,expires\nABC123,{written}\n")
    assert isinstance(bad, RejectedRow)
    assert bad.column == "expires"


@pytest.mark.parametrize(
    ("written", "year"), [("2014", 2014), ("14", 2014), ("98", 1998), ("unknown", None), ("3", None)]
)
def test_years(written: str, year: int | None) -> None:
    (entry,) = entries(f"plate,year\nABC123,{written}\n")
    assert (entry.vehicle.year if entry.vehicle else None) == year
    assert year is not None or dict(entry.extra)["year"] == written


def test_the_same_number_in_two_states_is_two_entries_and_a_repeated_row_is_one() -> None:
    va, md, again = entries(
        "plate,state,category\nABC-123,VA,stolen\nABC123,MD,stolen\nabc 123,Virginia,Stolen Vehicle\n"
    )
    assert va.entry_id == again.entry_id
    assert va.entry_id != md.entry_id


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("license,state\nABC123,VA\n", "no column is named 'plate'"),
        ("ABC123,VA\nDEF456,MD\n", "no column is named 'plate'"),
        ("plate,Plate,state\nABC123,DEF456,VA\n", "names 'plate' 2 times"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        rows(text)
    assert refusal.value.line == 1


@pytest.mark.parametrize(
    "header",
    [
        "Plate Number,Description,State/Province",
        "License Plate,Reason,Plate State",
        "LIC,Alert,LIS",
        "Tag,ALERT TYPE,Tag State",
        "licence_plate,Category,Province",
        "LicensePlateNumber,alert_reason,State",
    ],
)
def test_common_names_of_columns_are_known(header: str) -> None:
    (entry,) = entries(f"{header}\nABC123,Stolen Plate,0H\n")
    assert (entry.plate, entry.category, entry.jurisdiction) == ("ABC123", Category.STOLEN_PLATE, "US-OH")
    assert entry.extra == ()


def test_of_two_columns_for_one_field_the_plainer_name_counts_and_the_other_is_kept() -> None:
    (entry,) = entries("Tag,Plate,Description,Category,OCA,Case #\nT1234,ABC123,red car,BOLO,9,26-1\n")
    assert (entry.plate, entry.category, entry.case_number) == ("ABC123", Category.WATCH, "26-1")
    assert dict(entry.extra) == {"Tag": "T1234", "Description": "red car", "OCA": "9"}


def test_the_sources_own_id_and_a_begin_are_taken() -> None:
    (entry,) = entries("LIC,NIC,Effective Date,Expires\nABC123,V123456789,2026-01-01,2026-06-30\n")
    assert entry.source_entry_id == "V123456789"
    assert (entry.valid_from, entry.valid_until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))


def test_an_entry_that_ends_before_it_begins_is_rejected() -> None:
    (bad,) = rows("plate,valid_from,expires\nABC123,2026-07-01,2026-06-01\n")
    assert isinstance(bad, RejectedRow)
    assert bad.reason == "the entry ends before it begins"


def test_the_headers_meaning_is_part_of_what_entries_depend_on() -> None:
    def context(header: str) -> str:
        text = f"{header}\nABC123,DEF456\n".encode()
        return csv_layout.parse(io.BytesIO(text), file_name="l", hotlist_id="l").context

    assert context("plate,tag") == context("plate,tag")
    assert len({context("plate,tag"), context("tag,plate"), context("plate,note")}) == 3


def test_a_description_in_a_missing_persons_list_does_not_take_its_category_away() -> None:
    (entry,) = missing_rows("License Plate,State,Description\nABC1??4,VA,Tall man in a red coat\n")
    assert isinstance(entry, HotlistEntry)
    assert (entry.category, dict(entry.extra)) == (
        Category.MISSING_PERSON,
        {"Description": "Tall man in a red coat"},
    )


@pytest.mark.parametrize(
    ("category", "key", "expected"),
    [
        ("", "EMD", Category.ENDANGERED_PERSON),
        ("", "eme-c", Category.ENDANGERED_PERSON),
        ("", "EMI-P", Category.ENDANGERED_PERSON),
        ("", "EMJ", Category.MISSING_PERSON),
        ("", "EMO-CP", Category.MISSING_PERSON),
        ("AA", "EME", Category.CHILD_ABDUCTION),
        ("CA", "", Category.CHILD_ABDUCTION),
        ("MP", "EMV", Category.MISSING_PERSON),
        ("endangered person", "EMO", Category.ENDANGERED_PERSON),
        ("Silver Alert", "", Category.ENDANGERED_PERSON),
        ("", "", Category.MISSING_PERSON),
        ("", "EMX", Category.UNMAPPED),
        ("something", "", Category.UNMAPPED),
    ],
)
def test_missing_persons_get_the_most_urgent_category_that_their_codes_name(
    category: str, key: str, expected: Category
) -> None:
    text = f"plate,state,category,case_number,message_key\nABC1??4,VA,{category},26-1,{key}\n"
    (entry,) = missing_rows(text)
    assert isinstance(entry, HotlistEntry)
    assert (entry.category, entry.plate) == (expected, "ABC1??4")


def test_missing_person_fields() -> None:
    header = "plate,state,category,case_number,message_key,make,model,color,year,expires,instructions\n"
    (entry,) = missing_rows(header + "ABC1??4,VA,,26-7,EME,HOND,ODY,GRY,2014,2026-12-31,Two children aboard\n")
    assert isinstance(entry, HotlistEntry)
    assert (entry.instructions, entry.case_number, entry.source_code) == ("Two children aboard", "26-7", "EME")
    assert entry.extra == ()


plates = st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=2, max_size=12)
notes = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1a", exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(plates, notes), min_size=1, max_size=8), st.sampled_from([",", ";", "\t", "|"]))
def test_rendered_rows_read_back_whatever_their_notes_hold(table: list[tuple[str, str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["plate", "note"])
    writer.writerows(table)
    assert [entry.plate for entry in entries(text.getvalue())] == [plate for plate, _ in table]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_arbitrary_bytes_after_a_header_never_crash(data: bytes) -> None:
    try:
        found = rows(b"plate,state\n" + data)
    except InvalidInput:
        return
    assert len(found) <= data.count(b"\n") + 1


@settings(deadline=None)
@given(st.text("ABC123,;|\"'\n \t?", max_size=200))
def test_every_line_is_an_entry_a_reject_or_part_of_a_quoted_field(body: str) -> None:
    found = rows("plate,state\nAB12,VA\n" + body)
    lines = [row.line if isinstance(row, RejectedRow) else row.source_line or 0 for row in found]
    assert lines == sorted(set(lines))
