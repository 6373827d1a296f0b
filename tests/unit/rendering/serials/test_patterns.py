"""The language of serials' patterns."""

from __future__ import annotations

import numpy as np
import pytest

from rendering.serials.patterns import count, draw, parse_pattern, text_regex
from schemas.errors import ConfigurationError


def test_patterns_say_what_they_allow() -> None:
    parts = parse_pattern("<1-12>[KM]b'7'{mc}-0X", "AB")
    assert count(parts) == 12 * 2 * 9 * 12
    assert text_regex(parts).fullmatch("12KB7MC1A")
    assert not text_regex(parts).fullmatch("13KB7MC1A")
    assert not text_regex(parts).fullmatch("12KB7MC0A")
    assert text_regex(parts, folded=True).fullmatch("I2KB7MCIA")
    assert [part.stack for part in parts if part.choices in (("M",), ("C",))] == [1, 1]
    assert draw(parts, np.random.default_rng(1)) == draw(parts, np.random.default_rng(1))


@pytest.mark.parametrize("pattern", ["A?9", "{AB", "AB}", "{A{B}}", "<1->", "[ab]", "'"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="serial pattern"):
        parse_pattern(pattern, "ABC")
