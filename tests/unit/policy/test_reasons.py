"""What says why somebody asks, and what only fills the field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.reasons import fault_of_case_number, fault_of_reason

NUMBERS = [
    "26-117",
    "case 26-117",
    "Case No. 2026/00117",
    "CFS#26117",
    "PD-2026-00117",
    "MP2026",
    "call 911-22",
    "26-117.",
]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ".",
        "...",
        "-",
        "x",
        "d",
        "X",
        "xxx",
        "XXXX",
        "none",
        "None.",
        "n/a",
        "N/A",
        "N.A.",
        "na",
        "test",
        "TEST",
        "test test",
        "testing",
        "\uff34\uff25\uff33\uff34",
        "te\u200bst",
        "asdf",
        "no reason",
        "none given",
        "not applicable",
        "unknown",
        "tbd",
        "1",
        "000",
        *NUMBERS,
    ],
)
def test_a_placeholder_is_no_reason(text: str) -> None:
    assert fault_of_reason(text) is not None


FILLERS = (
    "none no nil null nothing empty blank unknown unk undefined not applicable given available provided specified "
    "stated entered needed required tbd tba todo later pending determined test tests testing tester tested try trying "
    "example sample dummy foo bar baz blah asdf asdfg asdfgh asdfghjkl sdf asd qwe qwer qwert qwerty zxc zxcv zxcvbn "
    "abc abcd abcde abcdef xyz lorem ipsum purpose purposes reason reasons why because search searching query lookup "
    "look check case number audit text string the for my of and to be just some any whatever stuff idk misc other see "
    "above below same ditto yes ok okay me hi hello na"
)
BESIDE_A_NUMBER = (
    "case cases call number num no nr cfs cad incident inc report rpt ref reference file event ticket complaint ir id "
    "see for the on in of and"
)


def test_no_filler_is_a_reason_alone_twice_or_beside_a_number() -> None:
    """What audits that agencies had to publish were full of."""
    for word in FILLERS.split():
        assert fault_of_reason(word) == fault_of_reason(f"{word.upper()}, {word}!") == "says nothing", word
    for word in BESIDE_A_NUMBER.split():
        assert fault_of_reason(f"{word} 26-117") == "is a number, as of a case", word
    for digits in ("1234567890", "0123456789", "9876543210", "987", "012"):
        assert fault_of_case_number(digits) == "says nothing", digits


@pytest.mark.parametrize(
    "text",
    [
        "stolen vehicle",
        "DUI",
        "hit and run",
        "BOLO 26-117",
        "homicide 26-117",
        "recovered",
        "recovered, case 26-0099",
        "the state purged its list; call 26-118",
        "a mistake",
        "wrong file",
        "test drive theft",
        "2C:20-3 theft",
        "\u0643\u0634\u0641",
        "se\u00f1ora desaparecida",
        "missing person",
        "DV",
        "suspect in 2 robberies",
    ],
)
def test_words_are_a_reason(text: str) -> None:
    assert fault_of_reason(text) is None


@pytest.mark.parametrize("text", [*NUMBERS, "26117", "2026-00001", "A26-1", "PD-0000", "110", "24"])
def test_numbers_are_case_numbers(text: str) -> None:
    assert fault_of_case_number(text) is None


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "none", "n/a", "test", "x", "1", "0", "000", "00-000", "111", "9999", "123", "12345", "stolen car"],
)
def test_a_placeholder_is_no_case_number(text: str) -> None:
    assert fault_of_case_number(text) is not None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("--", "has neither letters nor digits"),
        ("stolen car", "has no digit"),
        ("7", "is one digit"),
        ("x7", None),
        ("000-000", "says nothing"),
    ],
)
def test_what_is_wrong_with_a_case_number_is_said(text: str, fault: str | None) -> None:
    assert fault_of_case_number(text) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "is empty"),
        (" ", "is empty"),
        ("--", "has neither letters nor digits"),
        ("x", "is one letter"),
        ("26-117", "is a number, as of a case"),
        ("none", "says nothing"),
    ],
)
def test_what_is_wrong_with_a_reason_is_said(text: str, fault: str) -> None:
    assert fault_of_reason(text) == fault


@given(st.text(max_size=40), st.text(alphabet=" .,-_/\u200b!?", max_size=5))
def test_what_is_around_a_text_changes_nothing(text: str, around: str) -> None:
    if text.strip():
        assert (fault_of_reason(f"{around} {text} {around}") is None) == (fault_of_reason(text) is None)
        assert (fault_of_reason(text.upper().lower()) is None) == (fault_of_reason(text.lower()) is None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("PD-0000", None),  # a department's name beside it
        ("x-0000", "says nothing"),  # a letter names nothing
        ("test 0000", "says nothing"),
        ("xx 0000", "says nothing"),
        ("a0000", None),
        ("0", "is one digit"),
        ("00", "says nothing"),
        ("11", None),
        ("111", "says nothing"),
        ("112", None),
        ("12", None),
        ("123", "says nothing"),
        ("1 2 3", "says nothing"),
        ("2345", None),
        ("124", None),
    ],
)
def test_what_fills_a_case_number_alone_is_none(text: str, fault: str | None) -> None:
    assert fault_of_case_number(text) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("dv 7", "is a number, as of a case"),  # too short beside a number
        ("dui 7", None),
        ("case dui 7", None),
        ("xxx 7", "is a number, as of a case"),
        ("test 7", "is a number, as of a case"),
        ("dui7", "is a number, as of a case"),
        ("te st", "says nothing"),
        ("none theft", None),
    ],
)
def test_beside_a_number_something_has_to_be_said(text: str, fault: str | None) -> None:
    assert fault_of_reason(text) == fault
