"""Words and days that stand for nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotlists.fields.absent import without_absent
from hotlists.fields.errors import FieldError
from hotlists.fields.moments import Moments
from tests.unit.hotlists.layouts.mapping_samples import mapped
from tests.unit.hotlists.list_samples import MN, entries, entry, rows

NOTHING = [
    *("NULL", "null", "Null", "\\N", "N/A", "n/a", "#N/A", "None", "NONE", "nil", "NaN", "NaT", "-", "--", "\u2014"),
    *("(null)", "(Null)", "<null>", "<Null>", "[NULL]", "undefined", "#N/A N/A", "Not Applicable", "No Date", ".."),
    *("[Null]", "{null}", "#NULL!", "DBNull", "(none)", "<none>", "N.A.", "NA", "<NA>", "(n/a)", "n.a", "-NaN", "#NaN"),
    *("(blank)", "(blanks)", "(empty)", "Not Available", "nodate", "(no date)", "---", "----", "\u2013", ".", "''"),
]
NO_DAYS = [
    *("0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "0", "00000000", "0001-01-01", "1900-01-01", "1/1/1900"),
    *("01/01/1900", "1/0/1900", "1899-12-30", "1970-01-01", "1970-01-01T00:00:00Z", "12/31/1969", "1753-01-01"),
    *("1582-10-15", "1600-01-01", "1601-01-01", "1800-01-01", "1899-12-31", "1901-01-01"),
    *("  /  /    ", "__/__/____", "//", "01-JAN-1900", "00-JAN-00", "1/0/00", "Jan  1 1900 12:00AM"),
]
NEVER = [
    *(
        "9999-12-31",
        "12/31/9999",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:00-14:00",
        "99991231",
        "99999999",
        "2999-12-31",
    ),
    *(
        "12/31/2999",
        "9999-99-99",
        "99/99/9999",
        "never",
        "Never",
        "INDEFINITE",
        "no expiration",
        "Open-ended",
        "12/31/99",
    ),
    *("9999-12-31 23:59:59.9999999", "12/31/9999 11:59 PM", "31-DEC-9999", "Dec 31 9999 12:00AM", "December 31, 9999"),
    *("31/12/9999", "31.12.9999", "99-99-99", "31-DEC-99", "No Exp", "Lifetime", "Unlimited", "UFN", "until located"),
    *("\u221e", "DNE", "non-expiring", "never expires", "does not expire", "no expiration date", "no expiry", "no end"),
    *("no end date", "does not end", "indefinitely", "permanent", "forever", "for life", "until canceled"),
    *("until recovered", "until further notice", "until cleared", "until found", "till further notice", "TFN"),
    *(
        "none given",
        "None listed",
        "life",
        "infinity",
        "+infinity",
        "open",
        "open ended",
        "until cancelled",
        "until cancel",
    ),
    *("no exp date", "nonexpiring", "12-31-99", "12/31/99 23:59", "12/31/99 23:59:59"),
]


@pytest.mark.parametrize("text", NOTHING + NO_DAYS + NEVER)
def test_an_entry_with_such_an_end_does_not_end(text: str) -> None:
    (found,) = entries("csv", f"plate;expires\nABC1234;{text}\n")
    assert found.valid_until is None


@pytest.mark.parametrize("text", NOTHING + NO_DAYS)
def test_an_entry_with_such_a_begin_holds_at_once(text: str) -> None:
    assert Moments().begin(text, "valid_from") is None


@pytest.mark.parametrize("text", NEVER)
def test_an_entry_never_begins_on_such_a_day(text: str) -> None:
    with pytest.raises(FieldError, match="never"):
        Moments().begin(text, "valid_from")


def test_the_last_day_that_is_believed() -> None:
    assert Moments().end("2199-12-30", "expires") == datetime(2199, 12, 31, tzinfo=UTC)
    assert Moments().end("2099-12-31", "expires") == datetime(2100, 1, 1, tzinfo=UTC)
    assert Moments().end("1970-01-02", "expires") == datetime(1970, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("text", ["31.12.9999", "00.00.0000", "NULL", "31.12.2999"])
def test_declared_dates_are_looked_at_in_the_same_way(text: str) -> None:
    toml = 'date_formats = ["%d.%m.%Y"]\ntimezone = "America/New_York"\n[columns]\nplate = "p"\nexpires = "u"\n'
    (found,) = entries(mapped(toml), f"p;u\nABC1234;{text}\n")
    assert found.valid_until is None


@pytest.mark.parametrize("text", NOTHING)
def test_any_field_that_says_nothing_is_empty(text: str) -> None:
    names = "plate;nic;state;category;case;make;model;year;agency;instructions"
    first, second = entries("csv", f"{names}\n" + f"ABC1234{f';{text}' * 9}\n" + f"DEF5678{f';{text}' * 9}\n")
    assert first.entry_id != second.entry_id, "rows without an id are not one entry"
    assert (first.jurisdiction, first.source_code, first.case_number, first.vehicle) == (None, None, None, None)
    assert first.extra == ()


def test_a_default_state_holds_where_the_state_says_nothing() -> None:
    assert entry("csv", "plate,state\nABC1234,NULL", "US-VA").jurisdiction == "US-VA"


def test_coded_lists_keep_codes_that_look_like_such_words() -> None:
    kept = ["NIL", "NA", "NAN", "LIFE"]
    empty = ["NULL", "null", "\\N", "(null)", "<null>", "[null]", "N/A", "#N/A", "(none)", "-", "--"]
    found = rows("mn", "".join(f"{MN.replace('AVA', text)}\n" for text in kept + empty))
    assert [row.vehicle.model for row in found] == [*kept, *([None] * len(empty))]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["no end-date", "NO-EXPIRATION", "until  further notice", "open ended"])
def test_words_for_never_may_be_written_with_dashes_and_in_any_case(text: str) -> None:
    assert Moments().end(text, "expires") is None


@pytest.mark.parametrize("text", ["2200-01-01", "01/01/2200", "2200-01-01T00:00:00Z"])
def test_the_first_year_that_never_comes(text: str) -> None:
    assert Moments().end(text, "expires") is None
    with pytest.raises(FieldError, match="never"):
        Moments().begin(text, "valid_from")


@pytest.mark.parametrize("text", ["1900-01-02", "1753-01-02", "12/30/1969", "0002-01-01", "1899-12-29"])
def test_the_days_beside_those_that_stand_for_nothing_are_no_dates_of_a_list(text: str) -> None:
    with pytest.raises(FieldError, match="no date"):
        Moments().end(text, "expires")


def test_the_plate_is_not_looked_at_with_the_other_fields() -> None:
    assert without_absent(["NULL", "NULL", "N/A", "x"], 1) == ["", "NULL", "", "x"]
    assert without_absent(["NIL", "none", ""], 0) == ["NIL", "none", ""], "codes of vehicles"
    assert without_absent(["ABC", "NIL", "none"], 0, "words") == ["ABC", "", ""]
