"""Which formats a serial is of, asked of every format in turn."""

from __future__ import annotations

import re
from functools import cache

from rendering.serials.formats import SerialFormat, formats
from rendering.serials.patterns import parse_pattern, text_regex


def matches(serial: str, *, folded: bool = False) -> tuple[SerialFormat, ...]:
    return tuple(one for one in formats() if _regex(one.pattern, one.letters, folded).fullmatch(serial))


@cache
def _regex(pattern: str, letters: str, folded: bool) -> re.Pattern[str]:
    return text_regex(parse_pattern(pattern, letters), folded=folded)
