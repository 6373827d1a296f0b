"""No text of others steers a terminal or forges a line."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.printable import json_safe, printable

ANYTHING = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x9b31m\x7f", "\\x9b31m\\x7f"),
        ("abc\u202etxt.exe", "abc\\u202etxt.exe"),
        (os.fsdecode(b"l\xe9.jpg"), "l\\xe9.jpg"),
        (os.fsdecode(b"\x80\xff"), "\\x80\\xff"),  # the first and the last byte that is no ASCII
        ("Mu\u00f1oz\u2019s \u2013 \u8eca", "Mu\u00f1oz\u2019s \u2013 \u8eca"),
    ],
)
def test_control_characters_are_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(ANYTHING)
def test_what_is_shown_steers_nothing_and_can_be_encoded(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in shown)
    assert shown.encode().decode() == shown
    several = printable(text, lines=True)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in several if sign not in "\n\t")


@given(st.dictionaries(ANYTHING, ANYTHING))
def test_json_stays_the_same_value(record: dict[str, str]) -> None:
    line = json_safe(json.dumps(record, ensure_ascii=False))
    assert printable(line) == line
    line.encode()
    assert json.loads(line) == record
