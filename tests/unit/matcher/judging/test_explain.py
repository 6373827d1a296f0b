"""The sentence that says why a read agrees with an entry."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.types import Hit, SecondReading
from tests.unit.matcher.samples import NOW, entry, matcher, read


def test_the_example_of_an_explanation() -> None:
    (hit,) = matcher(entry("BKV4921", "US-VA")).match(read("8KV4921", "US-VA"))
    assert hit.explanation == "read 8KV4921, listed BKV4921: 1 look-alike (8/B); state VA agrees; list 3 h old"


def test_list_age_is_said_in_the_units_of_a_person() -> None:
    ages = {20: "just updated", 600: "10 min old", 7200: "2 h old", 260_000: "3 d old", -50: "just updated"}
    for seconds, words in ages.items():
        (hit,) = matcher(entry("ABC1234"), as_of=NOW - timedelta(seconds=seconds)).match(read("ABC1234"))
        assert hit.explanation.endswith(f"list {words}")
        assert hit.list_age_seconds == max(seconds, 0)
    (hit,) = matcher(entry("ABC1234"), as_of=None).match(read("ABC1234"))
    assert hit.explanation.endswith("list of unknown date")
    assert hit.list_age_seconds is None


def saw(text: str) -> SecondReading:
    return SecondReading(text, 0.9, False)


def best(seen: str, listed: str, second: str | None, state: str | None = "US-VA", **fields: Any) -> Hit | None:
    reading = None if second is None else saw(second)
    hits = matcher(entry(listed, state)).match(read(seen, state, second_reading=reading, **fields))
    return hits[0] if hits else None


@pytest.mark.parametrize(
    ("seen", "listed", "second", "words"),
    [
        ("8KV4921", "8KV4921", "8KV4921", "second reader agrees"),
        ("8KV4921", "8KV4921", "ABC1284", "second reader saw ABC1284;"),
        ("8KV4921", "BKV4921", "BKV4921", "second reader saw BKV4921 as listed"),
        ("8KV4921", "BKV4921", "8KV4921", "second reader saw 8KV4921 too"),
        ("D0G123", "D0G123", "dog-123", "second reader agrees"),
    ],
)
def test_the_explanation_says_what_it_saw(seen: str, listed: str, second: str, words: str) -> None:
    hit = best(seen, listed, second)
    assert hit is not None
    assert f"; {words}" in hit.explanation
    assert hit.explanation.endswith("list 3 h old")
