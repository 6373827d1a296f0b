"""How old a list is, in words that an officer reads."""

from __future__ import annotations

import pytest

from schemas.wording import age_text

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "of unknown date"),
        (0, "just updated"),
        (89, "just updated"),
        (90, "2 min old"),
        (89 * MINUTE, "89 min old"),
        (90 * MINUTE, "2 h old"),
        (24 * HOUR, "24 h old"),
        (47 * HOUR, "47 h old"),
        (2 * DAY, "2 d old"),
        (21 * DAY, "21 d old"),
    ],
)
def test_an_age_is_told_in_the_unit_that_says_most(seconds: float | None, words: str) -> None:
    assert age_text(seconds) == words
