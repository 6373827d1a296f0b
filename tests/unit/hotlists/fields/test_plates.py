"""What a plate's column may hold, what is no plate, and what a spreadsheet made of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotlists.codes.maps import load_document
from hotlists.fields.errors import FieldError, NoPlateError
from hotlists.fields.placeholders import is_placeholder
from hotlists.fields.plates import _IS_SERIAL, check_plate
from hotlists.fields.spreadsheets import damage
from schemas.plates import canonical_plate, normalize_plate
from tests.unit.hotlists.importing.surveying import look


@pytest.mark.parametrize(
    "text",
    [
        *(
            "NULL",
            "null",
            "Null",
            "NONE",
            "N0NE",
            "NA",
            "N/A",
            "#N/A",
            "n.a.",
            "NaN",
            "nil",
            "(null)",
            "<none>",
            "[NULL]",
        ),
        *("UNK", "UNKNOWN", "UNKN0WN", "unknown", "NO PLATE", "NO-PLATE", "NOPLATE", "N0 PLATE", "NO TAG", "no tags"),
        *(
            "XX",
            "XXX",
            "XXXXXXX",
            "xxxxxx",
            "X X X",
            "XXX-XXXX",
            "0000000",
            "OOOOOOO",
            "000",
            "00-00",
            "0O0O",
            "9999999",
        ),
        *(
            "1111111",
            "TEMP",
            "TEMP TAG",
            "PAPER TAG",
            "MISSING",
            "PENDING",
            "TBD",
            "NO\u2013PLATE",
            "\uff2e\uff35\uff2c\uff2c",
        ),
        *("EMPTY", "BLANK", "UNDEFINED", "NONE GIVEN", "NOT LISTED", "NOT ON FILE", "NOT READABLE", "UNREADABLE"),
        *("ILLEGIBLE", "NO READ", "NO LICENSE", "NO REG", "NO VIN", "UNREGISTERED", "APPLIED FOR", "IN TRANSIT"),
        *("TEMPORARY", "PAPER PLATE", "LICENSE PLATE", "TAG NUMBER", "SEE NOTES", "VIN ONLY"),
    ],
)
def test_a_word_for_no_plate_is_no_plate_but_for_a_person_who_says_so(text: str) -> None:
    with pytest.raises(NoPlateError, match="stands for no plate"):
        check_plate(text, "plate")
    if normalize_plate(text).isascii() and "(" not in text and "<" not in text and "[" not in text and "#" not in text:
        assert check_plate(text, "plate", is_vanity=True) == text


@pytest.mark.parametrize(
    "text", ["TEST", "XX1", "NA1", "NULL1", "00A", "UNKLE", "ABC1234", "1X1", "MAR-1234", "AAA", "99"]
)
def test_a_plate_like_such_a_word_is_one(text: str) -> None:
    assert check_plate(text, "plate") == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((text, "a number") for text in ("1234567.0", "45678.0", "45678.00", "1,234,568", "1234567,0", "1,234,567.0")),
        *((text, "powers of ten") for text in ("1.23E+05", "1.23457E+11", "1E+05", "1,23E+05", "1.2e-05", "1.23E05")),
        *((text, "a date") for text in ("1-Mar", "25-Mar", "Mar-25", "25-MAR", "1-Mar-25", "01-MAR-2025", "Mar-2025")),
        *((text, "a date") for text in ("3/4/2025", "03/04/25", "2025-03-01", "2025-03-01 00:00:00", "1.3.2025")),
        *((text, "a date") for text in ("2025-03-01T00:00:00", "3/4/2025 0:00", "25\u2013Mar", "1 Dec")),
    ],
)
def test_what_a_spreadsheet_made_is_refused_with_advice(text: str, found: str) -> None:
    with pytest.raises(
        FieldError, match=f"is {'' if found.startswith('a ') else '.*'}{found}.*format the column as text"
    ):
        check_plate(text, "plate")


@pytest.mark.parametrize("text", ["12.345", "ABC.132", "12-34-AB", "1E05", "E12", "MAY1", "1MAR", "MAR-1234", "12 345"])
def test_what_looks_a_little_like_that_is_a_plate(text: str) -> None:
    assert check_plate(text, "plate") == text


@given(st.text("ABC123 -\u2013\u2019\u200b\u00ad\u00a0\u2665*%_#?", max_size=10))
def test_a_plate_is_kept_as_it_is_or_refused(text: str) -> None:
    try:
        plate = check_plate(text, "plate")
    except FieldError:
        return
    assert plate == text.strip()
    assert not set("*%_#") & set(plate)
    assert 2 <= len(normalize_plate(plate)) <= 12


def test_rows_without_a_plate_are_counted_and_do_not_spoil_the_list() -> None:
    lines = ["plate,state", *("NULL,VA",) * 20, *(f"ABC12{number:02d},VA" for number in range(10))]
    found, active = look("\n".join(lines) + "\n")
    assert (found.rows, found.entries, len(found.rejects), found.no_plate) == (30, 10, 20, 20)
    assert len(active) == 10


@pytest.mark.parametrize("layout", ["missing", "csv"])
@pytest.mark.parametrize("row", ['{"plate": "NULL"}', '{"plate": 1234567.0}', '{"plate": "1-Mar"}', '{"plate": null}'])
def test_objects_are_looked_at_in_the_same_way(layout: str, row: str) -> None:
    found, active = look('{"plate": "ABC1234"}\n' + row + "\n", layout)
    assert (len(active), len(found.rejects)) == (1, 1)


def test_the_quick_way_past_the_words_passes_none() -> None:
    document = load_document("placeholders")
    assert not any(map(_IS_SERIAL, (*document["words"], *document["repeated"])))


@pytest.mark.parametrize("plate", ["A1", "a-1", "A1?", "?A1?", "A??1", "A1??????????", "7B"])
def test_two_known_characters_are_enough_and_one_is_not(plate: str) -> None:
    assert check_plate(plate, "plate") == plate
    known = [character for character in plate if character.isalnum()]
    assert len(known) == 2
    one = plate.replace(known[1], "?")
    with pytest.raises(FieldError, match="fewer than 2 characters are known"):
        check_plate(one, "plate")


def test_a_plate_has_two_to_twelve_characters() -> None:
    assert check_plate("ABC123DEF456", "plate") == "ABC123DEF456"
    for plate in ("ABC123DEF4567", "A", "7", "ABC1?????????", "-B-"):
        with pytest.raises(FieldError, match="2 to 12 were expected"):
            check_plate(plate, "plate")


@pytest.mark.parametrize(
    ("character", "least"), [("0", 2), ("O", 2), ("X", 2), ("9", 4), ("1", 5), ("N", 5), ("Z", 5), ("A", 6)]
)
def test_one_character_and_nothing_else_is_no_plate_from_so_many_of_it_on(character: str, least: int) -> None:
    for count in (least, least + 1):
        assert is_placeholder(canonical_plate(character * count))
    assert not is_placeholder(canonical_plate(character * (least - 1)))
    assert not is_placeholder(canonical_plate(character * least + "7"))
    assert not is_placeholder(canonical_plate("7" + character * least))


def test_no_plate_at_all_is_no_word_for_one() -> None:
    assert not is_placeholder("")


@pytest.mark.parametrize("text", ["Mar-2025", "Mar 2025", "Sep-1999"])
def test_a_month_as_spreadsheets_show_it_is_a_date_and_a_plate_like_it_is_none(text: str) -> None:
    assert damage(text) == "a date"
    assert damage(text.upper()) is None
    assert damage(text.replace("20", "21").replace("19", "18")) is None


WRITTEN_FOR_NO_PLATE = {
    "what programs write": "nil|nan|nat|undef|no data|no value|no entry",
    "not known": "UNK.|UNKN|UNKWN|UNKWON|UNKNW|UNKNWN|UNKNOW|UNKOWN|UKNOWN|UNNOWN|UNKNOWEN|UKN|UNKONWN|UNKNOWN PLATE|"
    "UNK PLATE|UNKNOWN TAG|UNK TAG|PLATE UNKNOWN|PLATE UNK|TAG UNKNOWN|TAG UNK|UNK PL|UNKN PL|UNK LIC|UNK LP|"
    "UNK REG|DONT KNOW|"
    "NOT KNOWN|NO INFO|NOT GIVEN|NOT PROVIDED|NOT AVAILABLE|NOT AVAIL|UNAVAILABLE|UNAVAIL|NOT FOUND|NOT SEEN|"
    "NOT ENTERED|"
    "NOT READ|NONE LISTED|NONE KNOWN|TBA",
    "not there": "NOT APPL|NOT APPLICABL|NO PLATES|NO PLT|NO PLTS|NO PL|NO PLATE FOUND|NO PLATE GIVEN|NO TAG|NO LP|"
    "NO LIC|"
    "NO LIC PLATE|NO REGO|NO VRM|NO NUMBER|NO NUM|NO LPN|NO VIN|NO VIN/NO PLATE|NOT ISSUED|NOT ASSIGNED|UNASSIGNED|"
    "PLATELESS|"
    "NO REGISTRATN|WITHOUT PLATE|NOT PLATED|NOT REGISTERED|UNREG|UNPLATED|NOT REG",
    "some paper": "TEMPS|TEMP TAGS|TEMP PLATE|TEMP PLATES|TEMPORARY TAG|TEMP REG|PAPER TAGS",
    "the column": "PLATE|PLATES|PLATE NO|PLATE NUM|PLATE NUMBER|PLATE TEXT|LIC PLATE|LICENSE NO|LICENSE|LIC NO|TAG NO|"
    "LP NUMBER|SEE VIN|SEE NOTE|SEE REMARKS|SEE NARRATIVE",
}


@pytest.mark.parametrize("kind", WRITTEN_FOR_NO_PLATE)
def test_other_words_for_no_plate_are_known(kind: str) -> None:
    """An entry of one of them would stop whoever drives that vanity plate."""
    words = WRITTEN_FOR_NO_PLATE[kind].split("|")
    assert [text for text in words if not is_placeholder(canonical_plate(text))] == []
    for text in words[:2]:
        with pytest.raises(NoPlateError):
            check_plate(text, "plate")


@pytest.mark.parametrize(
    "text", ["\uff11\uff12\uff13\uff14\uff15\uff16\uff17.\uff10", "1234567\uff0e0", "1234567\u30020", "\uff11.2E+05"]
)
def test_a_number_in_full_width_is_one(text: str) -> None:
    assert damage(text) is not None


def test_a_plate_in_full_width_is_one() -> None:
    assert damage("\uff21\uff22\uff23-\uff11\uff12\uff13\uff14") is None
    assert damage("AB\u00b7123") is None
