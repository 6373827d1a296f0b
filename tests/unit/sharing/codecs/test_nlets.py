"""Nlets' plate reader transactions: the published examples, every wrong one refused with where, and never a plate."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.convert import read_to_event
from schemas.errors import InvalidInput
from sharing.codecs.nlets import PlateReaderQuery, event_number, format_answer, parse_query, reads_of_event
from tests.unit.alerts.samples import sample_read

ORI = "VA1160000"
LIST = "LPQ.VA1260000.NL.TXT\nLIC/VNV4527"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_list_query_is_understood_with_everything_that_it_may_say() -> None:
    assert parse_query(LIST) == PlateReaderQuery("VA1260000", "NL", "VNV4527")
    text = f"{LIST}.LOC/VA.BEG/20260501.END/20260502@1430.LMI/TRUE.MAX/25.IMQ/false."
    assert parse_query(text) == PlateReaderQuery(
        "VA1260000", "NL", "VNV4527", "US-VA", at(2026, 5, 1), at(2026, 5, 2, 14, 30), True, 25
    )
    assert parse_query("lpq.va1260000.nl.txt lic/vnv 4527.\nloc/va.").plate == "VNV4527"


def test_a_day_that_is_named_as_the_end_is_in_it() -> None:
    query = parse_query(f"{LIST}.BEG/20260501.END/20260501")
    assert (query.begin, query.end) == (at(2026, 5, 1), at(2026, 5, 2))


def test_a_detailed_query_names_an_event_of_an_answer() -> None:
    read = sample_read()
    answer = format_answer([read_to_event(read).model_dump(mode="json")], parse_query(LIST), ORI)
    lines = answer.splitlines()
    assert lines[0] == f"LPR.{ORI}.VA1260000.TXT"
    assert lines[-1] == "1 RECORD."
    event = re.search(r"EID/([^.]+)\.", lines[1])
    assert event is not None
    query = parse_query(f"LPQ.VA1260000.VA.TXT EID/{event[1]}.DAT/{read.captured_at:%Y%m%d}")
    least, greatest = reads_of_event(query.event or "")
    assert least <= read.read_id <= greatest
    assert query.date == read.captured_at.replace(hour=0, minute=0, second=0, microsecond=0)
    for part in (f"LIC/{read.plate}", f"ORI/{ORI}", f"DAT/{read.captured_at.astimezone(UTC):%Y%m%d@%H%M}"):
        assert part in lines[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no LPQ"),
        ("RQ.VA1260000.NL.TXT LIC/VNV4527", "no LPQ"),
        ("LPQ.VA126.NL.TXT LIC/VNV4527", "no LPQ"),
        ("LPQ.VA1260000.NL.TXT", "either a plate"),
        (f"{LIST}.EID/{'0' * 20}", "either a plate"),
        (f"{LIST}.LIC/VNV4527", "LIC stands twice"),
        (f"{LIST}.ZZZ/1", "no field ZZZ"),
        (f"{LIST}.LOC/XX", "LOC is no state"),
        (f"{LIST}.BEG/2026051", "BEG is no date"),
        (f"{LIST}.BEG/20261301", "BEG is no date"),
        (f"{LIST}.BEG/20260502.END/20260501", "BEG has to be before END"),
        (f"{LIST}.LMI/MAYBE", "LMI has to be TRUE or FALSE"),
        (f"{LIST}.MAX/0", "MAX has to be a number of 1 or more"),
        (f"{LIST}.MAX/999999", "MAX is longer than 5"),
        ("LPQ.VA1260000.NL.TXT LIC/ABCDEFGHIJK", "LIC is longer than 10"),
        ("LPQ.VA1260000.NL.TXT LIC/", "LIC has to be letters"),
        ("LPQ.VA1260000.NL.TXT please LIC/VNV4527", "text that is no field"),
        ("LPQ.VA1260000.NL.TXT EID/123", "EID is none of ours"),
        ("LPQ.VA1260000.NL.TXT EID/UUUUUUUUUUUUUUUUUUUU", "EID is none of ours"),
        (LIST + " " * 5000, "no longer than 4096"),
    ],
)
def test_a_wrong_query_is_refused_with_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refused:
        parse_query(text)
    assert "VNV4527" not in str(refused.value)


@given(st.one_of(st.text(max_size=300), st.text("LPQVANTXTICOEDMB/.@0129 \n", max_size=80).map(LIST.__add__)))
def test_any_text_is_understood_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert isinstance(parse_query(text), PlateReaderQuery)


@given(st.uuids())
def test_an_event_number_names_its_read_and_hardly_another(read_id: UUID) -> None:
    number = event_number(read_id)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{20}", number)
    least, greatest = reads_of_event(number)
    assert least <= read_id <= greatest
    assert event_number(least) == event_number(greatest) == number
    assert event_number(uuid5(read_id, "another")) != number


def test_an_answer_holds_nothing_that_ends_a_field_early_and_leaves_out_what_was_cut() -> None:
    event = read_to_event(sample_read()).model_dump(mode="json") | {"plate": "AB.C/1", "jurisdiction": None}
    lines = format_answer([event, event], parse_query(LIST), ORI).splitlines()
    assert lines[-1] == "2 RECORDS."
    assert lines[1].startswith("LIC/ABC1.ORI/")
    assert "LIS/" not in lines[1]


@pytest.mark.parametrize("word", ["TRUE", "T", "Y", "YES", "1", "FALSE", "F", "N", "NO", "0", ""])
def test_a_flag_may_be_said_in_each_of_its_words(word: str) -> None:
    query = parse_query(f"{LIST}.LMI/{word}.IMQ/{word.lower()}")
    assert query.loose_match is query.with_picture is (word in ("TRUE", "T", "Y", "YES", "1"))


@pytest.mark.parametrize(
    ("sender", "destination", "is_query"),
    [
        *(("VA1260000", destination, True) for destination in ("VA", "VA1260000")),
        *(("VA126000012"[:length], "NL", length >= 9) for length in (8, 9, 11)),
        *(("VA1260000", destination, False) for destination in ("V", "VA12600001", "V-")),
        ("VA1260000123", "NL", False),
        ("VA126000.", "NL", False),
    ],
)
def test_sender_and_destination_are_as_long_as_nlets_names_them(sender: str, destination: str, is_query: bool) -> None:
    text = f"LPQ.{sender}.{destination}.TXT LIC/VNV4527"
    if is_query:
        query = parse_query(text)
        assert (query.sender, query.destination, query.plate) == (sender, destination, "VNV4527")
        return
    with pytest.raises(InvalidInput, match="no LPQ"):
        parse_query(text)


def test_a_time_may_be_said_with_a_sign_before_the_hour_or_without() -> None:
    for said in ("20260501@0930", "202605010930"):
        assert parse_query(f"{LIST}.BEG/{said}").begin == at(2026, 5, 1, 9, 30)


def test_each_end_of_a_time_may_be_left_open() -> None:
    before, after = parse_query(f"{LIST}.END/20260501"), parse_query(f"{LIST}.BEG/20260501@0930")
    assert (before.begin, before.end) == (None, at(2026, 5, 2))
    assert (after.begin, after.end) == (at(2026, 5, 1, 9, 30), None)
    with pytest.raises(InvalidInput, match="BEG has to be before END"):
        parse_query(f"{LIST}.BEG/20260501@0930.END/20260501@0930")
    assert parse_query(f"{LIST}.BEG/20260501@0930.END/20260501@0931").end == at(2026, 5, 1, 9, 31)


def test_an_answer_has_a_line_for_each_read_with_all_of_it() -> None:
    """Whole, in the order of the form; a state as its own code, a time in UTC to the minute."""
    read = sample_read()
    event = read_to_event(read).model_dump(mode="json")
    number = event_number(read.read_id)
    lines = format_answer([event], parse_query(LIST), ORI).splitlines()
    assert lines[0] == f"LPR.{ORI}.VA1260000.TXT"
    assert lines[1].startswith(f"LIC/VNV4527.LIS/VA.ORI/{ORI}.EID/{number}.")
    assert f"DAT/{read.captured_at.astimezone(UTC):%Y%m%d@%H%M}." in lines[1]
    assert lines[2:] == ["1 RECORD."]
    assert format_answer([], parse_query(LIST), ORI).splitlines()[1:] == ["0 RECORDS."]


@pytest.mark.parametrize(("text", "fits"), [("MAX/99999", True), ("MAX/1", True), ("LIC/ABCDEFGHIJ", True)])
def test_a_field_may_be_as_long_as_the_form_says(text: str, fits: bool) -> None:
    start = "LPQ.VA1260000.NL.TXT "
    query = parse_query(start + text if text.startswith("LIC") else f"{start}LIC/VNV4527.{text}")
    assert (query.plate == "ABCDEFGHIJ" or query.limit in (1, 99_999)) is fits


def test_what_is_written_in_small_letters_goes_out_in_capitals() -> None:
    event = read_to_event(sample_read()).model_dump(mode="json") | {"plate": "vnv-4527"}
    assert format_answer([event], parse_query(LIST), ORI.lower()).splitlines()[1].startswith("LIC/VNV-4527.LIS/VA.ORI/")
    assert f"ORI/{ORI}." in format_answer([event], parse_query(LIST), ORI.lower())
