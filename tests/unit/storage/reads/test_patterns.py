"""Search patterns are checked and brought to one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import InvalidInput
from storage.reads.patterns import PlatePattern, parse_pattern


@pytest.mark.parametrize(
    ("typed", "text", "like"),
    [
        ("vnv 4527", "VNV4527", "VNV4527"),
        ("abo-123", "AB0123", "AB0123"),
        ("A?1**2", "A?1*2", "A_1%2"),
        ("*OO*", "*00*", "%00%"),
        ("\uff36\uff21\uff11", "VA1", "VA1"),
        ("O'NEIL", "0NEIL", "0NEIL"),
        ("ABC\u2013123", "ABC123", "ABC123"),
        ("\u2018AB\u00ad\u200b12\u2019", "AB12", "AB12"),
        ("AB\uff0a12", "AB*12", "AB%12"),
    ],
)
def test_one_form(typed: str, text: str, like: str) -> None:
    assert parse_pattern(typed) == PlatePattern(text, like)


def test_a_pattern_without_wildcards_is_exact() -> None:
    assert parse_pattern("VNV4527").is_exact
    assert not parse_pattern("VNV452?").is_exact
    assert not parse_pattern("VNV*").is_exact


@given(st.text(max_size=40) | st.text("aO0?*- %_", max_size=40))
def test_any_text_is_a_pattern_or_a_clear_refusal(typed: str) -> None:
    try:
        pattern = parse_pattern(typed)
    except InvalidInput:
        return
    assert parse_pattern(pattern.text) == pattern
    assert set(pattern.like) <= set("0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ_%")


@pytest.mark.parametrize(
    "typed", ["5A_5341", "5A%5341", "5A#5341", "5A\uff3f5341", "5A+5341", "5A\n5341", "AB\u25a112", "AB\u00d612"]
)
def test_no_sign_is_dropped_that_may_mean_something(typed: str) -> None:
    with pytest.raises(InvalidInput, match="holds"):
        parse_pattern(typed)
